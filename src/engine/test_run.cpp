// mesh.test: the selected tests on what is published.
#include <algorithm>

#include "engine/operations.h"
#include "engine/progress.h"
#include "engine/project_unit_test.h"
#include "engine/run.h"
#include "engine/session.h"
#include "engine/stored_failures.h"
#include "engine/test_cache.h"
#include "engine/test_sql.h"
#include "engine/unit_test.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using core::NodeKind;

namespace {

class Tester {
public:
    Tester(const RunOptions &options, Mesh &mesh, const Selection &selection, const Baseline &baseline)
        : options_(options), mesh_(mesh), selection_(selection),
          history_(options.command, options.selector, options.exclude, Json::object(), selection.ids.size()), states_(baseline),
          cache_(mesh, states_, circumstances_, baseline.log, history_.run_id()), progress_(history_.run_id(), selection.ids.size(), selection.ids.size()),
          projects_(mesh, nullptr, project_options(options, selection)) {}

    RunResult go() {
        run_operations(true);
        for (const core::Node &node : selection_.graph.nodes())
            if (node.kind == NodeKind::model) test_model(node);
        test_free();
        run_operations(false);
        for (Step &step : steps_)
            if (auto result = to_store_.find(step.node); result != to_store_.end())
                if (std::string why = store_failures(result->second); !why.empty()) add_reason(step.reason, "its failing rows could not be stored: " + why);
        cache_.remember({});
        history_.write(steps_, failed_ ? "error" : "success");
        pg::show_progress("");
        return {history_.run_id(), steps_};
    }

private:
    // on-run-start or on-run-end of the projects whose tests are run.
    void run_operations(bool start) {
        for (const std::string &domain : selection_.domains()) {
            Project *project = projects_.find(domain);
            if (project == nullptr) continue;
            if (!start) tell_results(*project, steps_);
            (void)engine::run_operations(mesh_, *project, start, {}, [this] { states_.others_wrote(); }, [this](const Step &step) { note(step); });
        }
    }

    bool is_selected(const TestDef &test) const {
        return selection_.ids.count((test.test == "unit" ? "unit_test:" : "test:") + test.domain + "." + test.name) > 0;
    }

    bool has_selected(const core::Node &model) const {
        for (const std::string &child : selection_.graph.children(model.id))
            if (selection_.ids.count(child) && core::is_test(*selection_.graph.find(child))) return true;
        return false;
    }

    void test_model(const core::Node &node) {
        if (!has_selected(node)) return;
        pg::StepMemory memory;
        pg::call([] { CHECK_FOR_INTERRUPTS(); });
        progress_.reach(node.id);
        const Model &model = mesh_.model({node.domain, node.name});
        for (const TestResult &result : run_unit_tests(mesh_, model))
            if (is_selected(result.def)) note(test_step(result));
        if (!model.node.empty())
            for (const TestResult &result : run_project_unit_tests(projects_.get(model.domain), model))
                if (is_selected(result.def)) note(test_step(result));
        std::vector<TestDef> tests = load_tests(model.domain, model.name);
        std::erase_if(tests, [&](const TestDef &test) { return !is_selected(test); });
        if (!tests.empty()) test_data(model, tests);
    }

    // A project's ephemeral model is what it renders to now, as in the tests that are SQL themselves.
    std::string relation_of(const Model &model) {
        const bool is_rendered = model.materialized == "ephemeral" && !model.node.empty();
        return published_relation(mesh_, is_rendered ? projects_.get(model.domain).current(model) : model);
    }

    void test_data(const Model &model, const std::vector<TestDef> &tests) {
        std::string relation;
        ErrorData *error = pg::try_in_subtransaction([&] { relation = relation_of(model); });
        std::vector<TestDef> open = tests;
        std::vector<TestResult> results;
        if (error != nullptr) {
            for (const TestDef &test : tests) results.push_back({test, "error", {}, pg::error_text(error), 0, "", {}, {}, pg::error_kind_name(error)});
            return note_all(results);
        }
        if (options_.uses_cache()) results = cache_.take(open, relation, &projects_);
        std::ranges::move(run_anew(open, relation), std::back_inserter(results));
        std::ranges::sort(results, {}, [](const TestResult &result) { return result.def.name; });
        note_all(results);
    }

    // Those that belong to no model.
    void test_free() {
        std::set<std::string> domains = selection_.domains();
        for (const TestDef &test : load_free_tests({domains.begin(), domains.end()}))
            if (is_selected(test)) test_free(test);
    }

    void test_free(const TestDef &test) {
        std::optional<TestResult> cached;
        if (options_.uses_cache()) cached = cache_.find(test, "", &projects_);
        note_all(cached ? std::vector<TestResult>{*cached} : run_anew({test}, ""));
    }

    // A warning that was made an error is none for the next run.
    std::vector<TestResult> run_anew(const std::vector<TestDef> &tests, const std::string &relation) {
        std::vector<TestResult> results = run_tests_as(options_, mesh_, tests, relation, {}, projects_, &states_);
        if (!options_.warn_error) cache_.note(results);
        return results;
    }

    void note_all(const std::vector<TestResult> &results) {
        for (const TestResult &result : results) {
            if (!result.def.store_as.empty() && result.failures) to_store_.emplace(result.def.id(), result);
            note(test_step(result));
        }
    }

    void note(const Step &step) {
        failed_ = failed_ || step.status == "fail" || step.status == "error";
        steps_.push_back(step);
        steps_.back().finished_at = clock_seconds();
        history_.add(step);
        progress_.finish(step);
    }

    const RunOptions &options_;
    Mesh &mesh_;
    const Selection &selection_;
    std::map<std::string, TestResult> to_store_;  // by test id
    History history_;
    RelationStates states_;
    Circumstances circumstances_;
    TestCache cache_;
    Progress progress_;
    std::vector<Step> steps_;
    bool failed_ = false;
    Projects projects_;
};

}  // namespace

RunResult run_tests_alone(const RunOptions &options, Mesh &mesh, const Selection &selection, const Baseline &baseline) {
    return Tester(options, mesh, selection, baseline).go();
}

RunResult test(const RunOptions &options, Oid caller) {
    RunSession session(options.command, options.vars);
    Mesh mesh;
    Selection selection = session.start_reading(mesh, options.wanted(), caller);
    RunResult result = run_tests_alone(options, mesh, selection, session.baseline());
    session.end();
    return result;
}

}  // namespace mesh::engine
