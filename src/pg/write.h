// Changing rows of a table in place.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Runs one INSERT, UPDATE, DELETE or MERGE on `relation` and returns how many rows it changed. It sees what is committed and what
// this transaction changed, or with `as_of` the active snapshot instead of the former. Unlike execute() it works within as_role() on
// a table with deferred foreign keys as well: their checks are left for check_deferred() or the commit, or made at once where more than checks would be
// left. Raises what the command raises.
uint64_t write_rows(Oid relation, const std::string &sql, bool as_of = false);

// Checks now what deferred foreign keys of the table, or those that refer to it, have left to be checked. Raises 23503.
void check_deferred(Oid relation, bool of_it);

}  // namespace mesh::pg
