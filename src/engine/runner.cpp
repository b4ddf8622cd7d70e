#include "engine/runner.h"

#include <algorithm>
#include <tuple>

#include "engine/hooks.h"
#include "engine/stage_registry.h"
#include "engine/stored_failures.h"
#include "pg/guc.h"
#include "pg/report.h"
#include "pg/session.h"

namespace mesh::engine {

using core::Error;

static Json options_json(const RunOptions &options) {
    Json out = {{"tests", options.tests}, {"full_refresh", options.full_refresh}, {"fail_fast", options.fail_fast}, {"atomic", options.atomic},
            {"publish", options.publish_each ? "model" : "run"}, {"vars", options.vars}};
    if (options.threads > 1) out["threads"] = options.threads;
    return out;
}

// The server says no more than that it waited long enough.
static ErrorData *explained(ErrorData *error) {
    if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE || error->hint != nullptr) return error;
    return pg::make_error("55P03", "another session kept locked what it needs", error->message, "See pg_locks, or raise mesh.lock_timeout or mesh.lock_retries.",
                          core::ErrorKind::database);
}

// Why older snapshots are to be reckoned with, before any is looked for. Asked while no subtransaction is open.
static std::string why_by_rows() {
    if (pg::call([] { return IsTransactionBlock(); })) return "the run also changes rows in place, in a transaction block";
    return pg::standby_readers ? "the run also changes rows in place, and mesh.standby_readers is on" : "";
}

// They become part of what reads them, and dbt does not count them.
static std::set<std::string> ephemerals(const Selection &selection) {
    std::set<std::string> out;
    for (const std::string &id : selection.models)
        if (selection.graph.find(id)->config.at("materialized") == "ephemeral") out.insert(id);
    return out;
}

Runner::Runner(const RunOptions &options, Mesh &mesh, const Selection &selection, const Baseline &baseline, const std::string &obstacle)
    : options_(options), mesh_(mesh), selection_(selection), obstacle_(obstacle),
      unchanged_(mesh, selection, baseline, options.force || options.full_refresh || !options.skip_unchanged),
      history_(options.command, options.selector, options.exclude, options_json(options), selection.ids.size()),
      tests_(mesh, unchanged_.states(), unchanged_.circumstances(), baseline.log, history_.run_id()),
      by_rows_(why_by_rows()), progress_(history_.run_id(), selection.models.size(), selection.ids.size(), ephemerals(selection)), projects_(mesh, &stage_, project_options(options, selection)) {
    for (const std::string &id : selection_.models) place_.emplace(id, place_.size());
    pg::expect_relations(selection_.models.size());
}

// What ends the run itself is kept with its history, which outlives the rollback.
RunResult Runner::go() {
    try {
        return run_all();
    } catch (const pg::ServerError &e) {
        history_.fail(e.data->message == nullptr ? "" : e.data->message);
        throw;
    } catch (const Error &e) {
        history_.fail(e.what());
        throw;
    }
}

RunResult Runner::run_all() {
    start_crew();
    ErrorData *error = attempt();
    if (cannot_start_) throw pg::ServerError{error};
    if (error != nullptr) history_.forget_written();
    if (!withheld_.empty() && again_) {
        forget();
        if (was_parallel_) clean_stage(history_.run_id());
        error = attempt();
    }
    if (error != nullptr) withdraw(error);
    for (const auto &[id, result] : to_store_)
        if (std::string why = store_failures(result); !why.empty()) add_reason(id, "its failing rows could not be stored: " + why);
    if (was_parallel_) clean_stage(history_.run_id());
    write_history();
    pg::show_progress("");
    return {history_.run_id(), steps_};
}

void Runner::write_history() {
    history_.write(steps_, went_wrong() ? "error" : "success");
}

ErrorData *Runner::attempt() {
    return pg::try_in_subtransaction([&] {
        run_operations(true);
        source_tests();
        if (crew_ != nullptr) build_at_once();
        else for (const std::string &id : selection_.models) step(model_of(id));
        free_tests();
        if (options_.tests) options_.only ? left_out_tests() : note_left_out_tests();
        if (options_.atomic && !failed_.empty()) throw Error("P0001", failed_.at(first_failed_));
        for (const std::string &id : built_)
            for (const std::string &written : stage_.at(id).wrote_to)
                if (auto other = stage_.find(written); other != stage_.end()) count_written(other->second);
        leave_out_defined_on_others(stage_, built_);
        publish_and_remember();
        run_operations(false);
    });
}

// As before the first step.
void Runner::forget() {
    stage_.clear();
    built_.clear();
    failed_.clear();
    partly_.clear();
    first_failed_.clear();
    no_room_ = false;
    size_at_.clear();
    steps_.clear();
    publishing_.clear();
    start_failed_.clear();
    unchanged_.forget();
    tests_.forget();
    unseen_.clear();
}

void Runner::add_reason(const std::string &node, const std::string &reason) {
    for (Step &step : steps_)
        if (step.node == node) engine::add_reason(step.reason, reason);
}

// A model that waits for another is skipped, and nothing went wrong.
bool Runner::went_wrong() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const Step &step) { return step.status == "error" || step.status == "fail" || step.status == "partial success"; });
}

const Model &Runner::model_of(const std::string &id) {
    const core::Node *node = selection_.graph.find(id);
    return mesh_.model({node->domain, node->name});
}

// Of all models at once, when the first is asked for.
Targets &Runner::targets() {
    if (targets_) return *targets_;
    std::vector<const Model *> models;
    for (const std::string &id : selection_.models) models.push_back(&model_of(id));
    return targets_.emplace(find_targets(mesh_, models));
}

