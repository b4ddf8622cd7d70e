#include "engine/test_cache.h"

#include <algorithm>
#include <cmath>

#include "core/digest.h"
#include "engine/record.h"
#include "engine/test_sql.h"
#include "pg/storage.h"

namespace mesh::engine {

using planning::BuildState;
using planning::Rows;

namespace {

std::string shown_age(double seconds) {
    long whole = std::lround(std::max(seconds, 0.0));
    return pg::query_value("select pg_catalog.make_interval(secs => $1::float8)::text", {std::to_string(whole)}).value_or("");
}

// What the test is; `relation`: what stands for its model.
std::string definition_of(const TestDef &test, const std::string &relation) {
    Json all = {test.model, test.test, test.severity, test.warn_if, test.error_if, test.fail_calc, test.column.value_or(""), test.where.value_or(""),
                test.limit.value_or(""), test.sql.value_or(""), test.arguments, test.store_failures, test.is_rendered, relation};
    return core::md5(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// All that is evaluated for a verdict, as one query.
std::string judged_sql(const TestDef &test, const std::string &failing) {
    return "select 1 from (select " + test.fail_calc + " as failures from (" + failing + "\n) as dbt_internal_test) as mesh_judged where 0 " + test.warn_if + " or 0 " + test.error_if;
}

bool keeps_nothing(const TestDef &test) {
    return test.store_as.empty();
}

// Failing rows are told again, as long as the history has them.
bool load_failing(TestResult &result, int64_t run_id) {
    if (result.failures.value_or(0) == 0) return true;
    pg::Result rows = registry("select failed from mesh.failure_history where domain = $1 and test = $2 and run_id = $3::bigint", {result.def.domain, result.def.name, std::to_string(run_id)});
    for (const pg::Row &row : rows.rows) result.failed_rows.push_back(row[0].value());
    return !result.failed_rows.empty();
}

}  // namespace

std::optional<TestResult> TestCache::find(const TestDef &given, const std::string &relation, Renderer *renderer) {
    std::optional<TestResult> out;
    if (given.result_state.empty() || !keeps_nothing(given)) return out;
    (void)pg::try_in_subtransaction([&] {
        TestDef test = given;
        if (test.is_rendered) {
            if (renderer == nullptr || renderer->judges(test)) return;
            test.sql = renderer->test(test, {});
        }
        Json kept = Json::parse(test.result_state, nullptr, false);
        if (!kept.is_object()) return;
        std::optional<BuildState> state = planning::state_from_text(kept.value("state", ""));
        if (!state || !state->never.empty() || state->definition != definition_of(test, relation) || state->circumstances != circumstances_.of(state->depends)) return;
        if (!functions_log_) functions_log_ = pg::functions_log();
        if (*functions_log_ > state->log) return;
        for (const planning::RelationState &input : state->inputs) {
            Rows rows = input.unknown.empty() ? states_.look(input) : Rows::unknown;
            if (rows != Rows::same && rows != Rows::same_with_effort) return;
        }
        TestResult result{test, kept.value("status", ""), {}, kept.value("message", ""), 0, "", {}, {}};
        if (kept.contains("failures") && !kept["failures"].is_null()) result.failures = kept["failures"].get<int64_t>();
        if (!load_failing(result, state->run_id)) return;
        result.reason = "cached: the result of run " + std::to_string(state->run_id) + ", " + shown_age(clock_seconds() - kept.value("at", 0.0)) + " old";
        out = result;
    });
    return out;
}

std::vector<TestResult> TestCache::take(std::vector<TestDef> &tests, const std::string &relation, Renderer *renderer) {
    std::vector<TestResult> out;
    std::erase_if(tests, [&](const TestDef &test) {
        std::optional<TestResult> found = find(test, relation, renderer);
        if (found) out.push_back(std::move(*found));
        return found.has_value();
    });
    return out;
}

void TestCache::note(const std::vector<TestResult> &results) {
    for (const TestResult &result : results)
        if (result.status != "error" && keeps_nothing(result.def) && !result.def.is_judged) noted_.insert_or_assign(result.def.id(), result);
}

void TestCache::remember(const std::set<std::string> &withheld) {
    Json rows = Json::array();
    for (const auto &[id, result] : noted_) {
        bool is_withheld = withheld.count(result.def.domain + "." + result.def.model) > 0;
        for (const std::string &read : result.def.reads) is_withheld = is_withheld || withheld.count(read) > 0;
        std::optional<std::string> text;
        if (!is_withheld) (void)pg::try_in_subtransaction([&] { text = remembered(result); });
        if (text) rows.push_back({{"d", result.def.domain}, {"n", result.def.name}, {"s", *text}});
    }
    if (rows.empty()) return;
    (void)registry("update mesh.test_registry t set result_state = r.s from pg_catalog.jsonb_to_recordset($1::jsonb) r(d text, n text, s text) where domain = r.d and name = r.n",
                   {rows.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

std::optional<std::string> TestCache::remembered(const TestResult &result) {
    const TestDef &test = result.def;
    const Domain &domain = mesh_.domain(test.domain);
    std::string relation = test.model.empty() ? "" : published_relation(mesh_, mesh_.model({test.domain, test.model}));
    std::string sql = judged_sql(test, failing_rows_sql(mesh_, test, relation, {}));
    pg::SqlFacts facts = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::sql_facts(sql); });
    BuildState state;
    state.definition = definition_of(test, relation);
    state.log = log_;
    state.run_id = run_id_;
    Reading reading;
    if (facts.settings) reading.add_dependency('s');
    if (facts.vars) reading.add_dependency('v');
    if (facts.functions) reading.add_dependency('f');
    for (Oid oid : facts.relations) states_.read(oid, domain.owner_oid, reading);
    std::sort(reading.depends.begin(), reading.depends.end());
    state.never = facts.never.empty() ? reading.never : facts.never;
    state.inputs = std::move(reading.relations);
    state.depends = reading.depends;
    state.circumstances = circumstances_.of(state.depends);
    if (!state.never.empty()) return std::nullopt;
    Json out = {{"state", planning::to_text(state)}, {"status", result.status}, {"message", result.message}, {"at", clock_seconds()}};
    out["failures"] = result.failures ? Json(*result.failures) : Json();
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mesh::engine
