// fill_frozen: a receiver of rows, modeled on how REFRESH MATERIALIZED VIEW writes.
#include "pg/heap.h"

extern "C" {
#include "access/heapam.h"
#include "executor/executor.h"
#include "executor/tstoreReceiver.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
}

namespace mesh::pg {

namespace {

struct FrozenReceiver {
    DestReceiver base;
    Relation relation;
    BulkInsertState bulk;
    CommandId command;
    uint64 rows;
};

bool receive(TupleTableSlot *slot, DestReceiver *self) {
    auto *receiver = reinterpret_cast<FrozenReceiver *>(self);
    table_tuple_insert(receiver->relation, slot, receiver->command, TABLE_INSERT_SKIP_FSM | TABLE_INSERT_FROZEN,
                       receiver->bulk);
    receiver->rows++;
    return true;
}

void startup(DestReceiver *self, int, TupleDesc) {
    auto *receiver = reinterpret_cast<FrozenReceiver *>(self);
    receiver->command = GetCurrentCommandId(true);
    receiver->bulk = GetBulkInsertState();
    receiver->rows = 0;
}

void shutdown(DestReceiver *self) {
    auto *receiver = reinterpret_cast<FrozenReceiver *>(self);
    FreeBulkInsertState(receiver->bulk);
    table_finish_bulk_insert(receiver->relation, TABLE_INSERT_SKIP_FSM | TABLE_INSERT_FROZEN);
}

void destroy(DestReceiver *) {}

// The planned statement of `sql`, analyzed and rewritten like any query of the user.
PlannedStmt *plan(const char *sql) {
    List *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);
    List *rewritten = pg_analyze_and_rewrite_fixedparams(linitial_node(RawStmt, parsed), sql, nullptr, 0, nullptr);
    return pg_plan_query(linitial_node(Query, rewritten), sql, CURSOR_OPT_PARALLEL_OK, nullptr);
}

uint64 fill(Oid relation, const char *sql) {
    PlannedStmt *planned = plan(sql);
    FrozenReceiver receiver = {};
    receiver.base.receiveSlot = receive;
    receiver.base.rStartup = startup;
    receiver.base.rShutdown = shutdown;
    receiver.base.rDestroy = destroy;
    receiver.base.mydest = DestTransientRel;
    receiver.relation = table_open(relation, AccessExclusiveLock);
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    QueryDesc *desc = CreateQueryDesc(planned, sql, GetActiveSnapshot(), InvalidSnapshot, &receiver.base, nullptr, nullptr, 0);
    ExecutorStart(desc, 0);
#if PG_VERSION_NUM >= 180000
    ExecutorRun(desc, ForwardScanDirection, 0);
#else
    ExecutorRun(desc, ForwardScanDirection, 0, true);
#endif
    ExecutorFinish(desc);
    ExecutorEnd(desc);
    FreeQueryDesc(desc);
    PopActiveSnapshot();
    table_close(receiver.relation, NoLock);
    CommandCounterIncrement();
    return receiver.rows;
}

}  // namespace

uint64_t fill_frozen(Oid relation, const std::string &sql) {
    const char *text = sql.c_str();
    return call([=] { return static_cast<uint64_t>(fill(relation, text)); });
}

}  // namespace mesh::pg