std::string Runner::skip_reason(const Model &model) const {
    if (!start_failed_.empty() && !model.node.empty()) return start_failed_;
    for (const std::string &parent : selection_.graph.parents(model.id()))
        if (failed_.count(parent)) return upstream_failed(parent);
    if (auto held = held_back_.find(model.id()); held != held_back_.end()) return held->second;
    if (model.status == "pending" && model.node.empty()) return "pending: something it reads does not exist yet";
    if (no_room_) return "the server had no room for the run's locks";
    if (options_.fail_fast && !failed_.empty()) return "fail_fast: " + first_failed_ + " failed";
    return "";
}

// Others of the run, or tests of the run, that read this model.
bool Runner::is_read(const std::string &id) const {
    for (const std::string &child : selection_.graph.children(id))
        if (selection_.ids.count(child)) return true;
    return false;
}

Step Runner::opened(const Model &model) const {
    return {model.domain, model.id(), step_kind(model), "success", {}, {}, 0, skip_reason(model), "", {}, model.node};
}

// `is_judged`: it was found that the model cannot be left as it is.
void Runner::step(const Model &model, bool is_judged) {
    pg::StepMemory memory;
    pg::call([] { CHECK_FOR_INTERRUPTS(); });
    progress_.reach(model.id());
    Step out = opened(model);
    if (is_left_out(model, out)) return;
    progress_.start(model.id(), model.node);
    Clock clock;
    std::vector<Step> tests;
    if (!is_judged && left_as_it_is(model, out, tests)) {
        out.seconds = clock.seconds();
        finish(model, out, tests);
        return;
    }
    ErrorData *error = pg::try_in_subtransaction([&] {
        asking_ = {};
        asking_.domain = &mesh_.domain(model.domain);
        asking_.at_target = true;
        std::optional<ProjectDatabase::Watch> watch;
        if (Project *project = model.node.empty() ? nullptr : projects_.find(model.domain)) watch.emplace(project->database(), nullptr, &asking_);
        before(model);
        build_and_check(current(model, out), out, tests);
    });
    out.seconds = clock.seconds();
    if (error != nullptr) tell_error(out, error);
    unit_failed_.clear();
    finish(model, out, tests);
}

// dbt skips what its unit tests find wrong.
void Runner::tell_error(Step &out, ErrorData *error) {
    bool untried = options_.only && !unit_failed_.empty();
    out.status = untried ? "skipped" : "error";
    no_room_ = no_room_ || pg::lock_table_is_full(error);
    if (!untried) return out.tell_error(explained(error));
    out.reason = unit_failed_;
    out.compiled.clear();
}

// Skipped, or withheld: then it is finished here.
bool Runner::is_left_out(const Model &model, Step &out) {
    auto withheld = withheld_.find(model.id());
    if (!out.reason.empty()) {
        out.status = "skipped";
        finish(model, out, {});
    } else if (withheld != withheld_.end()) {
        out.status = "error";
        out.message = withheld->second;
        out.error_kind = "runtime";
        finish(model, out, tests_of_[model.id()]);
    }
    return out.status != "success";
}

// Why it was built where it was, when the run was to build several at once.
std::string Runner::with_place(std::string reason, const std::string &id) const {
    if (auto why = built_where_.find(id); why != built_where_.end() && !why->second.empty()) engine::add_reason(reason, why->second);
    return reason;
}

void Runner::finish(const Model &model, Step step, const std::vector<Step> &tests) {
    size_at_[model.id()] = steps_.size();
    bool partly = step.status == "partial success", unchanged = step.status == "unchanged";
    if (step.status != "skipped" && !unchanged && model.materialized != "ephemeral") {
        built_where_.try_emplace(model.id(), one_thread_);
        step.reason = with_place(step.reason, model.id());
    }
    if (partly) partly_.insert(model.id());
    if (step.status == "success") note_built(stage_.at(model.id()));
    if (partly || step.status == "success") built_.push_back(model.id());
    else stage_.erase(model.id());
    tests_of_[model.id()] = tests;
    note(step);
    for (const Step &test : tests) note(test);
    if (options_.only && options_.tests && step.status != "success" && !unchanged) note_untested(model, step, tests);
    rows_of_[model.id()] = steps_.size() - size_at_[model.id()];
    if (step.status != "success" && !unchanged && !is_told_by_readers(model, step)) note_failed(model, step);
}

void Runner::note_failed(const Model &model, const Step &step) {
    if (failed_.empty()) first_failed_ = model.id();
    failed_[model.id()] = step.message.empty() ? step.reason : step.message;
}

// The SQL of a project's ephemeral model is part of that of its readers and tests, where the database finds what is wrong with it. A test that
// did holds back the readers.
bool Runner::is_told_by_readers(const Model &model, const Step &step) const {
    if (model.materialized != "ephemeral" || model.node.empty() || step.status != "error" || step.error_kind != "database") return false;
    return std::none_of(steps_.begin() + static_cast<std::ptrdiff_t>(size_at_.at(model.id())) + 1, steps_.end(), [](const Step &test) { return test.status == "error"; });
}

// What is done again was told the first time.
void Runner::note(const Step &step) {
    steps_.push_back(step);
    steps_.back().finished_at = clock_seconds();
    if (again_) return;
    history_.add(step);
    progress_.finish(step);
}

bool failed(const TestResult &result) {
    return result.status == "fail" || result.status == "error";
}

std::string upstream_failed(const std::string &id) {
    return "upstream " + id + " failed or was skipped";
}

Step skipped(const TestDef &test, const std::string &upstream) {
    return {test.domain, test.id(), test.test == "unit" ? "unit_test" : "test", "skipped", {}, {}, 0, upstream_failed(upstream), "", {}, test.node};
}

}  // namespace mesh::engine
