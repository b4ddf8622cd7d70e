#include "engine/runner.h"

#include <algorithm>

#include "engine/hooks.h"
#include "engine/setting.h"
#include "engine/stage_registry.h"
#include "pg/report.h"

extern "C" {
#include "access/xlog.h"
}

namespace mesh::engine {

using core::Error;

// One worker would do no more than the run itself.
void Runner::start_crew() {
    int wanted = std::min(options_.threads, static_cast<int>(selection_.models.size()));
    if (wanted < 2 || (options_.shares_if_worth && !is_worth_sharing(selection_, wanted))) return;
    std::string why = obstacle_;
    for (const std::string &domain : selection_.domains())
        if (Project *project = projects_.find(domain); project != nullptr && !project->manifest().on_run_start.empty()) why = "workers would not see what on-run-start does";
    if (why.empty()) crew_ = std::make_unique<pg::Crew>(wanted, "mesh_work", std::to_string(history_.run_id()), selection_.models.size());
    if (crew_ != nullptr && crew_->size() < 2) {
        crew_.reset();
        why = "no background workers are free (max_worker_processes)";
    }
    was_parallel_ = crew_ != nullptr;
    if (crew_ == nullptr) one_thread_ = "one thread: " + why;
    else if (crew_->size() < wanted) one_thread_ = std::to_string(crew_->size()) + " of " + std::to_string(wanted) + " threads: no more background workers are free (max_worker_processes)";
}

void Runner::build_at_once() {
    Parallel(*crew_, history_.run_id(), selection_, *this).run();
    crew_.reset();
    put_in_order();
    drop_failed();
}

// What a worker has committed and is not to be published would be in the way of what is: a view of it may read the stage of others.
void Runner::drop_failed() {
    std::set<std::string> kept;
    for (const auto &[id, staged] : stage_) kept.insert(pg::qualified(staged.schema, staged.name));
    clean_stage(history_.run_id(), kept);
}

// As if they had been done one after the other.
void Runner::put_in_order() {
    std::vector<Step> steps;
    first_failed_.clear();
    built_.clear();
    for (const std::string &id : selection_.models) {
        auto first = steps_.begin() + static_cast<std::ptrdiff_t>(size_at_.at(id));
        size_at_[id] = steps.size();
        std::copy(first, first + static_cast<std::ptrdiff_t>(rows_of_.at(id)), std::back_inserter(steps));
        if (stage_.count(id)) built_.push_back(id);
        if (first_failed_.empty() && failed_.count(id)) first_failed_ = id;
    }
    steps_ = std::move(steps);
}

// Has `id` its place after the other? Then it is as if it were not built yet, also where several are built at once.
bool Runner::comes_after(const std::string &id, const std::string &other) const {
    auto a = place_.find(id), b = place_.find(other);
    return a != place_.end() && b != place_.end() && a->second > b->second;
}

Steps::Begun Runner::begin(size_t number, Task &task) {
    pg::call([] { CHECK_FOR_INTERRUPTS(); });
    const Model &model = model_of(selection_.models[number]);
    Open open{opened(model), {}, {}, nullptr, 0};
    if (!open.out.reason.empty() || withheld_.count(model.id())) progress_.reach(model.id());
    if (is_left_out(model, open.out)) return Begun::finished;
    pg::StepMemory memory;
    Clock clock;
    if (left_as_it_is(model, open.out, open.tests)) {
        open.out.seconds = clock.seconds();
        progress_.reach(model.id());
        finish(model, open.out, open.tests);
        return Begun::finished;
    }
    bool itself = false;
    ErrorData *error = pg::try_in_subtransaction([&] {
        Target &target = targets()[model.id()] = current_target(mesh_, model, targets()[model.id()]);
        std::string why = why_itself(model, target, read_by(model, number, task));
        itself = model.materialized == "ephemeral" || !why.empty();
        if (itself) own_reasons_[number] = why;
        else prepare(model, target, open, task);
    });
    open.seconds = clock.seconds();
    if (error != nullptr) close(model, open, error);
    else if (!itself) open_[number] = std::move(open);
    return error != nullptr ? Begun::finished : itself ? Begun::itself : Begun::task;
}

void Runner::prepare(const Model &model, const Target &target, Open &open, Task &task) {
    progress_.start(model.id(), model.node);
    if (options_.tests) unit_failed_ = unit_tests(model, open.tests);
    if (!unit_failed_.empty()) throw Error("P0001", "not built: " + unit_failed_);
    open.model = &current(model, open.out);
    open.chosen = wanted_tests(model, open.tests);
    render_deferred(options_, open.chosen);
    store_by_flag(options_, projects_, open.chosen);
    task.model = *open.model;
    task.target = target;
    task.options = build_options(model);
    task.options.keys_later = true;
    for (const TestDef &test : open.chosen)
        if (test.is_rendered) task.keeps_failed = true;
        else task.tests.push_back(test);
}

// What of this run the model or a test of it reads, also through what is not built for itself.
std::set<std::string> Runner::read_by(const Model &model, size_t number, Task &task) {
    std::set<std::string> seen = {model.id()};
    for (const std::string &parent : selection_.graph.parents(model.id())) add_read(parent, number, task, seen);
    for (const std::string &child : selection_.graph.children(model.id()))
        if (core::is_test(*selection_.graph.find(child)))
            for (const std::string &read : selection_.graph.parents(child)) add_read(read, number, task, seen);
    return seen;
}

void Runner::add_read(const std::string &id, size_t number, Task &task, std::set<std::string> &seen) {
    const core::Node *node = selection_.graph.find(id);
    if (node == nullptr || node->kind != NodeKind::model || !seen.insert(id).second) return;
    auto place = place_.find(id);
    bool before = place != place_.end() && place->second < number;
    const Model &model = model_of(id);
    if (before && stage_.count(id)) task.staged.push_back(&stage_.at(id));
    if (before && !model.node.empty()) task.models.push_back(&model);
    if (model.materialized != "ephemeral") return;
    for (const std::string &parent : selection_.graph.parents(id)) add_read(parent, number, task, seen);
}

// The project's own macro that gives the model its grants or comments; empty: there is none.
static std::string decorator(Projects &projects, const Model &model) {
    Project *project = model.node.empty() ? nullptr : projects.find(model.domain);
    std::string macro = project == nullptr ? "" : project->invocation().replaced(model.node, project::Work::grants);
    return project == nullptr || !macro.empty() ? macro : project->invocation().replaced(model.node, project::Work::docs);
}

// Why no worker can build it, or what it reads is seen by no worker; empty: one can.
std::string Runner::why_itself(const Model &model, const Target &target, const std::set<std::string> &read) {
    if (materializer(model) != nullptr) return "the project's own materialization";
    if (std::string macro = maker(model); !macro.empty()) return "the project's own \"" + macro + "\"";
    if (std::string macro = decorator(projects_, model); !macro.empty()) return "the project's own \"" + macro + "\"";
    bool hooks = has_pre_hooks(model) || has_post_hooks(model);
    if (auto header = model.config.find("sql_header"); hooks || (header != model.config.end() && header->is_string())) return "it has hooks";
    bool in_place = model.materialized == "snapshot" || (model.materialized == "incremental" && !setting(model, "full_refresh", options_.full_refresh));
    if (in_place && target.exists()) return "it changes rows in place";
    bool is_decoded = pg::call([] { return XLogLogicalInfoActive(); });
    if (!target.exists() && is_decoded && model.materialized != "view") return "it is new, and logical decoding shall see its rows";
    if (model.materialized == "incremental") {
        Project *project = model.node.empty() ? nullptr : projects_.find(model.domain);
        if (project != nullptr && (project->invocation().own_strategy(model.node) || is_batched(*project, model))) return "it has a strategy of its own";
        if (model.config.value("incremental_strategy", Json()) == "auto") return "it follows what it reads";
    }
    if (!target.exists() && has_product(model.id())) return "it is new, and has consumers to be let in";
    for (const std::string &id : read)
        if (unseen_.count(id) && !comes_after(id, model.id())) return "it reads " + id + ", which only the run itself sees";
    return "";
}

void Runner::build_itself(size_t number, const std::string &why) {
    const Model &model = model_of(selection_.models[number]);
    std::string reason = why.empty() ? own_reasons_[number] : why;
    if (!reason.empty()) built_where_[model.id()] = "built by the run itself: " + reason;
    open_.erase(number);
    step(model, true);
    auto staged = stage_.find(model.id());
    if (staged == stage_.end()) return;
    Task task;
    std::set<std::string> read = read_by(model, number, task);
    bool reads_unseen = std::any_of(read.begin(), read.end(), [&](const std::string &id) { return unseen_.count(id) > 0; });
    // A view that stays as it is may be staged nevertheless, over what it reads in this run.
    bool is_unseen = staged->second.how != Publish::nothing || OidIsValid(staged->second.stage_oid);
    if (model.materialized == "ephemeral" ? reads_unseen : is_unseen) unseen_.insert(model.id());
}

void Runner::take(Report report) {
    pg::StepMemory memory;
    Open open = std::move(open_.at(report.number));
    open_.erase(report.number);
    const Model &model = model_of(selection_.models[report.number]);
    Clock clock;
    ErrorData *error = pg::try_in_subtransaction([&] { accept(open, report); });
    open.seconds += report.seconds + clock.seconds();
    close(model, open, error);
}

void Runner::accept(Open &open, Report &report) {
    bool tests_failed = std::any_of(report.tests.begin(), report.tests.end(), failed);
    if (!report.sqlstate.empty() && !tests_failed) throw Error(of_step(report.sqlstate), report.message, report.detail, report.hint).with(report.error_kind);
    const Model &model = *open.model;
    Staged &staged = report.staged;
    KnownColumns built_columns = std::move(staged.model.built_columns);
    staged.model = model;
    staged.model.built_columns = std::move(built_columns);
    staged.domain = &mesh_.domain(model.domain);
    staged.target = targets()[model.id()];
    staged.compiled = resolve(mesh_, model);
    if (staged.reason.empty()) staged.reason = verdicts_[model.id()].reason;
    open.out.rows = staged.rows;
    open.out.reason = staged.reason;
    Staged &kept = stage_[model.id()] = std::move(staged);
    tell_columns(kept);
    check_contract(kept);
    require_replaceable(kept, [this] { return relations_of_run(); });
    std::string broken = summary("test", note_results(note_run(all_results(open, report, kept)), open.tests));
    if (!broken.empty()) throw Error("P0001", "not published: " + broken);
}

// That somebody cancelled or ended a worker is no reason to end the run.
std::string Runner::of_step(const std::string &sqlstate) {
    return sqlstate.starts_with("57") ? "58000" : sqlstate;
}

// A worker's results, and those of tests that only the run can render.
std::vector<TestResult> Runner::all_results(const Open &open, const Report &report, const Staged &staged) {
    std::vector<TestDef> rendered;
    for (const TestDef &test : open.chosen)
        if (test.is_rendered) rendered.push_back(test);
    std::vector<TestResult> own = run_tests_as(options_, mesh_, rendered, staged.relation, stage_, projects_), out;
    auto next_own = own.begin();
    auto next = report.tests.begin();
    for (const TestDef &test : open.chosen) {
        out.push_back(test.is_rendered ? *next_own++ : *next++);
        if (!test.is_rendered) out.back().def = test;
    }
    fail_warnings(options_, out);
    return out;
}

void Runner::close(const Model &model, Open &open, ErrorData *error) {
    open.out.seconds = open.seconds;
    if (error != nullptr) tell_error(open.out, error);
    unit_failed_.clear();
    progress_.reach(model.id());
    finish(model, open.out, open.tests);
}

}  // namespace mesh::engine
