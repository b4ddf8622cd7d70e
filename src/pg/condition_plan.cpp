#include "pg/condition_plan.h"

extern "C" {
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "tcop/tcopprot.h"
}

namespace mesh::pg {

namespace {

PlannedStmt *plan(const char *sql) {
    int level = NewGUCNestLevel();
    (void)set_config_option("enable_indexonlyscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    List *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);
    List *queries = pg_analyze_and_rewrite_fixedparams(linitial_node(RawStmt, parsed), sql, nullptr, 0, nullptr);
    PlannedStmt *out = pg_plan_query(linitial_node(Query, queries), sql, 0, nullptr);
    out->jitFlags = 0;  // one pass over cheap expressions: compiling them costs more than it saves
    AtEOXact_GUC(false, level);
    return out;
}

bool is_stored(const RangeTblEntry *entry) {
    return entry->rtekind == RTE_RELATION && (entry->relkind == RELKIND_RELATION || entry->relkind == RELKIND_MATVIEW);
}

}  // namespace

std::string conditions_sql(const std::string &from, const std::vector<std::string> &conditions, const std::vector<std::string> &keys) {
    std::string out;
    for (const std::string &condition : conditions) out += (out.empty() ? "select (" : ", (") + condition + "\n)";
    for (const std::string &key : keys) out += (out.empty() ? "select " : ", ") + key;
    return out + " from " + from;
}

PlannedStmt *plan_conditions(const std::string &sql) {
    const char *text = sql.c_str();
    return call([text] { return plan(text); });
}

const Scan *conditions_scan(const PlannedStmt *plan, size_t keys) {
    if (!IsA(plan->planTree, SeqScan) || plan->subplans != NIL || plan->rowMarks != NIL) return nullptr;
    auto *scan = reinterpret_cast<const Scan *>(plan->planTree);
    if (!is_stored(rt_fetch(scan->scanrelid, plan->rtable))) return nullptr;
    int conditions = list_length(plan->planTree->targetlist) - static_cast<int>(keys);
    for (int i = 0; i < conditions; i++)
        if (exprType(reinterpret_cast<Node *>(list_nth_node(TargetEntry, plan->planTree->targetlist, i)->expr)) != BOOLOID) return nullptr;
    return scan;
}

}  // namespace mesh::pg
