// prepare and fill_frozen: a planned query, and a receiver of its rows modeled on how REFRESH MATERIALIZED VIEW writes.
#include "pg/heap.h"

extern "C" {
#include "access/heapam.h"
#include "executor/executor.h"
#include "executor/tstoreReceiver.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
}

#include "pg/compat.h"
#include "pg/condition_plan.h"
#include "pg/heap_insert.h"
#include "pg/lock.h"
#include "pg/raw_body.h"
#include "pg/relation.h"
#include "pg/row_tests.h"
#include "pg/session.h"
#include "pg/spi.h"

namespace mesh::pg {

namespace {

struct FrozenReceiver {
    DestReceiver base;
    Relation relation;
    bool decoded;
    FrozenInsert insert;
    RowTests *tests;  // asked of each row; NULL: none
    // Set when the rows need a form of their own: the relation's columns in another order, or dropped ones between.
    TupleTableSlot *own;
    int *place;  // query column -> attribute number - 1
    int columns;
    // Set when there are constraints to hold.
    ResultRelInfo *checked;
    EState *estate;
};

TupleTableSlot *arrange(FrozenReceiver *receiver, TupleTableSlot *slot) {
    TupleTableSlot *own = receiver->own;
    slot_getallattrs(slot);
    ExecClearTuple(own);
    std::memset(own->tts_isnull, true, own->tts_tupleDescriptor->natts);
    for (int i = 0; i < receiver->columns; i++) {
        own->tts_values[receiver->place[i]] = slot->tts_values[i];
        own->tts_isnull[receiver->place[i]] = slot->tts_isnull[i];
    }
    return ExecStoreVirtualTuple(own);
}

bool receive(TupleTableSlot *slot, DestReceiver *self) {
    auto *receiver = reinterpret_cast<FrozenReceiver *>(self);
    if (receiver->own != nullptr) slot = arrange(receiver, slot);
    if (receiver->checked != nullptr) {
        ExecConstraints(receiver->checked, slot, receiver->estate);
        ResetPerTupleExprContext(receiver->estate);
    }
    if (receiver->tests != nullptr) receiver->tests->look(slot);
    receiver->insert.add(slot);
    return true;
}

void startup(DestReceiver *self, int, TupleDesc) {
    auto *receiver = reinterpret_cast<FrozenReceiver *>(self);
    receiver->insert.begin(receiver->relation, receiver->decoded);
}

void shutdown(DestReceiver *self) {
    reinterpret_cast<FrozenReceiver *>(self)->insert.end();
}

void destroy(DestReceiver *) {}

// A row of the wrong type in a heap would crash whoever reads it: types are compared before the first row.
void map_columns(FrozenReceiver *receiver, PlannedStmt *plan) {
    TupleDesc desc = RelationGetDescr(receiver->relation);
    receiver->place = static_cast<int *>(palloc(sizeof(int) * (list_length(plan->planTree->targetlist) + 1)));
    bool same = true;
    ListCell *cell;
    foreach (cell, plan->planTree->targetlist) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk) continue;
        AttrNumber number = get_attnum(RelationGetRelid(receiver->relation), entry->resname);
        if (number <= 0 || TupleDescAttr(desc, number - 1)->atttypid != exprType(reinterpret_cast<Node *>(entry->expr)))
            ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                            errmsg("column \"%s\" of \"%s\" is missing or has another type", entry->resname, RelationGetRelationName(receiver->relation))));
        same = same && number == receiver->columns + 1;
        receiver->place[receiver->columns++] = number - 1;
    }
    if (!same || desc->natts != receiver->columns) receiver->own = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
}

void hold_constraints(FrozenReceiver *receiver, Relation holder) {
    if (holder->rd_att->constr == nullptr) return;
    receiver->estate = CreateExecutorState();
    receiver->checked = makeNode(ResultRelInfo);
    InitResultRelInfo(receiver->checked, holder, 0, nullptr, 0);  // 0: it is in no range table, where a violation would look for its columns
}

FrozenReceiver make_receiver(bool decoded) {
    FrozenReceiver receiver = {};
    receiver.decoded = decoded;
    return receiver;
}

