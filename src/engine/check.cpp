#include "engine/check.h"

#include <algorithm>
#include <chrono>

#include "core/text.h"
#include "engine/project_tests.h"
#include "engine/proof.h"
#include "engine/relation_states.h"
#include "engine/test_sql.h"
#include "pg/report.h"
#include "pg/test_scan.h"

namespace mesh::engine {

namespace {

constexpr size_t kTestsPerScan = 200;   // far below the server's limit of 1664 output columns
constexpr size_t kSortsPerScan = 4;     // each takes work_mem
constexpr long kKeptRows = 100;

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

core::Error not_a_number(const std::string &given) {
    return core::Error("22023", "fail_calc must give one whole number", "It gave " + given + ".", "Write coalesce(..., 0) where there may be no rows.");
}

int64_t whole_number(const Value &value) {
    if (!value || value->empty() || value->find_first_not_of("-0123456789") != std::string::npos) throw not_a_number(value.value_or("null"));
    return std::stoll(*value);
}

// What a project's own macro may say in place of a boolean, as Python takes it: a number, or a word.
bool says_yes(const Value &value) {
    if (!value) return false;
    std::string word = core::lowered(*value);
    if (!word.empty() && word.find_first_not_of("-.0123456789") == std::string::npos) return word.find_first_of("123456789") != std::string::npos;
    for (const char *yes : {"y", "yes", "t", "true", "on"})
        if (word == yes) return true;
    for (const char *no : {"n", "no", "f", "false", "off"})
        if (word == no) return false;
    throw core::Error("22023", "Macro 'get_test_sql' returns '" + *value + "'.  It is not type 'bool' and cannot not be converted reliably to a bool.").with(core::ErrorKind::compilation);
}

// One test on its way to a verdict.
struct Work {
    TestResult *result = nullptr;
    TestSql sql;
    bool done = false;
    bool seen = false;  // whether its key is in order is known
    const TestDef &def() const { return result->def; }
};

class Checker {
    Mesh &mesh_;
    const Domain &domain_;
    const std::string &relation_;
    const Stage &stage_;
    std::string alias_;
    std::vector<pg::Column> columns_;  // of the model, as they are staged
    Renderer *renderer_;
    RelationStates *states_;
    std::vector<Work> work_;

public:
    Checker(Mesh &mesh, const std::string &relation, const Stage &stage, std::vector<TestResult> &results, Renderer *renderer, RelationStates *states)
        : mesh_(mesh), domain_(mesh.domain(results.front().def.domain)), relation_(relation), stage_(stage),
          alias_(pg::quote_ident(results.front().def.model)), renderer_(renderer), states_(states) {
        if (ModelName name{domain_.name, results.front().def.model}; !name.name.empty())
            columns_ = stage.count(name.id()) ? stage.at(name.id()).columns : mesh.model(name).columns.get();
        for (TestResult &result : results) work_.push_back({&result, {}});
    }

    void run() {
        for (Work &work : work_) alone(work, [&] { prepare(work); });
        prove();
        take_counted();
        each_scan(kTestsPerScan, [](const Work &work) { return work.sql.condition.has_value(); },
                  [this](std::vector<Work *> &works) { count_conditions(works); });
        prove_by_indexes();
        each_scan(kTestsPerScan, [](const Work &work) { return work.sql.key && !work.seen; }, [this](std::vector<Work *> &works) { look_for_order(works); });
        each_scan(kSortsPerScan, [](const Work &work) { return work.def().asks_for_key(); },
                  [this](std::vector<Work *> &works) { count_duplicates(works); });
        for (Work &work : work_)
            if (!work.done) alone(work, [&] { work.def().is_judged ? take_judgement(work) : judge(work, count_failing(work)); });
        for (Work &work : work_)
            if (work.result->failures && (*work.result->failures != 0 || !work.def().store_as.empty())) keep_rows(work);
    }

private:
    void prepare(Work &work) {
        if (work.def().is_rendered) {
            if (renderer_ == nullptr)
                throw core::Error("55000", "test \"" + work.def().id() + "\" belongs to a project and is rendered when that runs", "", "Run it with mesh.invoke().");
            work.result->def.sql = renderer_->test(work.def(), stage_);
            work.result->def.is_judged = renderer_->judges(work.def());
        }
        work.sql = test_sql(mesh_, work.def(), relation_, stage_, columns_);
    }

