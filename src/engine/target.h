// The relation that consumers read: what it is now, and what about it decides how it may be published.
#pragma once

#include <map>

#include "engine/mesh.h"

namespace mesh::engine {

struct Target {
    Oid oid = InvalidOid;  // invalid: nothing of that name exists
    std::string kind;      // relkind
    Value rows_only;       // see why_rows_only(); nothing: it was not looked for
    Value comment;
    Oid owner = InvalidOid;
    bool unlogged = false;
    bool exists() const { return OidIsValid(oid); }
};

using Targets = std::map<std::string, Target>;  // by model id

// Where a model is published: its schema, its identifier there, and both as schema.name with quotes.
const std::string &target_schema(const Domain &domain, const Model &model);
std::string target_identifier(const Model &model);
std::string target_name(const Domain &domain, const Model &model);

// Whether the model's table shall be unlogged: what its config says, or else what the table is; and what that changes about it
// ("it becomes unlogged"), or nothing.
bool wants_unlogged(const Model &model, const Target &target);
std::string logging_change(const Model &model, const Target &target);

// "v", "m", "r", or "" for an ephemeral model or a function.
std::string relkind_for(const std::string &materialized);

// Why its storage must not be swapped; empty: it may. Looked for when it is asked, but where many targets were found together.
const std::string &why_rows_only(Target &target);

// Looks all of the models up at once.
Targets find_targets(Mesh &mesh, const std::vector<const Model *> &models);

// What is there now: looked up again when it is no longer the relation that was `seen`. Raises 40001 when this transaction cannot
// see what is there.
Target current_target(Mesh &mesh, const Model &model, const Target &seen);

// Raises 42P07 when a relation of the model's name exists and the mesh did not make it, 42809 when it is no longer
// what the mesh built, 42501 when it no longer belongs to the domain's owner. Such a relation is never replaced. A domain that
// takes over accepts whatever belongs to its owner.
void require_ours(const Domain &domain, const Model &model, const Target &target);

// Raises 42809 when a table has not one of the columns that the mesh built: it is another one of the same name.
void require_built_columns(const Domain &domain, const Model &model, const std::vector<pg::Column> &columns);

}  // namespace mesh::engine