uint64 fill(Oid relation, PlannedStmt *plan, const char *sql, Oid holder, bool decoded, RowTests *tests) {
    FrozenReceiver receiver = make_receiver(decoded);
    receiver.tests = tests;
    receiver.base.receiveSlot = receive;
    receiver.base.rStartup = startup;
    receiver.base.rShutdown = shutdown;
    receiver.base.rDestroy = destroy;
    receiver.base.mydest = DestTransientRel;
    receiver.relation = table_open(relation, AccessExclusiveLock);
    map_columns(&receiver, plan);
    Relation constraints = table_open(holder, AccessShareLock);
    hold_constraints(&receiver, constraints);
    execute_into(plan, sql, &receiver.base);
    if (receiver.own != nullptr) ExecDropSingleTupleTableSlot(receiver.own);
    if (receiver.estate != nullptr) FreeExecutorState(receiver.estate);
    table_close(constraints, NoLock);
    table_close(receiver.relation, NoLock);
    CommandCounterIncrement();
    return receiver.insert.rows();
}

Query *analyze(const char *sql) {
    List *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);
    return parse_analyze_fixedparams(linitial_node(RawStmt, parsed), sql, nullptr, 0, nullptr);
}

PlannedStmt *plan_query(Query *query, const char *sql) {
    AcquireRewriteLocks(query, true, false);
    List *rewritten = pg_rewrite_query(query);
    return pg_plan_query(linitial_node(Query, rewritten), sql, CURSOR_OPT_PARALLEL_OK, nullptr);
}

// NULL when the conditions are none on the rows of this relation alone. The scan is never run: it only tells what the conditions are.
RowTests *tests_of(Oid relation, const RowConditions &asked) {
    auto [schema, name] = relation_name(relation);
    const PlannedStmt *plan = plan_conditions(conditions_sql(qualified(schema, name) + " as " + asked.alias, asked.conditions, asked.keys));
    const Scan *scan = conditions_scan(plan, asked.keys.size());
    int keys = static_cast<int>(asked.keys.size());
    if (scan == nullptr || scan->plan.qual != NIL) return nullptr;
    return call([scan, keys] { return RowTests::make(scan, keys, true); });
}

// What is wrong with a condition is told when its test runs.
RowTests *tests_or_none(Oid relation, const RowConditions *asked) {
    RowTests *out = nullptr;
    if (asked == nullptr || asked->conditions.size() + asked->keys.size() == 0) return out;
    ErrorData *error = try_in_subtransaction([&] { out = tests_of(relation, *asked); });
    return error != nullptr || out == nullptr || out->is_empty() ? nullptr : out;
}

// How one column's text becomes its value.
struct Reader {
    FmgrInfo input, zoned;
    Oid argument;
    int32 typmod;
    bool may_have_zone;
};

Reader reader_of(Form_pg_attribute column) {
    Reader out = {};
    Oid function;
    getTypeInputInfo(column->atttypid, &function, &out.argument);
    fmgr_info(function, &out.input);
    out.typmod = column->atttypmod;
    out.may_have_zone = column->atttypid == TIMESTAMPOID;
    fmgr_info(F_TIMESTAMPTZ_IN, &out.zoned);
    return out;
}

bool has_zone(const char *text) {
    size_t size = strlen(text);
    return size > 16 && (text[size - 6] == '+' || text[size - 6] == '-') && text[size - 3] == ':';
}

Datum read_value(Reader *reader, const char *text) {
    char *copy = const_cast<char *>(text);
    if (reader->may_have_zone && has_zone(text))
        return DirectFunctionCall1(timestamptz_timestamp, InputFunctionCall(&reader->zoned, copy, InvalidOid, -1));
    return InputFunctionCall(&reader->input, copy, reader->argument, reader->typmod);
}

}  // namespace

void execute_into(PlannedStmt *plan, const char *sql, DestReceiver *receiver) {
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    QueryDesc *desc = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, receiver, nullptr, nullptr, 0);
    ExecutorStart(desc, 0);
    compat::run_to_the_end(desc);
    ExecutorFinish(desc);
    ExecutorEnd(desc);
    FreeQueryDesc(desc);
    PopActiveSnapshot();
}

struct RowWriter::Inner {
    FrozenReceiver receiver;
    Relation constraints;
    MemoryContext row;
    Reader *readers;
};

