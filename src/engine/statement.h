// Statements that a project or a user wrote, of any kind: run as the domain's owner, over what the run has staged.
#pragma once

#include "engine/build.h"
#include "pg/script.h"

namespace mesh::engine {

// What is staged for the relation of this place; nullptr when nothing is, or there is no stage.
const Staged *staged_at(Mesh &mesh, const Stage *stage, const std::string &schema, const std::string &identifier);

// The statement with staged relations in the place of published ones.
std::string over_stage(Mesh &mesh, const Stage *stage, const pg::ScriptStatement &statement);

// Does the statement define something on `own` while that is staged beside its place? Then it has to wait until that is published.
bool must_wait(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, const Staged *own);

// Says, in a WARNING and in the reason of `own`, which a hook before its model does not have yet, when the statement defines something on another
// model's staged relation, of which the publish takes the rows alone: what is defined there stays behind.
void tell_of_loss(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, Staged *own);

// What a run, which is one transaction, does of the statement: nothing of COMMIT and its kin, of VACUUM, which is left to autovacuum, what it
// analyzes, and CREATE and DROP INDEX without CONCURRENTLY.
std::optional<pg::ScriptStatement> within_run(const pg::ScriptStatement &statement);
extern const char *const kVacuumIsLeft;

// Runs it on the run's snapshot when it reads or changes rows, as a command of its own otherwise.
pg::Result run_statement(pg::ScriptStatement::Kind kind, const std::string &sql);

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
