// Publishing: the short step in which consumers come to see what was staged.
#pragma once

#include <functional>

#include "engine/build.h"

namespace mesh::engine {

// A reader with an older snapshot (of a REPEATABLE READ transaction, of EXECUTE, of a stable function) sees exchanged storage at once, but rows
// that were changed in place never: where these have both, such a reader would see one half of them.
bool could_be_torn(const std::vector<Staged *> &staged);

// Why all of them go row by row then, as their steps' reasons say it.
constexpr const char *kOlderSnapshots = "the run also changes rows in place, and older snapshots are in use";

// Publishes these together, in the order in which they were built: what needs no locks, then all locks, then only catalog changes. Raises
// 55P03 when the locks could not be had, 2BP01 when what somebody else depends on would have to be dropped. What could only
// be published in another way than planned says so in its reason. Runs in a subtransaction of the caller. `by_rows`: why older snapshots are
// to be reckoned with; when it is empty they are looked for. `at` is the model that was being published when it raised, or empty.
void publish(const std::vector<Staged *> &staged, const std::string &by_rows, std::string &at);

// Drops what was staged and not published. False when that cannot be: it was written in place.
bool drop_stage(const Staged &staged);

// publish_rows.cpp: gives tables and materialized views their staged rows by writing what differs; parents of foreign keys get rows first and
// lose them last. The reason tells how many rows were written. Raises 2BP01 when a foreign key would cascade to another table, 55000 when a
// trigger or rule changed the rows. finish_rows() makes the indexes that are new, and drops the stage.
void publish_rows(const std::vector<Staged *> &staged, std::string &at);
void finish_rows(const std::vector<Staged *> &staged, std::string &at);

// relations.cpp: what hangs on a relation that has to be dropped and made again: its grants, comments and options, as
// statements that restore them. Raises 2BP01 when there is something that cannot be restored (triggers, rules, policies).
std::vector<std::string> save_decorations(const Staged &staged);

// relations.cpp: raises 2BP01 when the staged model needs its relation to be made anew, and something outside of `run` (relations of
// the run's models) depends on it: no publish could do that.
void require_replaceable(const Staged &staged, const std::function<std::set<Oid>()> &run);

// relations.cpp: those of `staged` that must be dropped and made again: their new columns cannot be had by replacing, or they
// read one that is. Raises 2BP01 when something else depends on one of them, which `at` then names.
void find_recreated(const std::vector<Staged *> &staged, std::string &at);

}  // namespace mesh::engine