    // A step of one test; an error in it is the test's result and nobody else's.
    template <typename F>
    void alone(Work &work, F &&step) {
        auto start = Clock::now();
        ErrorData *error = pg::try_in_subtransaction(step);
        work.result->seconds += since(start);
        if (error == nullptr) return;
        work.result->tell_error(error);
        work.done = true;
    }

    pg::Result query(const std::string &sql) {
        return pg::as_role(owner_of(domain_), domain_.search_path(), [&] {
            // One pass over cheap expressions: compiling them costs more than it saves.
            (void)pg::query("select pg_catalog.set_config('jit', 'off', true)");
            return pg::query_as_of(sql);
        });
    }

    // No row fails, for that reason; empty: there is none.
    void pass(Work &work, const std::string &why) {
        if (why.empty()) return;
        judge(work, 0);
        work.result->reason = why;
    }

    // A failure to prove is no failure: the test runs.
    void prove() {
        (void)pg::try_in_subtransaction([&] {
            Proofs proofs(relation_);
            for (Work &work : work_) {
                if (work.done || work.def().is_sql() || !work.def().counts_rows()) continue;
                std::string why = pg::as_role(owner_of(domain_), domain_.search_path(), [&] { return proofs.proof(work.def(), work.sql, alias_); });
                pass(work, why);
            }
        });
    }

    // What was counted while the model was built need not be looked for again.
    void take_counted() {
        auto staged = stage_.find(domain_.name + "." + work_.front().def().model);
        if (staged == stage_.end() || staged->second.relation != relation_ || staged->second.asked.counts.empty()) return;
        const pg::RowConditions &asked = staged->second.asked;
        std::vector<Work *> keys = open_keys();
        for (size_t i = 0; i < asked.keys.size(); i++)
            for (Work *work : keys)
                if (work->sql.key == asked.keys[i]) take_order(*work, asked.counts[asked.conditions.size() + i]);
        for (Work &work : work_) {
            if (work.done || !work.sql.condition) continue;
            auto at = std::ranges::find(asked.conditions, *work.sql.condition) - asked.conditions.begin();
            if (at >= std::ssize(asked.conditions) || asked.counts[at] < 0 || (asked.counts[at] > 0 && work.sql.counts_groups)) continue;
            alone(work, [&] { judge(work, asked.counts[at]); });
            work.result->reason = "counted while it was built";
        }
    }

    std::vector<Work *> open_keys() {
        std::vector<Work *> out;
        for (Work &work : work_)
            if (!work.done && work.sql.key && !work.seen) out.push_back(&work);
        return out;
    }

    void take_order(Work &work, int64_t disorder) {
        work.seen = true;
        if (disorder != 0) return;
        alone(work, [&] { judge(work, 0); });
        work.result->reason = "proven by the order of its rows";
    }

    void prove_by_indexes() {
        for (Work &work : work_) {
            if (work.done || !work.def().asks_for_key()) continue;
            (void)pg::try_in_subtransaction([&] {
                std::string why = pg::as_role(owner_of(domain_), domain_.search_path(), [&] { return index_proof(relation_, *work.def().column); });
                pass(work, why);
            });
        }
    }

    // Runs `scan` over the open tests that `belongs` picks, several at a time.
    template <typename P, typename F>
    void each_scan(size_t most, P &&belongs, F &&scan) {
        std::vector<Work *> batch;
        for (Work &work : work_) {
            if (work.done || !belongs(work)) continue;
            batch.push_back(&work);
            if (batch.size() < most) continue;
            one_scan(batch, scan);
            batch.clear();
        }
        one_scan(batch, scan);
    }

    // After an error the halves are tried, until the test that errs stands alone; it is left open, to be run by itself.
    template <typename F>
    void one_scan(std::vector<Work *> batch, F &&scan) {
        if (batch.empty()) return;
        auto start = Clock::now();
        ErrorData *error = pg::try_in_subtransaction([&] { scan(batch); });
        double share = since(start) / batch.size();
        for (Work *work : batch) work->result->seconds += share;
        if (error == nullptr) {
            for (Work *work : batch)
                if (batch.size() > 1) work->result->reason = "one scan for " + std::to_string(batch.size()) + " tests";
            return;
        }
        auto open = std::remove_if(batch.begin(), batch.end(), [](const Work *work) { return work->done; });
        auto middle = batch.begin() + (open - batch.begin()) / 2;
        if (middle == batch.begin()) return;
        one_scan({batch.begin(), middle}, scan);
        one_scan({middle, open}, scan);
    }

