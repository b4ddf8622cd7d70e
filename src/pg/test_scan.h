// Tests of one row at a time, over a scan of our own.
#pragma once

#include "pg/storage.h"

namespace mesh::pg {

// What one scan found.
struct RowsMeeting {
    std::vector<int64_t> counts;       // of each condition; then of each key, see RowTests::count()
    Oid relation = InvalidOid;         // that was read
    std::optional<Counted> all;        // its rows, as count_rows(relation, true) would count them
};

// Counts the rows of `from` (a FROM item with its alias) that meet each condition, on the active snapshot plus what this transaction
// changed itself, with the rights, search_path and row security in force. What
//     SELECT count(*) FILTER (WHERE condition), ... FROM from
// would count, at less cost a row. Nothing when that would not be one scan of one stored relation: a join, a view of several relations, a
// partitioned or foreign table, a condition with a subquery. Raises what the query would raise; when several conditions would raise,
// it may be another one's error.
// Of the keys, columns by name, it is found out by the way whether the order of the rows proves that no value occurs twice. With keys alone the
// scan ends as soon as it proves nothing.
std::optional<RowsMeeting> rows_meeting(const std::string &from, const std::vector<std::string> &conditions, const std::vector<std::string> &keys);

}  // namespace mesh::pg
