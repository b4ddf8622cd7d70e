#include "engine/runner.h"

#include <algorithm>
#include <tuple>

#include "engine/product.h"
#include "engine/project_unit_test.h"
#include "engine/stored_failures.h"
#include "engine/test_sql.h"
#include "engine/unit_test.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

// Tests of nothing but sources come before what is built of them, as in dbt: what they find wrong goes no further.
void Runner::source_tests() {
    if (again_ || selection_.models.empty()) return;
    for (const TestDef &test : selected_free_tests()) {
        if (test.reads.empty() || !std::ranges::all_of(test.reads, [](const std::string &id) { return id.starts_with("source:"); })) continue;
        tested_first_.insert(test.id());
        if (!free_test(test)) hold_back(test);
    }
}

// Models that could not be analyzed, as when the source is not there, are known to read it from what they say alone.
static std::vector<std::string> say_that_they_read(const TestDef &test, const Project *project, const std::vector<const Model *> &models) {
    std::vector<std::string> out;
    if (project == nullptr) return out;
    const auto own = project->manifest().nodes.find(test.node);
    if (own == project->manifest().nodes.end()) return out;
    for (const Model *model : models) {
        const auto node = project->manifest().nodes.find(model->node);
        if (model->domain != test.domain || node == project->manifest().nodes.end()) continue;
        const std::vector<std::string> &read = node->second.depends_on_nodes;
        if (std::ranges::all_of(own->second.depends_on_nodes, [&](const std::string &id) { return std::ranges::find(read, id) != read.end(); })) out.push_back(model->id());
    }
    return out;
}

// Whatever reads all that the test reads.
void Runner::hold_back(const TestDef &test) {
    core::Graph::Ids readers = selection_.graph.descendants(test.reads[0]);
    for (const std::string &id : test.reads) {
        core::Graph::Ids others = selection_.graph.descendants(id);
        std::erase_if(readers, [&](const std::string &reader) { return !others.count(reader); });
    }
    std::vector<const Model *> models;
    for (const std::string &id : selection_.models) models.push_back(&model_of(id));
    for (const std::string &id : say_that_they_read(test, test.node.empty() ? nullptr : projects_.find(test.domain), models)) {
        readers.insert(id);
        readers.merge(selection_.graph.descendants(id));
    }
    for (const std::string &id : readers) held_back_.emplace(id, upstream_failed(test.id()));
}

std::vector<TestDef> Runner::selected_free_tests() const {
    if (!options_.tests) return {};
    std::set<std::string> domains = selection_.domains();
    std::vector<TestDef> tests = load_free_tests({domains.begin(), domains.end()});
    std::erase_if(tests, [&](const TestDef &test) { return !is_selected(test); });
    return tests;
}

// Tests that belong to no model, or read others that are built after their own, run once everything that they read is staged. What they find
// wrong was built with all the rest: the rest is built once more, without it.
void Runner::free_tests() {
    if (!again_) {
        for (const auto &[id, test] : waiting_) (void)free_test(test);
        for (const TestDef &test : selected_free_tests())
            if (!tested_first_.count(test.id())) (void)free_test(test);
    }
    for (const Step &step : free_steps_) note(step);
    if (withheld_.empty() || again_ || options_.atomic) return;
    again_ = true;
    throw Error("P0001", "a test found fault with what it reads");
}

// Did it find nothing wrong, or nothing to look at?
bool Runner::free_test(const TestDef &test) {
    std::vector<std::string> about = test.reads;
    const std::string own = test.model_id();
    if (!own.empty()) about.push_back(own);
    for (const std::string &id : about)
        if (is_missing(id)) {
            free_steps_.push_back(skipped(test, id));
            return true;
        }
    pg::StepMemory memory;
    std::string relation = tested_relation(test);
    std::optional<TestResult> cached;
    if (options_.uses_cache() && !reads_built(test) && !stage_.count(own)) cached = tests_.find(test, relation, &projects_);
    TestResult result = cached ? *cached : note_run(run_tests_as(options_, mesh_, {test}, relation, stage_, projects_)).at(0);
    keep_to_store(result);
    free_steps_.push_back(test_step(result));
    if (!failed(result)) return true;
    std::string why = "not published: " + summary("test", {result});
    for (const std::string &id : about)
        if (stage_.count(id)) withheld_.emplace(id, why);
    if (options_.atomic && failed_.empty()) first_failed_ = test.id();
    if (options_.atomic) failed_[test.id()] = why;
    return false;
}

