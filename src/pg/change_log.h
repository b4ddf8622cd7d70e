// Logs of changed keys: what a table's triggers write.
#pragma once

#include "pg/guard.h"

extern "C" {
#include "commands/trigger.h"
}

namespace mesh::pg {

// A statement that changes more keys than this logs that everything changed. Of one that changes many rows the first kProbedRows are
// looked at before all of them are.
inline constexpr int kMostLoggedKeys = 200000, kProbedRows = 2 * kMostLoggedKeys;

// The body of the trigger mesh.log_changes(log, column numbers...): writes the keys of the changed rows into table mesh.<log>, whose
// columns are xid, command, whole and one for each of those numbers. Writes that everything changed when it cannot tell: a truncated table, a column that is
// gone or has another type than in the log. Does nothing when the log is gone.
void log_changes(TriggerData *trigger);

}  // namespace mesh::pg