    void count_conditions(std::vector<Work *> &works) {
        std::vector<Work *> keys = open_keys();
        std::optional<pg::RowsMeeting> found = scan(works, keys);
        if (!found) return count_by_query(works);
        take_counts(works, found->counts, [](const Work &work) { return work.sql.counts_groups; });
        for (size_t i = 0; i < keys.size(); i++) take_order(*keys[i], found->counts[works.size() + i]);
    }

    // Rows that come in the order of a key, as of a sequence or from a sort, need no index and no sort to be told apart.
    void look_for_order(std::vector<Work *> &works) {
        std::optional<pg::RowsMeeting> found = scan({}, works);
        for (size_t i = 0; i < works.size(); i++) take_order(*works[i], found ? found->counts[i] : -1);
    }

    std::optional<pg::RowsMeeting> scan(const std::vector<Work *> &works, const std::vector<Work *> &ordered) {
        std::vector<std::string> conditions, keys;
        for (const Work *work : works) conditions.push_back(*work->sql.condition);
        for (const Work *work : ordered) keys.push_back(*work->sql.key);
        std::optional<pg::RowsMeeting> found =
            pg::as_role(owner_of(domain_), domain_.search_path(), [&] { return pg::rows_meeting(relation_ + " as " + alias_, conditions, keys); });
        if (states_ != nullptr && found && found->all) states_->scanned(found->relation, *found->all);
        return found;
    }

    // Rows that meet no condition are dropped by one WHERE before anything is counted, so that healthy data costs one comparison a test.
    void count_by_query(std::vector<Work *> &works) {
        std::string counts, any;
        for (const Work *work : works) {
            counts += (counts.empty() ? "" : ", ") + ("count(*) filter (where " + *work->sql.condition + "\n)");
            any += (any.empty() ? "(" : " or (") + *work->sql.condition + "\n)";
        }
        pg::Row row = query("select " + counts + " from " + relation_ + " as " + alias_ + " where " + any).rows.at(0);
        take_counts(works, numbers(row), [](const Work &work) { return work.sql.counts_groups; });
    }

    // Whether a key occurs twice is known by sorting alone; how many such keys there are is asked only when there is one.
    void count_duplicates(std::vector<Work *> &works) {
        std::string counts;
        for (const Work *work : works) {
            std::string column = pg::quote_ident(work->def().column.value()), filter;
            if (work->def().where) filter = " filter (where " + *work->def().where + "\n)";
            counts += (counts.empty() ? "" : ", ") + ("count(" + column + ")" + filter + " - count(distinct " + column + bytewise(*work->def().column) + ")" + filter);
        }
        pg::Row row = query("select " + counts + " from " + relation_ + " as " + alias_).rows.at(0);
        take_counts(works, numbers(row), [](const Work &) { return true; });
    }

    // Text is equal when its bytes are, unless its collation says otherwise; comparing bytes sorts much faster.
    std::string bytewise(const std::string &name) const {
        for (const pg::Column &column : columns_)
            if (column.name == name && column.collation.empty() && (column.type == "pg_catalog.text" || column.type.rfind("character varying", 0) == 0))
                return " collate pg_catalog.\"C\"";
        return "";
    }

    static std::vector<int64_t> numbers(const pg::Row &row) {
        std::vector<int64_t> out;
        for (const pg::Value &value : row) out.push_back(std::stoll(value.value_or("0")));
        return out;
    }

    template <typename P>
    void take_counts(std::vector<Work *> &works, const std::vector<int64_t> &counts, P &&only_detects) {
        for (size_t i = 0; i < works.size(); i++)
            if (counts[i] == 0 || !only_detects(*works[i])) judge(*works[i], counts[i]);
    }

