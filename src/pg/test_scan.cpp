#include "pg/test_scan.h"

#include "pg/condition_plan.h"
#include "pg/row_count.h"
#include "pg/row_tests.h"

extern "C" {
#include "executor/executor.h"
}

namespace mesh::pg {

namespace {

// Plain data.
struct Found {
    Oid relation;
    int64 *counts;
    RowCount all;
};

void count_row(RowCount *all, TupleTableSlot *slot) {
    if (TTS_IS_BUFFERTUPLE(slot)) all->take(reinterpret_cast<HeapTupleTableSlot *>(slot)->tuple->t_data);
    else all->failed = true;
}

// Does the scan's own condition, which row security or a view may have given it, let the row pass?
bool passes(PlanState *state, TupleTableSlot *slot) {
    if (state->qual == nullptr) return true;
    ResetExprContext(state->ps_ExprContext);
    state->ps_ExprContext->ecxt_scantuple = slot;
    return ExecQual(state->qual, state->ps_ExprContext);
}

Found scan_rows(QueryDesc *desc, const Scan *scan, int keys) {
    ScanState *state = &castNode(SeqScanState, desc->planstate)->ss;
    RowTests *tests = RowTests::make(scan, keys, false);
    Found out = {RelationGetRelid(state->ss_currentRelation), nullptr, start_count(true)};
    TableScanDesc rows = table_beginscan(state->ss_currentRelation, desc->estate->es_snapshot, 0, nullptr);
    while (table_scan_getnextslot(rows, ForwardScanDirection, state->ss_ScanTupleSlot)) {
        CHECK_FOR_INTERRUPTS();
        count_row(&out.all, state->ss_ScanTupleSlot);
        if (passes(&state->ps, state->ss_ScanTupleSlot)) tests->look(state->ss_ScanTupleSlot);
        if (!tests->is_done()) continue;
        out.all.failed = true;  // not all of them were counted
        break;
    }
    table_endscan(rows);
    int count = list_length(scan->plan.targetlist);
    out.counts = static_cast<int64 *>(palloc(sizeof(int64) * (count + 1)));
    for (int i = 0; i < count; i++) out.counts[i] = tests->count(i);
    return out;
}

// The executor opens the relation, asks for the privileges, and makes the expressions ready, as for any query.
Found run_scan(PlannedStmt *plan, const Scan *scan, const char *sql, int keys) {
    CommandCounterIncrement();
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    QueryDesc *desc = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, None_Receiver, nullptr, nullptr, 0);
    ExecutorStart(desc, 0);
    Found found = scan_rows(desc, scan, keys);
    ExecutorFinish(desc);
    ExecutorEnd(desc);
    FreeQueryDesc(desc);
    PopActiveSnapshot();
    return found;
}

}  // namespace

std::optional<RowsMeeting> rows_meeting(const std::string &from, const std::vector<std::string> &conditions, const std::vector<std::string> &keys) {
    std::string sql = conditions_sql(from, conditions, keys);
    int key_count = static_cast<int>(keys.size());
    const char *text = sql.c_str();
    PlannedStmt *plan = plan_conditions(sql);
    const Scan *scan = conditions_scan(plan, keys.size());
    if (scan == nullptr) return std::nullopt;
    Found found = call([=] { return run_scan(plan, scan, text, key_count); });
    return RowsMeeting{{found.counts, found.counts + conditions.size() + keys.size()}, found.relation, counted(found.all)};
}

}  // namespace mesh::pg
