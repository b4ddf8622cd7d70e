// Changing rows of a materialized view in place. No command may do that but the server's own REFRESH ... CONCURRENTLY, whose permit is the
// server's alone: so the rows are written here as the executor would write them, with their indexes.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Is it there, and has it been filled? An unfilled one cannot be read.
bool is_populated(Oid matview);

// Deletes the rows whose ctid the query returns as its only column. The query sees what is committed now, and what this transaction did.
// Needs a RowExclusiveLock at least, which keeps REFRESH away and lets readers go on. Raises 40001 when a row is gone already.
// Returns how many rows there were.
uint64_t delete_matview_rows(Oid matview, const std::string &ctids);

// Inserts the query's rows, which have the columns of the materialized view in their order. Raises 23505 as INSERT does, 42804 when a column
// has another type.
uint64_t insert_matview_rows(Oid matview, const std::string &rows);

}  // namespace mesh::pg
