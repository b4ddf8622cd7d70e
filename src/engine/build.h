// Building a model's next contents in the stage, and publishing what passed its checks.
#pragma once

#include "engine/compile.h"

namespace mesh::engine {

// What one step built. Until it is published only this transaction can see it.
struct Staged {
    Model model;
    Domain domain;
    Compiled compiled;
    std::string schema, name;   // what readers in this run read; empty for an ephemeral model
    Oid target = InvalidOid;    // the published relation, if there is one
    Oid sibling = InvalidOid;   // the target's next storage
    bool in_place = false;      // incremental: the target itself was changed, nothing is left to publish
    std::string final_sql;      // the body over published names
    std::optional<uint64_t> rows;
    std::string reason;         // why it was built this way
};

using Stage = std::map<std::string, Staged>;  // by model id

// The published name of a model.
std::string target_name(const Domain &domain, const Model &model);

// The body as runnable SQL. Upstreams that are in `stage` are read there, others where they are published;
// ephemeral ones are written in. Raises 55000 when an upstream was never built.
std::string runnable_sql(const Domain &domain, const Model &model, const Compiled &compiled, const Stage *stage,
                         bool incremental);

// Builds into the stage with the owner's rights.
Staged build(const Domain &domain, const Model &model, const Stage &stage, bool full_refresh);

// Makes the staged result what consumers see. Raises 55P03 when the lock could not be had.
void publish(Staged &staged);

// Removes what building left behind, after publishing.
void clean_up(const Staged &staged);

}  // namespace mesh::engine