RowWriter::RowWriter(Oid relation, const std::vector<std::string> &columns, Oid constraints_of, bool decoded) {
    std::vector<const char *> names;
    for (const std::string &name : columns) names.push_back(name.c_str());
    const char *const *name = names.data();
    int count = static_cast<int>(names.size());
    inner_ = call([=] {
        auto *out = static_cast<Inner *>(palloc0(sizeof(Inner)));
        FrozenReceiver &receiver = out->receiver = make_receiver(decoded);
        receiver.relation = table_open(relation, AccessExclusiveLock);
        receiver.place = static_cast<int *>(palloc(sizeof(int) * (count + 1)));
        receiver.columns = count;
        out->readers = static_cast<Reader *>(palloc0(sizeof(Reader) * (count + 1)));
        TupleDesc desc = RelationGetDescr(receiver.relation);
        for (int i = 0; i < count; i++) {
            AttrNumber number = get_attnum(relation, name[i]);
            if (number <= 0)
                ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" of \"%s\" does not exist", name[i], RelationGetRelationName(receiver.relation))));
            receiver.place[i] = number - 1;
            out->readers[i] = reader_of(TupleDescAttr(desc, number - 1));
        }
        receiver.own = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
        out->constraints = table_open(constraints_of, AccessShareLock);
        hold_constraints(&receiver, out->constraints);
        out->row = AllocSetContextCreate(CurrentMemoryContext, "mesh row", ALLOCSET_DEFAULT_SIZES);
        startup(&receiver.base, 0, nullptr);
        return out;
    });
}

void RowWriter::add(const std::vector<std::optional<std::string>> &values) {
    cells_.clear();
    for (const auto &value : values) cells_.push_back(value ? value->c_str() : nullptr);
    const char *const *cells = cells_.data();
    Inner *inner = inner_;
    int *column = &column_;
    call([=] {
        CHECK_FOR_INTERRUPTS();
        FrozenReceiver &receiver = inner->receiver;
        TupleTableSlot *slot = receiver.own;
        MemoryContextReset(inner->row);
        MemoryContext outer = MemoryContextSwitchTo(inner->row);
        ExecClearTuple(slot);
        std::memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts);
        for (int i = 0; i < receiver.columns; i++) {
            if (cells[i] == nullptr) continue;
            *column = i;
            slot->tts_values[receiver.place[i]] = read_value(&inner->readers[i], cells[i]);
            slot->tts_isnull[receiver.place[i]] = false;
        }
        *column = -1;
        ExecStoreVirtualTuple(slot);
        if (receiver.checked != nullptr) {
            ExecConstraints(receiver.checked, slot, receiver.estate);
            ResetPerTupleExprContext(receiver.estate);
        }
        receiver.insert.add(slot);
        MemoryContextSwitchTo(outer);
    });
}

uint64_t RowWriter::finish() {
    Inner *inner = inner_;
    return call([=] {
        FrozenReceiver &receiver = inner->receiver;
        shutdown(&receiver.base);
        ExecDropSingleTupleTableSlot(receiver.own);
        if (receiver.estate != nullptr) FreeExecutorState(receiver.estate);
        table_close(inner->constraints, NoLock);
        table_close(receiver.relation, NoLock);
        MemoryContextDelete(inner->row);
        CommandCounterIncrement();
        return static_cast<uint64_t>(receiver.insert.rows());
    });
}

PreparedQuery prepare(const std::string &sql) {
    const char *text = sql.c_str();
    LimitedWaits waits;
    Query *query = with_position(sql, [text] { return call([text] { return analyze(text); }); });
    PreparedQuery out;
    out.columns = to_columns(call([query] { return describe_query(query); }));
    out.sql = sql;
    out.plan = call([query, text] { return plan_query(query, text); });
    waits.end();
    return out;
}

std::vector<Column> describe(const std::string &sql) {
    const char *text = sql.c_str();
    LimitedWaits waits;
    std::vector<Column> columns = to_columns(call([text] { return describe_query(analyze(text)); }));
    waits.end();
    return columns;
}

uint64_t fill_frozen(Oid relation, const PreparedQuery &query, Oid constraints_of, bool decoded, RowConditions *asked) {
    const char *text = query.sql.c_str();
    PlannedStmt *plan = query.plan;
    RowTests *tests = tests_or_none(relation, asked);
    uint64_t rows = call([=] { return static_cast<uint64_t>(fill(relation, plan, text, constraints_of, decoded, tests)); });
    for (size_t i = 0; tests != nullptr && i < asked->conditions.size() + asked->keys.size(); i++) asked->counts.push_back(tests->count(static_cast<int>(i)));
    return rows;
}

}  // namespace mesh::pg
