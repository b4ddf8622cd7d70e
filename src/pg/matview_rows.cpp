#include "pg/matview_rows.h"

#include "pg/compat.h"
#include "pg/heap.h"

extern "C" {
#include "executor/executor.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
}

namespace mesh::pg {

namespace {

// What is done with each row of a query. Only plain data: errors jump over it.
struct MatviewReceiver {
    DestReceiver base;
    Relation matview;
    CommandId command;
    ResultRelInfo *target;
    EState *estate;
    TupleTableSlot *own;
    uint64_t rows;
};

void no_startup(DestReceiver *, int, TupleDesc) {}
void no_shutdown(DestReceiver *) {}

bool remove(TupleTableSlot *slot, DestReceiver *self) {
    auto *receiver = reinterpret_cast<MatviewReceiver *>(self);
    bool is_null;
    auto *tid = reinterpret_cast<ItemPointer>(DatumGetPointer(slot_getattr(slot, 1, &is_null)));
    TM_FailureData failure;
    TM_Result result = table_tuple_delete(receiver->matview, tid, receiver->command, GetActiveSnapshot(), InvalidSnapshot, true, &failure, false);
    if (result != TM_Ok)
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("could not serialize access due to concurrent delete"),
                        errtable(receiver->matview)));
    receiver->rows++;
    return true;
}

// A value of the wrong type would crash whoever reads it.
void require_same_types(DestReceiver *self, int, TupleDesc query) {
    auto *receiver = reinterpret_cast<MatviewReceiver *>(self);
    TupleDesc desc = RelationGetDescr(receiver->matview);
    bool same = desc->natts == query->natts;
    for (int i = 0; same && i < desc->natts; i++)
        same = !TupleDescAttr(desc, i)->attisdropped && TupleDescAttr(desc, i)->atttypid == TupleDescAttr(query, i)->atttypid;
    if (!same)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the columns of \"%s\" are others than those of its next contents", RelationGetRelationName(receiver->matview))));
}

bool insert(TupleTableSlot *slot, DestReceiver *self) {
    auto *receiver = reinterpret_cast<MatviewReceiver *>(self);
    ExecCopySlot(receiver->own, slot);
    table_tuple_insert(receiver->matview, receiver->own, receiver->command, 0, nullptr);
    if (receiver->target->ri_NumIndices > 0) compat::insert_index_entries(receiver->target, receiver->own, receiver->estate);
    ResetPerTupleExprContext(receiver->estate);
    receiver->rows++;
    return true;
}

// Not in parallel: rows cannot be changed meanwhile.
PlannedStmt *plan_query(const char *sql) {
    Query *query = parse_analyze_fixedparams(linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT)), sql, nullptr, 0, nullptr);
    AcquireRewriteLocks(query, true, false);
    return pg_plan_query(linitial_node(Query, pg_rewrite_query(query)), sql, 0, nullptr);
}

// A REPEATABLE READ transaction's own snapshot may be older than the last REFRESH, whose rows would be left over.
void run_query(const char *sql, MatviewReceiver *receiver) {
    CommandCounterIncrement();
    PushCopiedSnapshot(GetLatestSnapshot());
    UpdateActiveSnapshotCommandId();
    receiver->command = GetCurrentCommandId(true);
    execute_into(plan_query(sql), sql, &receiver->base);
    PopActiveSnapshot();
    CommandCounterIncrement();
}

void open_target(MatviewReceiver *receiver) {
    receiver->estate = CreateExecutorState();
    receiver->target = makeNode(ResultRelInfo);
    InitResultRelInfo(receiver->target, receiver->matview, 0, nullptr, 0);
    ExecOpenIndices(receiver->target, false);
    receiver->own = table_slot_create(receiver->matview, nullptr);
}

void close_target(MatviewReceiver *receiver) {
    ExecDropSingleTupleTableSlot(receiver->own);
    ExecCloseIndices(receiver->target);
    FreeExecutorState(receiver->estate);
}

MatviewReceiver make_receiver(Oid matview) {
    MatviewReceiver receiver = {};
    receiver.base.rStartup = no_startup;
    receiver.base.rShutdown = no_shutdown;
    receiver.base.rDestroy = no_shutdown;
    receiver.base.mydest = DestTransientRel;
    receiver.matview = table_open(matview, RowExclusiveLock);
    return receiver;
}

}  // namespace

bool is_populated(Oid matview) {
    return call([=] {
        HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(matview));
        if (!HeapTupleIsValid(tuple)) return false;
        bool populated = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispopulated;
        ReleaseSysCache(tuple);
        return populated;
    });
}

uint64_t delete_matview_rows(Oid matview, const std::string &ctids) {
    const char *sql = ctids.c_str();
    return call([=] {
        MatviewReceiver receiver = make_receiver(matview);
        receiver.base.receiveSlot = remove;
        run_query(sql, &receiver);
        table_close(receiver.matview, NoLock);
        return receiver.rows;
    });
}

uint64_t insert_matview_rows(Oid matview, const std::string &rows) {
    const char *sql = rows.c_str();
    return call([=] {
        MatviewReceiver receiver = make_receiver(matview);
        receiver.base.rStartup = require_same_types;
        receiver.base.receiveSlot = insert;
        open_target(&receiver);
        run_query(sql, &receiver);
        close_target(&receiver);
        table_close(receiver.matview, NoLock);
        return receiver.rows;
    });
}

}  // namespace mesh::pg