// Of the model that the test belongs to: as it is staged, or as it is.
std::string Runner::tested_relation(const TestDef &test) {
    if (test.model.empty()) return "";
    auto staged = stage_.find(test.model_id());
    return staged != stage_.end() ? staged->second.relation : published_relation(mesh_, mesh_.model({test.domain, test.model}));
}

void Runner::keep_to_store(const TestResult &result) {
    if (!result.def.store_as.empty() && result.failures) to_store_.insert_or_assign(result.def.id(), result);
}

// dbt tells of the tests too that a failed model leaves without anything to look at.
void Runner::note_untested(const Model &model, const Step &failed, const std::vector<Step> &tested) {
    std::set<std::string> told;
    for (const Step &step : tested) told.insert(step.node);
    std::vector<TestDef> tests = load_tests(model.domain, model.name);
    for (const pg::Row &row : registry("select name, node from mesh.unit_test_registry where domain = $1 and model = $2 order by 1", {model.domain, model.name}).rows) {
        tests.emplace_back();
        std::tie(tests.back().domain, tests.back().name, tests.back().test, tests.back().node) = std::tuple(model.domain, row[0].value(), "unit", row[1].value_or(""));
    }
    for (const TestDef &test : tests)
        if (is_selected(test) && !told.count(test.id()) && !waiting_.count(test.id())) note(untested(model, failed, test));
}

// The tests of an ephemeral model are where the database finds what is wrong with it.
Step Runner::untested(const Model &model, const Step &failed, const TestDef &test) {
    Step out = skipped(test, model.id());
    const bool template_failed = !model.node.empty() && failed.error_kind == "compilation";
    if (model.materialized != "ephemeral" || failed.status != "error" || template_failed || test.test == "unit") return out;
    out.status = "error";
    out.message = failed.message;
    out.error_kind = failed.error_kind;
    return out;
}

std::string Runner::published_tests(const Model &model, std::vector<Step> &steps) {
    std::vector<TestDef> wanted = wanted_tests(model, steps), anew;
    if (wanted.empty()) return "";
    std::string relation = published_relation(mesh_, model);
    for (const TestDef &test : wanted)
        if (reads_built(test)) anew.push_back(test);
    std::erase_if(wanted, [&](const TestDef &test) { return reads_built(test); });
    std::vector<TestResult> results;
    if (!options_.warn_error) results = tests_.take(wanted, relation, &projects_);
    wanted.insert(wanted.end(), anew.begin(), anew.end());
    std::ranges::move(note_run(run_tests_as(options_, mesh_, wanted, relation, stage_, projects_, &unchanged_.states())), std::back_inserter(results));
    std::ranges::sort(results, {}, [](const TestResult &result) { return result.def.name; });
    return summary("test", note_results(std::move(results), steps));
}

// Of what this run has built there is no earlier verdict.
bool Runner::reads_built(const TestDef &test) const {
    return std::any_of(test.reads.begin(), test.reads.end(), [&](const std::string &id) { return stage_.count(id) > 0 && !unchanged_.is_clean(id); });
}

// A warning that was made an error is none for the next run.
std::vector<TestResult> Runner::note_run(std::vector<TestResult> results) {
    if (!options_.warn_error) tests_.note(results);
    return results;
}

bool Runner::is_selected(const TestDef &test) const {
    return selection_.ids.count((test.test == "unit" ? "unit_test:" : "test:") + test.domain + "." + test.name) > 0;
}

std::string Runner::summary(const std::string &what, const std::vector<TestResult> &results) {
    std::string out;
    for (const TestResult &result : results)
        if (failed(result)) out += (out.empty() ? what + " " : ", ") + result.def.name + " (" + result.message + ")";
    return out;
}

bool Runner::has_tests(const std::string &id, NodeKind kind) const {
    for (const std::string &child : selection_.graph.children(id))
        if (selection_.graph.find(child)->kind == kind && selection_.ids.count(child)) return true;
    return false;
}

