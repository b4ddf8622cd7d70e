// Building a table's next contents beside it, and putting them in its place in one short step.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// A SELECT that is analyzed and planned; it lives in the memory context that was current.
struct PreparedQuery {
    PlannedStmt *plan = nullptr;
    std::string sql;
    std::vector<Column> columns;
};

// Analyzes and plans one SELECT with the rights and search_path in force.
PreparedQuery prepare(const std::string &sql);

// The columns alone, without a plan.
std::vector<Column> describe(const std::string &sql);

// What tests ask of the rows of a relation, one by one.
struct RowConditions {
    std::string alias;                    // by which they may name the relation
    std::vector<std::string> conditions;
    std::vector<std::string> keys;        // columns that may hold no value twice
    std::vector<int64_t> counts;          // once they are known, of each condition and then of each key: see RowTests::count()
};

// Runs a planned SELECT on the active snapshot and what this transaction changed itself: each row goes to `receiver`. Call it within pg::call.
void execute_into(PlannedStmt *plan, const char *sql, DestReceiver *receiver);

// Runs the query on the active snapshot and writes its rows into `relation`, frozen: a REPEATABLE READ reader whose
// snapshot is older sees them as well, so that it never finds an empty table after a swap. The relation must have been
// created in this transaction and be empty. Query column i goes to the relation's column named columns[i]. NOT NULL and
// CHECK constraints of `constraints_of` (the relation itself, or the table it will replace) are enforced: 23502, 23514.
// Returns the number of rows. Raises 42804 when a column is missing or has another type.
// Logical decoding does not see the rows unless `decoded`: a subscriber of all tables knows no staged relation.
// With `asked` the rows are counted that meet its conditions. Those whose evaluation might raise are not asked: a test's error is not the
// build's.
uint64_t fill_frozen(Oid relation, const PreparedQuery &query, Oid constraints_of, bool decoded = false, RowConditions *asked = nullptr);

// Writes rows that are given as text into a relation, in the way of fill_frozen. When something raises, the (sub)transaction's abort
// cleans up.
class RowWriter {
public:
    // `columns`: names of the relation's columns, in the order of the values. Raises 42703 when one is not there.
    RowWriter(Oid relation, const std::vector<std::string> &columns, Oid constraints_of, bool decoded = false);

    // Each value is read by its column's input function; a timestamp without time zone may be given with one.
    void add(const std::vector<std::optional<std::string>> &values);

    // The column whose value could not be read when add() raised; -1: it was something else.
    int column() const { return column_; }

    uint64_t finish();

private:
    struct Inner;
    Inner *inner_;
    int column_ = -1;
    std::vector<const char *> cells_;
};

// An empty heap with the row layout of `target` (dropped columns included), in its schema, with its options
// and TOAST, unlogged or not. No indexes.
Oid create_sibling(Oid target, bool unlogged);

// Builds on `sibling` a copy of each index of `target` whose columns it has, in the order of the target's index list.
void copy_indexes(Oid target, Oid sibling);

// Makes the entries of an index on `target` ("create index on ...") without building it: swap_storage has to follow, with a
// sibling that has this index as its last one.
void create_index_entry(Oid target, const std::string &sql);

// Gives `target` the storage (heap, TOAST, indexes) of `sibling`, and drops the sibling with the old storage. The target keeps its
// OID and all that hangs on it. Needs AccessExclusiveLock on target, held by the caller. The index lists must
// still match; raises 40001 when somebody changed the table's indexes since copy_indexes.
// The statistics collector is told of `rows` new rows, so that autovacuum analyzes the table when it should.
void swap_storage(Oid target, Oid sibling, uint64_t rows);

// Marks a materialized view as holding data.
void set_populated(Oid matview);

}  // namespace mesh::pg
