// Statements that a project or a user wrote, of any kind: run as the domain's owner, over what the run has staged.
#pragma once

#include "engine/build.h"
#include "pg/script.h"

namespace mesh::engine {

// What is staged for the relation of this place; nullptr when nothing is, or there is no stage.
const Staged *staged_at(Mesh &mesh, const Stage *stage, const std::string &schema, const std::string &identifier);

// The statement with staged relations in the place of published ones.
std::string over_stage(Mesh &mesh, const Stage *stage, const pg::ScriptStatement &statement);

// Does the statement define something on a relation that is staged beside its place? Of that the publish takes the rows alone: so the statement is
// kept until then, in own->after, or, when it is about another model's relation, in own->on_others; and not to be run now. Nobody waits for it where
// there is no `own`, and a WARNING says what is lost.
bool keep_for_publish(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, Staged *own);

// What a run, which is one transaction, does of the statement: nothing of COMMIT and its kin, of VACUUM, which is left to autovacuum, what it
// analyzes, and CREATE and DROP INDEX without CONCURRENTLY.
std::optional<pg::ScriptStatement> within_run(const pg::ScriptStatement &statement);
extern const char *const kVacuumIsLeft;

// Runs it on the run's snapshot when it reads or changes rows, as a command of its own otherwise.
pg::Result run_statement(pg::ScriptStatement::Kind kind, const std::string &sql);

// Has the model a foreign key to what is staged beside its place?
bool refers_to_staged(Mesh &mesh, const Model &model, const Stage &stage);

// Runs it over the stage, as the domain's owner, for a hook of `own` (nullptr: of none), which notes what it changes of staged relations.
pg::Result run_asked(Mesh &mesh, const Domain &domain, const pg::ScriptStatement &statement, const Stage *stage, Staged *own);

// Runs `f`, which returns something, with the owner's rights. The owner's own session is open to what such statements do beyond their
// end; another one's is closed to it.
template <typename F>
auto as_session_owner(const Domain &domain, F &&f) {
    Oid owner = owner_of(domain);
    pg::RoleScope scope = pg::enter_role(owner, domain.search_path().c_str(), owner != GetUserId());
    auto result = f();
    pg::leave_role(scope);
    return result;
}

}  // namespace mesh::engine
