// The tests of a relation that look at one row at a time, ready to be asked of each row that passes by.
#pragma once

#include "pg/pg.h"

extern "C" {
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "nodes/plannodes.h"
}

namespace mesh::pg {

enum class KeyKind : uint8;
struct Cells;
struct RowTest;
struct StoredColumn;
struct UsedColumn;

// Counts the rows that meet each of some conditions. Conditions on one column are looked up in its cells (see cells.h), others are
// evaluated by the server's executor. Plain data; call its functions within pg::call.
class RowTests {
public:
    // The conditions are what `scan` puts out, of type boolean, but for as many `keys` at the end. `harmless`: conditions are left out whose evaluation might raise, or that
    // ask for what a row has only once it is stored. Raises what their evaluation raises for no row at all, such as 42501.
    // Allocates in the current memory context.
    static RowTests *make(const Scan *scan, int keys, bool harmless);

    void look(TupleTableSlot *slot);

    // How many of the rows met condition `i`; -1: it was left out. Of a key, after all conditions, 0: each value is greater than the one before,
    // so that none occurs twice; else something else.
    int64 count(int i) const;

    // Nothing more can be found out: there are only keys, and no order.
    bool is_done() const { return test_count_ == 0; }

    // Is there any condition to be asked?
    bool is_empty() const { return test_count_ == 0; }

private:
    void add(Node *condition, int number, bool harmless);
    void add_key(Node *expression, int number);
    UsedColumn *use(AttrNumber column, KeyKind kind);
    void keep_order(UsedColumn *column);
    void look_at_values(TupleTableSlot *slot);
    void look_for_nulls(TupleTableSlot *slot);
    HeapTupleHeader plain_row(TupleTableSlot *slot);
    void walk(HeapTupleHeader row);
    void find_stored(TupleDesc desc);
    bool is_quiet(UsedColumn *column, Datum value, bool is_null);
    bool is_quiet_at(UsedColumn *column, const char *at);
    bool has_quiet_key(UsedColumn *column, int64 key);
    void look_at(const UsedColumn &column);
    Datum whole(Datum value);
    void look_at_expressions(TupleTableSlot *slot);
    void add_cells(RowTest test);
    void need_columns(Node *condition);

    int64 *counts_;
    int count_, test_count_;  // conditions and keys; those of them that are still asked
    AttrNumber *null_columns_;  // of tests for null alone
    int64 **null_counts_;
    int null_count_;
    RowTest *cell_tests_;
    int cell_count_;
    RowTest *several_;  // of these: tests of several columns
    RowTest *expressions_;
    int expression_count_;
    UsedColumn *columns_, *columns_end_;
    AttrNumber last_;  // the highest column that is needed as a value
    StoredColumn *stored_;  // up to that, in rows of this kind
    TupleDesc stored_of_;
    ExprContext *context_;
    bool used_memory_;  // for the row at hand
};

}  // namespace mesh::pg