    // The rows that break the test, as many as are looked at.
    static std::string failing_rows(const Work &work) {
        std::string limit = work.def().limit ? " limit " + *work.def().limit : "", what = work.def().counts_rows() ? "" : " *";
        return "select" + what + " from (" + work.sql.failing + "\n) as failing" + limit;
    }

    int64_t count_failing(const Work &work) {
        pg::Result rows = query("select " + work.def().fail_calc + "\nfrom (" + failing_rows(work) + ") as dbt_internal_test");
        const pg::Row &row = rows.rows.at(0);
        if (rows.rows.size() != 1 || row.size() != 1) throw not_a_number("more than that");
        return whole_number(row[0]);
    }

    // What the project's own get_test_sql says of them.
    void take_judgement(Work &work) {
        pg::Result rows = query("select failures, should_warn, should_error from (" + renderer_->judgement(work.def(), failing_rows(work)) + "\n) as mesh_judgement");
        if (rows.rows.size() != 1)
            throw core::Error("22023", "dbt internally failed to execute " + work.def().node + ": Returned " + std::to_string(rows.rows.size()) + " rows, but expected 1 row").with(core::ErrorKind::runtime);
        const pg::Row &row = rows.rows[0];
        bool warns = says_yes(row[1]), fails = says_yes(row[2]) && work.def().severity == "error";
        conclude(work, whole_number(row[0]), fails, warns);
    }

    // "<failures> <comparison>", as PostgreSQL sees it.
    bool holds(int64_t failures, const std::string &comparison) {
        if (comparison == "!= 0") return failures != 0;
        return query("select " + std::to_string(failures) + "::bigint " + comparison).rows.at(0).at(0) == "t";
    }

    // dbt's order: severity error looks at error_if first, then at warn_if; severity warn never fails.
    void judge(Work &work, int64_t failures) {
        const TestDef &def = work.def();
        if (def.limit && def.counts_rows()) failures = std::min<int64_t>(failures, std::stoll(*def.limit));
        bool fails = def.severity == "error" && holds(failures, def.error_if);
        conclude(work, failures, fails, !fails && holds(failures, def.warn_if));
    }

    static void conclude(Work &work, int64_t failures, bool fails, bool warns) {
        const TestDef &def = work.def();
        std::string status = fails ? "fail" : warns ? "warn" : "pass";
        work.result->failures = failures;
        work.result->status = status;
        work.done = true;
        if (status == "pass") return;
        work.result->message = "got " + std::to_string(failures) + (failures == 1 ? " result" : " results") + ", configured to " +
                               (status == "fail" ? "fail if " + def.error_if : "warn if " + def.warn_if);
    }

    // The verdict stands without its examples.
    void keep_rows(Work &work) {
        std::string limit = work.def().limit.value_or("");
        bool all = work.def().store_failures || !work.def().store_as.empty();
        if (!all && (limit.empty() || std::stoll(limit) > kKeptRows)) limit = std::to_string(kKeptRows);
        ErrorData *error = pg::try_in_subtransaction([&] {
            if (!work.def().store_as.empty())
                work.result->columns = pg::as_role(owner_of(domain_), domain_.search_path(), [&] { return pg::describe(work.sql.failing); });
            pg::Result rows = query("select pg_catalog.to_jsonb(mesh_failing_row) from (" + work.sql.failing + "\n) as mesh_failing_row" +
                                    (limit.empty() ? "" : " limit " + limit));
            for (const pg::Row &row : rows.rows) work.result->failed_rows.push_back(row[0].value_or("null"));
        });
        if (error != nullptr) add_reason(work.result->reason, "its rows could not be kept: " + std::string(error->message));
    }
};

}  // namespace

void TestResult::tell_error(const ErrorData *error) {
    status = "error";
    failures.reset();
    message = error->message == nullptr ? "unknown error" : error->message;
    error_kind = pg::error_kind_name(error);
}

std::vector<TestResult> run_tests(Mesh &mesh, const std::vector<TestDef> &tests, const std::string &relation, const Stage &stage, Renderer *renderer, RelationStates *states) {
    std::vector<TestResult> results;
    for (const TestDef &test : tests) results.push_back({test, "", {}, "", 0, "", {}, {}, ""});
    if (!results.empty()) Checker(mesh, relation, stage, results, renderer, states).run();
    return results;
}

}  // namespace mesh::engine
