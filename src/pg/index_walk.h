// What an index tells of its table without reading the table.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// The name of an index that shows that no two rows of the relation have the same value in this column, nulls aside: a B-tree that begins with
// it, of all rows, without two equal neighbours. Reads the leaves of such indexes from left to right, until two are found. Nothing when there
// is none, also when only rows that nobody sees any more are equal.
std::optional<std::string> index_without_duplicates(Oid relation, const std::string &column);

}  // namespace mesh::pg
