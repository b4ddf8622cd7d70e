// Which columns of its relations a query needs: those that decide about its rows, and those from which its own columns are made.
#pragma once

#include "pg/pg.h"

namespace mesh::pg {

// A column of a relation of the catalog (relation), or of a stand-in (name). 0: the relation itself is read.
struct NeededColumn {
    Oid relation;
    const char *name, *column;
    Oid type;
    int32 typmod;
    Oid collation;
};

struct Needed {
    NeededColumn *columns;
    int count;
};

// Sees through subqueries, CTEs, joins and set operations: a column that is selected there and needed by nobody does not count. What
// cannot be told apart is needed. Call under pg::call.
Needed needed_columns(Query *query);

// The query without the target entries of its subqueries and CTEs that nobody needs, for deparsing only. Changes `query`.
void drop_unneeded(Query *query);

// The same, and of its own columns keeps one alone (-1: none), with those that decide about its rows.
void keep_column(Query *query, int column);

}  // namespace mesh::pg
