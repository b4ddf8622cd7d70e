#include "pg/test_scan.h"

#include "pg/condition_plan.h"
#include "pg/row_tests.h"

extern "C" {
#include "executor/executor.h"
}

namespace mesh::pg {

namespace {

int64 *scan_rows(QueryDesc *desc, const Scan *scan) {
    auto *state = castNode(SeqScanState, desc->planstate);
    RowTests *tests = RowTests::make(scan, false);
    TupleTableSlot *slot = state->ss.ss_ScanTupleSlot;
    ExprContext *context = state->ss.ps.ps_ExprContext;
    TableScanDesc rows = table_beginscan(state->ss.ss_currentRelation, desc->estate->es_snapshot, 0, nullptr);
    while (table_scan_getnextslot(rows, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        if (state->ss.ps.qual != nullptr) {
            ResetExprContext(context);
            context->ecxt_scantuple = slot;
            if (!ExecQual(state->ss.ps.qual, context)) continue;
        }
        tests->look(slot);
    }
    table_endscan(rows);
    int count = list_length(scan->plan.targetlist);
    auto *out = static_cast<int64 *>(palloc(sizeof(int64) * (count + 1)));
    for (int i = 0; i < count; i++) out[i] = tests->count(i);
    return out;
}

// The executor opens the relation, asks for the privileges, and makes the expressions ready, as for any query.
int64 *run_scan(PlannedStmt *plan, const Scan *scan, const char *sql) {
    CommandCounterIncrement();
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    QueryDesc *desc = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, None_Receiver, nullptr, nullptr, 0);
    ExecutorStart(desc, 0);
    int64 *counts = scan_rows(desc, scan);
    ExecutorFinish(desc);
    ExecutorEnd(desc);
    FreeQueryDesc(desc);
    PopActiveSnapshot();
    return counts;
}

}  // namespace

std::optional<std::vector<int64_t>> count_rows(const std::string &from, const std::vector<std::string> &conditions) {
    std::string sql = conditions_sql(from, conditions);
    const char *text = sql.c_str();
    PlannedStmt *plan = plan_conditions(sql);
    const Scan *scan = conditions_scan(plan);
    if (scan == nullptr) return std::nullopt;
    int64 *counts = call([=] { return run_scan(plan, scan, text); });
    return std::vector<int64_t>(counts, counts + conditions.size());
}

}  // namespace mesh::pg