std::string Runner::unit_tests(const Model &model, std::vector<Step> &steps) {
    if (!has_tests(model.id(), NodeKind::unit_test)) return "";
    std::vector<TestResult> results = run_unit_tests(mesh_, model);
    if (!model.node.empty()) std::ranges::move(run_project_unit_tests(projects_.get(model.domain), model), std::back_inserter(results));
    std::erase_if(results, [&](const TestResult &r) { return !is_selected(r.def); });
    for (const TestResult &result : results) steps.push_back(test_step(result));
    return summary("unit test", results);
}

// A test that also reads what failed has nothing to look at.
bool Runner::reads_failed(const TestDef &test, std::vector<Step> &steps) const {
    for (const std::string &id : test.reads) {
        if (!is_missing(id) || comes_after(id, test.model_id())) continue;
        steps.push_back(skipped(test, id));
        return true;
    }
    return false;
}

// What a product promises is tested whatever the run leaves out.
std::vector<TestDef> Runner::wanted_tests(const Model &model, std::vector<Step> &steps) {
    std::set<std::string> promised;
    if (has_product(model.id())) promised = promised_tests(model);
    if (promised.empty() && (!options_.tests || !has_tests(model.id(), NodeKind::test))) return {};
    std::vector<TestDef> tests = load_tests(model.domain, model.name);
    std::erase_if(tests, [&](const TestDef &test) { return !promised.count(test.name) && !(options_.tests && is_selected(test)); });
    for (const TestDef &test : tests)
        if (must_wait(test)) waiting_.emplace(test.id(), test);
    std::erase_if(tests, [&](const TestDef &test) { return waiting_.count(test.id()) > 0 || reads_failed(test, steps); });
    return tests;
}

// As one that compares a model with what reads it: that is built later, in the same run.
bool Runner::must_wait(const TestDef &test) const {
    return std::ranges::any_of(test.reads, [&](const std::string &id) { return comes_after(id, test.model_id()); });
}

std::vector<TestResult> Runner::note_results(std::vector<TestResult> results, std::vector<Step> &steps) {
    for (const TestResult &result : results) {
        keep_to_store(result);
        steps.push_back(test_step(result));
    }
    return results;
}

std::string Runner::data_tests(const Staged &staged, const std::vector<TestDef> &tests, std::vector<Step> &steps) {
    return summary("test", note_results(note_run(run_tests_as(options_, mesh_, tests, staged.relation, stage_, projects_)), steps));
}

// Tests that were selected, also because they read a selected model, though their own model was not.
void Runner::note_left_out_tests() {
    for (const std::string &id : selection_.ids) {
        const core::Node &node = *selection_.graph.find(id);
        const core::Node *own = core::is_test(node) && !node.parents.empty() ? selection_.graph.find(node.parents[0]) : nullptr;
        if (own == nullptr || own->kind != NodeKind::model || selection_.ids.count(own->id)) continue;
        note({node.domain, node.domain + "." + node.name, std::string(core::kind_name(node.kind)), "skipped", {}, {}, 0, kLeftOutTest, "", {}});
    }
}

// dbt runs them on what is there.
void Runner::left_out_tests() {
    for (const core::Node &node : selection_.graph.nodes()) {
        if (again_ || node.kind != NodeKind::model || selection_.ids.count(node.id) || !(has_tests(node.id, NodeKind::test) || has_tests(node.id, NodeKind::unit_test))) continue;
        pg::StepMemory memory;
        const Model &model = mesh_.model({node.domain, node.name});
        std::vector<Step> steps;
        (void)unit_tests(model, steps);
        std::vector<TestDef> tests = wanted_tests(model, steps);
        std::vector<TestResult> results;
        ErrorData *error = pg::try_in_subtransaction([&] {
            if (!tests.empty()) results = run_tests_as(options_, mesh_, tests, published_relation(mesh_, model), stage_, projects_);
        });
        for (const TestDef &test : tests)
            if (error != nullptr) results.push_back({test, "error", {}, pg::error_text(error), 0, "", {}, {}, pg::error_kind_name(error)});
        (void)note_results(std::move(results), steps);
        std::ranges::move(steps, std::back_inserter(left_out_steps_));
    }
    for (const Step &step : left_out_steps_) note(step);
}

}  // namespace mesh::engine
