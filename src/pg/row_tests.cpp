#include "pg/row_tests.h"

#include <algorithm>

#include "pg/cells.h"
#include "pg/compat.h"

extern "C" {
#include "executor/executor.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
}

namespace mesh::pg {

// A column of the row at hand, as one kind of key, and the tests that look at it alone.
struct UsedColumn {
    AttrNumber column;
    KeyKind kind;
    bool is_null;
    int64 key;
    Datum value;
    int64 quiet_from, quiet_to;  // keys with which none of these tests is met
    bool null_meets;             // some of them
    bool is_ordered;             // it is a key, and each value was greater than the last one until now
    int64 last;
    int64 *disorder;
    RowTest *tests;
    UsedColumn *next;  // of the same column of the row
};

// How a column lies in a row, and what is asked of it.
struct StoredColumn {
    int16 length;
    int16 alignment;  // bytes
    UsedColumn *used;
};

namespace {

constexpr int kMostParts = 4;

}  // namespace

// Conditions on single columns that a row must all meet, or one expression.
struct RowTest {
    struct Part {
        const UsedColumn *column;
        const Cells *cells;
    };
    int64 *count;
    ExprState *expression;
    int parts;
    Part part[kMostParts];
    RowTest *next;  // of the same column
};

namespace {

bool may_raise(Oid function, void *) {
    return !get_func_leakproof(function);
}

// Leakproof functions do not tell what they were given, by an error neither.
bool is_harmful(Node *node, void *) {
    if (node == nullptr) return false;
    switch (nodeTag(node)) {
    case T_Var:
        return reinterpret_cast<Var *>(node)->varattno <= 0;
    case T_List: case T_Const: case T_OpExpr: case T_DistinctExpr: case T_NullIfExpr: case T_FuncExpr: case T_ScalarArrayOpExpr: case T_BoolExpr:
    case T_NullTest: case T_BooleanTest: case T_RelabelType: case T_CaseExpr: case T_CaseWhen: case T_CaseTestExpr: case T_CoalesceExpr:
        break;
    default:
        return true;
    }
    return check_functions_in_node(node, may_raise, nullptr) || expression_tree_walker(node, MESH_WALKER(is_harmful), nullptr);
}

inline bool is_whole(Datum value) {
    return !VARATT_IS_EXTENDED(DatumGetPointer(value)) || VARATT_IS_SHORT(DatumGetPointer(value));
}

inline bool meets(const RowTest::Part &part) {
    const UsedColumn &column = *part.column;
    return column.is_null ? part.cells->null_meets : part.cells->is_met[cell_of(*part.cells, column.key, column.value)];
}

inline bool meets(const RowTest &test) {
    for (int i = 0; i < test.parts; i++)
        if (!meets(test.part[i])) return false;
    return true;
}

bool find_cells(RowTest *test, List *parts) {
    if (list_length(parts) > kMostParts) return false;
    ListCell *cell;
    foreach (cell, parts) {
        const Cells *found = make_cells(static_cast<Node *>(lfirst(cell)));
        if (found == nullptr) return false;
        test->part[test->parts++] = {nullptr, found};
    }
    return true;
}

template <typename T>
T *array_of(int count) {
    return static_cast<T *>(palloc0(sizeof(T) * (count + 1)));
}

}  // namespace

RowTests *RowTests::make(const Scan *scan, int keys, bool harmless) {
    auto *out = static_cast<RowTests *>(palloc0(sizeof(RowTests)));
    int count = out->count_ = list_length(scan->plan.targetlist);
    out->counts_ = array_of<int64>(count);
    out->null_columns_ = array_of<AttrNumber>(count);
    out->null_counts_ = array_of<int64 *>(count);
    out->cell_tests_ = array_of<RowTest>(count);
    out->expressions_ = array_of<RowTest>(count);
    out->columns_ = out->columns_end_ = array_of<UsedColumn>(count * kMostParts);
    out->stored_ = array_of<StoredColumn>(MaxTupleAttributeNumber);
    out->context_ = CreateStandaloneExprContext();
    for (int i = 0; i < count; i++) {
        auto *asked = reinterpret_cast<Node *>(list_nth_node(TargetEntry, scan->plan.targetlist, i)->expr);
        if (i < count - keys) out->add(asked, i, harmless);
        else out->add_key(asked, i);
    }
    return out;
}

// The parts of an AND are asked one by one; that makes no difference as long as none of them can raise.
void RowTests::add(Node *condition, int number, bool harmless) {
    List *parts = is_andclause(condition) ? reinterpret_cast<BoolExpr *>(condition)->args : list_make1(condition);
    RowTest test = {};
    test.count = &counts_[number];
    bool in_cells = find_cells(&test, parts);
    if (!in_cells && harmless && is_harmful(condition, nullptr)) {
        counts_[number] = -1;
        return;
    }
    test_count_++;
    if (!in_cells) {
        test.expression = ExecInitQual(list_make1(condition), nullptr);
        need_columns(condition);
        expressions_[expression_count_++] = test;
    } else if (test.parts == 1 && asks_for_null(*test.part[0].cells)) {
        null_columns_[null_count_] = test.part[0].cells->column;
        null_counts_[null_count_++] = test.count;
    } else {
        add_cells(test);
    }
}

void RowTests::add_cells(RowTest test) {
    UsedColumn *column = nullptr;
    for (int i = 0; i < test.parts; i++) test.part[i].column = column = use(test.part[i].cells->column, test.part[i].cells->kind);
    RowTest *kept = &cell_tests_[cell_count_++];
    *kept = test;
    RowTest **list = test.parts == 1 ? &column->tests : &several_;
    kept->next = *list;
    *list = kept;
    if (test.parts > 1) return;
    const Cells &cells = *test.part[0].cells;
    column->quiet_from = std::max(column->quiet_from, cells.quiet_from);
    column->quiet_to = std::min(column->quiet_to, cells.quiet_to);
    column->null_meets = column->null_meets || cells.null_meets;
}

// Text keys are in no order, and who asks whether a boolean is unique gets a no soon enough.
void RowTests::add_key(Node *expression, int number) {
    auto *var = reinterpret_cast<Var *>(expression);
    KeyKind kind = IsA(expression, Var) && var->varattno > 0 ? kind_of(var->vartype) : KeyKind::none;
    counts_[number] = -1;
    if (kind == KeyKind::none || kind == KeyKind::text || kind == KeyKind::boolean) return;
    UsedColumn *column = use(var->varattno, kind);
    if (column->is_ordered) return;  // the same key once more
    column->is_ordered = true;
    column->last = PG_INT64_MIN;
    column->disorder = &counts_[number];
    counts_[number] = 0;
    test_count_++;
}

UsedColumn *RowTests::use(AttrNumber number, KeyKind kind) {
    last_ = std::max(last_, number);
    for (UsedColumn *known = columns_; known < columns_end_; known++)
        if (known->column == number && known->kind == kind) return known;
    UsedColumn *out = columns_end_++;
    out->column = number;
    out->kind = kind;
    out->quiet_from = PG_INT64_MIN;
    out->quiet_to = PG_INT64_MAX;
    return out;
}

// Deformed at once with the others.
void RowTests::need_columns(Node *condition) {
    ListCell *cell;
    foreach (cell, pull_var_clause(condition, 0)) last_ = std::max(last_, lfirst_node(Var, cell)->varattno);
}

inline void RowTests::keep_order(UsedColumn *column) {
    if (column->key > column->last) {
        column->last = column->key;
        return;
    }
    column->is_ordered = false;
    *column->disorder = 1;
    test_count_--;
}

inline bool RowTests::has_quiet_key(UsedColumn *column, int64 key) {
    column->key = key;
    if (column->is_ordered) keep_order(column);
    return key >= column->quiet_from && key <= column->quiet_to;
}

// Most values of sound data meet nothing, and their key tells it.
inline bool RowTests::is_quiet(UsedColumn *column, Datum value, bool is_null) {
    column->is_null = is_null;
    if (is_null) return !column->null_meets;
    if (column->kind >= KeyKind::text && !is_whole(value)) value = whole(value);
    column->value = value;
    return has_quiet_key(column, key_of(column->kind, value));
}

void RowTests::look(TupleTableSlot *slot) {
    if (HeapTupleHeader row = plain_row(slot); row != nullptr) walk(row);
    else look_at_values(slot);
    for (const RowTest *test = several_; test != nullptr; test = test->next)
        if (meets(*test)) ++*test->count;
    if (expression_count_ > 0) look_at_expressions(slot);
    if (used_memory_) ResetExprContext(context_);
    used_memory_ = false;
}

void RowTests::look_at_values(TupleTableSlot *slot) {
    if (null_count_ > 0) look_for_nulls(slot);
    if (last_ > 0) slot_getsomeattrs(slot, last_);
    const Datum *values = slot->tts_values;
    const bool *nulls = slot->tts_isnull;
    for (UsedColumn *column = columns_, *end = columns_end_; column < end; column++)
        if (!is_quiet(column, values[column->column - 1], nulls[column->column - 1])) look_at(*column);
}

// A stored row with all columns and no nulls need not be taken apart for the executor.
HeapTupleHeader RowTests::plain_row(TupleTableSlot *slot) {
    if (!TTS_IS_BUFFERTUPLE(slot) || expression_count_ > 0) return nullptr;
    HeapTuple tuple = reinterpret_cast<HeapTupleTableSlot *>(slot)->tuple;
    if (tuple == nullptr || HeapTupleHasNulls(tuple) || HeapTupleHeaderGetNatts(tuple->t_data) != slot->tts_tupleDescriptor->natts) return nullptr;
    if (stored_of_ != slot->tts_tupleDescriptor) find_stored(slot->tts_tupleDescriptor);
    return tuple->t_data;
}

// Looks at each value on the way to the next. Modeled on slot_deform_heap_tuple() of src/backend/executor/execTuples.c.
void RowTests::walk(HeapTupleHeader row) {
    const char *data = reinterpret_cast<const char *>(row) + row->t_hoff;
    size_t offset = 0;
    for (const StoredColumn *column = stored_, *end = stored_ + last_; column < end; column++) {
        if (column->length != -1 || !VARATT_NOT_PAD_BYTE(data + offset)) offset = TYPEALIGN(column->alignment, offset);
        for (UsedColumn *used = column->used; used != nullptr; used = used->next)
            if (!is_quiet_at(used, data + offset)) look_at(*used);
        offset = att_addlength_pointer(offset, column->length, data + offset);
    }
}

void RowTests::find_stored(TupleDesc desc) {
    stored_of_ = desc;
    for (int i = 0; i < last_; i++) stored_[i] = {TupleDescAttr(desc, i)->attlen, static_cast<int16>(att_align_nominal(1, TupleDescAttr(desc, i)->attalign)), nullptr};
    for (UsedColumn *used = columns_; used < columns_end_; used++) {
        UsedColumn *&first = stored_[used->column - 1].used;
        used->next = first;
        first = used;
    }
}

// Of a value that is not null, where it lies in its row.
inline bool RowTests::is_quiet_at(UsedColumn *column, const char *at) {
    column->is_null = false;
    if (column->kind >= KeyKind::text && !is_whole(PointerGetDatum(at))) at = DatumGetPointer(whole(PointerGetDatum(at)));
    column->value = PointerGetDatum(at);
    return has_quiet_key(column, key_at(column->kind, at));
}

void RowTests::look_at(const UsedColumn &column) {
    for (const RowTest *test = column.tests; test != nullptr; test = test->next)
        if (meets(test->part[0])) ++*test->count;
}

Datum RowTests::whole(Datum value) {
    used_memory_ = true;
    MemoryContext outer = MemoryContextSwitchTo(context_->ecxt_per_tuple_memory);
    Datum out = PointerGetDatum(pg_detoast_datum(reinterpret_cast<varlena *>(DatumGetPointer(value))));
    MemoryContextSwitchTo(outer);
    return out;
}

void RowTests::look_at_expressions(TupleTableSlot *slot) {
    used_memory_ = true;
    MemoryContext outer = MemoryContextSwitchTo(context_->ecxt_per_tuple_memory);
    context_->ecxt_scantuple = slot;
    for (const RowTest *test = expressions_; test < expressions_ + expression_count_; test++)
        if (ExecQual(test->expression, context_)) ++*test->count;
    MemoryContextSwitchTo(outer);
}

// A stored row tells whether it has any, and which, without being taken apart.
void RowTests::look_for_nulls(TupleTableSlot *slot) {
    HeapTuple tuple = TTS_IS_BUFFERTUPLE(slot) ? reinterpret_cast<HeapTupleTableSlot *>(slot)->tuple : nullptr;
    int stored = tuple == nullptr ? 0 : HeapTupleHeaderGetNatts(tuple->t_data);
    bool whole = stored == slot->tts_tupleDescriptor->natts;
    if (whole && !HeapTupleHasNulls(tuple)) return;
    for (int i = 0; i < null_count_; i++) {
        AttrNumber column = null_columns_[i];
        *null_counts_[i] += column <= stored ? HeapTupleHasNulls(tuple) && att_isnull(column - 1, tuple->t_data->t_bits) : slot_attisnull(slot, column);
    }
}

int64 RowTests::count(int i) const {
    return counts_[i];
}

}  // namespace mesh::pg
