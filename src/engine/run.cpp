#include "engine/run.h"

#include <algorithm>
#include <tuple>

#include "engine/agreement.h"
#include "engine/parallel.h"
#include "engine/plan.h"
#include "engine/product.h"
#include "engine/project_unit_test.h"
#include "engine/hooks.h"
#include "engine/progress.h"
#include "engine/publish.h"
#include "engine/selection.h"
#include "engine/session.h"
#include "engine/setting.h"
#include "engine/stage_registry.h"
#include "engine/stored_failures.h"
#include "engine/test_cache.h"
#include "engine/test_sql.h"
#include "engine/unchanged.h"
#include "engine/unit_test.h"
#include "pg/report.h"
#include "pg/session.h"

extern "C" {
#include "access/xlog.h"
}

namespace mesh::engine {

using core::Error;
using core::NodeKind;

static void store_by_flag(const RunOptions &options, Projects &projects, std::vector<TestDef> &tests);
static void fail_warnings(const RunOptions &options, std::vector<TestResult> &results);

namespace {

std::string error_text(const ErrorData *error) {
    std::string text = error->message == nullptr ? "unknown error" : error->message;
    if (error->detail != nullptr) text += " (" + std::string(error->detail) + ")";
    std::string hint = error->hint == nullptr ? "" : error->hint;
    if (hint.find("CASCADE") != std::string::npos) hint = "Change or drop what depends on it first; the mesh drops nothing of others.";
    if (!hint.empty()) text += " Hint: " + hint;
    return text;
}

// The server says no more than that it waited long enough.
ErrorData *explained(ErrorData *error) {
    if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE || error->hint != nullptr) return error;
    return pg::make_error("55P03", "another session kept locked what it needs", error->message, "See pg_locks, or raise mesh.lock_timeout or mesh.lock_retries.");
}

Json options_json(const RunOptions &options) {
    Json out = {{"tests", options.tests}, {"full_refresh", options.full_refresh}, {"fail_fast", options.fail_fast}, {"atomic", options.atomic},
            {"publish", options.publish_each ? "model" : "run"}, {"vars", options.vars}};
    if (options.threads > 1) out["threads"] = options.threads;
    return out;
}

bool failed(const TestResult &result) {
    return result.status == "fail" || result.status == "error";
}

std::string upstream_failed(const std::string &id) {
    return "upstream " + id + " failed or was skipped";
}

// A test that has nothing to look at.
Step skipped(const TestDef &test, const std::string &upstream) {
    return {test.domain, test.id(), test.test == "unit" ? "unit_test" : "test", "skipped", {}, {}, 0, upstream_failed(upstream), "", {}, test.node};
}

class Runner : private Steps {
public:
    // `obstacle`: why workers cannot take part in the run.
    Runner(const RunOptions &options, Mesh &mesh, const Selection &selection, const Baseline &baseline, const std::string &obstacle)
        : options_(options), mesh_(mesh), selection_(selection), obstacle_(obstacle),
          unchanged_(mesh, selection, baseline, options.force || options.full_refresh || !options.skip_unchanged),
          history_(options.command, options.selector, options.exclude, options_json(options), selection.ids.size()),
          tests_(mesh, unchanged_.states(), unchanged_.circumstances(), baseline.log, history_.run_id()),
          progress_(history_.run_id(), selection.models.size(), selection.ids.size()), projects_(mesh, &stage_, project_options(options, selection)) {
        std::vector<const Model *> models;
        for (const std::string &id : selection.models) models.push_back(&model_of(id));
        targets_ = find_targets(mesh, models);
    }

    // What ends the run itself is kept with its history, which outlives the rollback.
    RunResult go() {
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

private:
    RunResult run_all() {
        start_crew();
        ErrorData *error = attempt();
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

    void write_history() {
        history_.write(steps_, went_wrong() ? "error" : "success");
    }

    ErrorData *attempt() {
        return pg::try_in_subtransaction([&] {
            run_operations(true);
            if (crew_ != nullptr) build_at_once();
            else for (const std::string &id : selection_.models) step(model_of(id));
            free_tests();
            if (options_.tests) options_.only ? left_out_tests() : note_left_out_tests();
            if (options_.atomic && !failed_.empty()) throw Error("P0001", failed_.at(first_failed_));
            publish_built();
            remember();
            run_operations(false);
        });
    }

    // on-run-start or on-run-end of the projects whose nodes are run.
    void run_operations(bool start) {
        for (const std::string &domain : selection_.domains()) {
            Project *project = projects_.find(domain);
            if (project == nullptr) continue;
            if (!start) add_results(*project);
            for (const std::string &id : start ? project->manifest().on_run_start : project->manifest().on_run_end) operation(*project, id);
        }
    }

    void operation(Project &project, const std::string &id) {
        const core::project::Node &node = project.manifest().nodes.at(id);
        Step out{project.domain(), project.domain() + "." + node.name, "operation", "success", {}, {}, 0, "", "", {}, id, ""};
        Clock clock;
        ErrorData *error = pg::try_in_subtransaction([&] {
            unchanged_.states().others_wrote();
            out.compiled = project.invocation().render_hook(id, node.raw_code);
            run_hooks(mesh_, mesh_.domain(project.domain()), {out.compiled}, stage_, nullptr);
        });
        out.seconds = clock.seconds();
        if (error != nullptr) {
            out.status = "error";
            out.message = error_text(error);
            if (start_failed_.empty()) start_failed_ = out.node + " failed";
        }
        note(out);
    }

    void add_results(Project &project) {
        for (const Step &step : steps_) {
            if (step.domain != project.domain() || !is_result(project, step)) continue;
            core::project::Json result = {{"status", step.status}, {"message", step.message.empty() ? core::project::Json() : core::project::Json(step.message)}, {"execution_time", step.seconds}, {"unique_id", step.unique_id}};
            auto unit = project.manifest().others.find(step.unique_id);
            result["node"] = unit != project.manifest().others.end() ? core::project::manifest_json(unit->second) : core::project::manifest_json(project.manifest().nodes.at(step.unique_id));
            result["failures"] = step.failures ? core::project::Json(*step.failures) : core::project::Json();
            project.invocation().add_result(result);
        }
    }

    // dbt keeps from its hooks what other hooks did, and has no results of ephemeral models.
    static bool is_result(const Project &project, const Step &step) {
        if (project.manifest().others.count(step.unique_id)) return true;
        auto node = project.manifest().nodes.find(step.unique_id);
        if (node == project.manifest().nodes.end() || (step.kind == "operation" && step.status != "error")) return false;
        return node->second.config.value("materialized", "") != "ephemeral";
    }

    // Tests that belong to no model run once everything that they read is staged. What they find wrong was built with all the rest:
    // the rest is built once more, without it.
    void free_tests() {
        if (options_.tests && !again_) {
            std::set<std::string> domains = selection_.domains();
            for (const TestDef &test : load_free_tests({domains.begin(), domains.end()}))
                if (is_selected(test)) free_test(test);
        }
        for (const Step &step : free_steps_) note(step);
        if (withheld_.empty() || again_ || options_.atomic) return;
        again_ = true;
        throw Error("P0001", "a test found fault with what it reads");
    }

    void free_test(const TestDef &test) {
        for (const std::string &id : test.reads)
            if (is_missing(id)) {
                free_steps_.push_back(skipped(test, id));
                return;
            }
        pg::StepMemory memory;
        std::optional<TestResult> cached;
        if (options_.uses_cache() && !reads_built(test)) cached = tests_.find(test, "", &projects_);
        TestResult result = cached ? *cached : note_run(run_tests_as(options_, mesh_, {test}, "", stage_, projects_)).at(0);
        keep_to_store(result);
        free_steps_.push_back(test_step(result));
        if (!failed(result)) return;
        std::string why = "not published: " + summary("test", {result});
        for (const std::string &id : test.reads)
            if (stage_.count(id)) withheld_.emplace(id, why);
        if (!options_.atomic) return;
        if (failed_.empty()) first_failed_ = test.id();
        failed_[test.id()] = why;
    }

    // As before the first step.
    void forget() {
        stage_.clear();
        built_.clear();
        failed_.clear();
        partly_.clear();
        first_failed_.clear();
        size_at_.clear();
        steps_.clear();
        publishing_.clear();
        start_failed_.clear();
        unchanged_.forget();
        tests_.forget();
        unseen_.clear();
    }

    void keep_to_store(const TestResult &result) {
        if (!result.def.store_as.empty() && result.failures) to_store_.insert_or_assign(result.def.id(), result);
    }

    void add_reason(const std::string &node, const std::string &reason) {
        for (Step &step : steps_)
            if (step.node == node) engine::add_reason(step.reason, reason);
    }

    // A model that waits for another is skipped, and nothing went wrong.
    bool went_wrong() const {
        return std::any_of(steps_.begin(), steps_.end(), [](const Step &step) { return step.status == "error" || step.status == "fail" || step.status == "partial success"; });
    }

    const Model &model_of(const std::string &id) {
        const core::Node *node = selection_.graph.find(id);
        return mesh_.model({node->domain, node->name});
    }

    std::string skip_reason(const Model &model) const {
        if (!start_failed_.empty() && !model.node.empty()) return start_failed_;
        for (const std::string &parent : selection_.graph.parents(model.id()))
            if (failed_.count(parent)) return upstream_failed(parent);
        if (model.status == "pending" && model.node.empty()) return "pending: something it reads does not exist yet";
        if (options_.fail_fast && !failed_.empty()) return "fail_fast: " + first_failed_ + " failed";
        return "";
    }

    // Others of the run, or tests of the run, that read this model.
    bool is_read(const std::string &id) const {
        for (const std::string &child : selection_.graph.children(id))
            if (selection_.ids.count(child)) return true;
        return false;
    }

    Step opened(const Model &model) const {
        return {model.domain, model.id(), step_kind(model), "success", {}, {}, 0, skip_reason(model), "", {}, model.node};
    }

    // `is_judged`: it was found that the model cannot be left as it is.
    void step(const Model &model, bool is_judged = false) {
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
            before(model);
            build_and_check(current(model, out), out, tests);
        });
        out.seconds = clock.seconds();
        if (error != nullptr) tell_error(out, error);
        unit_failed_.clear();
        finish(model, out, tests);
    }

    // dbt skips what its unit tests find wrong.
    void tell_error(Step &out, ErrorData *error) {
        bool untried = options_.only && !unit_failed_.empty();
        out.status = untried ? "skipped" : "error";
        (untried ? out.reason : out.message) = untried ? unit_failed_ : error_text(explained(error));
        if (untried) out.compiled.clear();
    }

    // Skipped, or withheld: then it is finished here.
    bool is_left_out(const Model &model, Step &out) {
        auto withheld = withheld_.find(model.id());
        if (!out.reason.empty()) {
            out.status = "skipped";
            finish(model, out, {});
        } else if (withheld != withheld_.end()) {
            out.status = "error";
            out.message = withheld->second;
            finish(model, out, tests_of_[model.id()]);
        }
        return out.status != "success";
    }

    // Why it was built where it was, when the run was to build several at once.
    std::string with_place(std::string reason, const std::string &id) const {
        if (auto why = built_where_.find(id); why != built_where_.end() && !why->second.empty()) engine::add_reason(reason, why->second);
        return reason;
    }

    void finish(const Model &model, Step step, const std::vector<Step> &tests) {
        size_at_[model.id()] = steps_.size();
        bool partly = step.status == "partial success", unchanged = step.status == "unchanged";
        if (step.status != "skipped" && !unchanged && model.materialized != "ephemeral") {
            built_where_.try_emplace(model.id(), one_thread_);
            step.reason = with_place(step.reason, model.id());
        }
        if (step.status != "success" && !unchanged) {
            if (failed_.empty()) first_failed_ = model.id();
            failed_[model.id()] = step.message.empty() ? step.reason : step.message;
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
    }

    // dbt tells of the tests too that a failed model leaves without anything to look at.
    void note_untested(const Model &model, const Step &failed, const std::vector<Step> &tested) {
        std::set<std::string> told;
        for (const Step &step : tested) told.insert(step.node);
        std::vector<TestDef> tests = load_tests(model.domain, model.name);
        for (const pg::Row &row : registry("select name, node from mesh.unit_test_registry where domain = $1 and model = $2 order by 1", {model.domain, model.name}).rows) {
            tests.emplace_back();
            std::tie(tests.back().domain, tests.back().name, tests.back().test, tests.back().node) = std::tuple(model.domain, row[0].value(), "unit", row[1].value_or(""));
        }
        for (const TestDef &test : tests)
            if (is_selected(test) && !told.count(test.id())) note(untested(model, failed, test));
    }

    // The tests of an ephemeral model are where its mistakes come out.
    static Step untested(const Model &model, const Step &failed, const TestDef &test) {
        Step out = skipped(test, model.id());
        if (model.materialized != "ephemeral" || failed.status != "error" || test.test == "unit") return out;
        out.status = "error";
        out.message = failed.message;
        return out;
    }

    // A model of which there is nothing; of a microbatch model there are the batches that did not fail.
    bool is_missing(const std::string &id) const { return failed_.count(id) > 0 && !partly_.count(id); }

    // True when the model is what it would become: nothing is built, and its tests look at what is published.
    bool left_as_it_is(const Model &model, Step &out, std::vector<Step> &tests) {
        if (!options_.skip_unchanged || materializer(model) != nullptr) return false;
        const Model *now = &model;
        if (!model.node.empty() && pg::try_in_subtransaction([&] { now = &current(model, out); }) != nullptr) return false;  // the build tells what is wrong
        planning::Verdict &verdict = verdicts_[model.id()] = unchanged_.judge(*now, targets_[model.id()]);
        if (verdict.change != planning::Change::unchanged) return false;
        bool is_tested = has_tests(model.id(), NodeKind::test) || has_tests(model.id(), NodeKind::unit_test) || has_product(model.id());
        ErrorData *error = !is_tested ? nullptr : pg::try_in_subtransaction([&] {
            std::string broken = options_.tests ? unit_tests(*now, tests) : "";
            if (broken.empty()) broken = published_tests(*now, tests);
            if (!broken.empty()) throw Error("P0001", "it is unchanged, and as it is published: " + broken);
        });
        out.status = error == nullptr ? "unchanged" : "error";
        out.reason = verdict.reason;
        if (error != nullptr) out.message = error_text(error);
        else unchanged_.keep(*now, verdict);
        return true;
    }

    std::string published_tests(const Model &model, std::vector<Step> &steps) {
        std::vector<TestDef> wanted = wanted_tests(model, steps), anew;
        if (wanted.empty()) return "";
        std::string relation = published_relation(mesh_, model);
        for (const TestDef &test : wanted)
            if (reads_built(test)) anew.push_back(test);
        std::erase_if(wanted, [&](const TestDef &test) { return reads_built(test); });
        std::vector<TestResult> results;
        if (!options_.warn_error) results = tests_.take(wanted, relation, &projects_);
        wanted.insert(wanted.end(), anew.begin(), anew.end());
        std::ranges::move(note_run(run_tests_as(options_, mesh_, wanted, relation, stage_, projects_)), std::back_inserter(results));
        std::ranges::sort(results, {}, [](const TestResult &result) { return result.def.name; });
        return summary("test", note_results(std::move(results), steps));
    }

    // Of what this run has built there is no earlier verdict.
    bool reads_built(const TestDef &test) const {
        return std::any_of(test.reads.begin(), test.reads.end(), [&](const std::string &id) { return stage_.count(id) > 0 && !unchanged_.is_clean(id); });
    }

    // A warning that was made an error is none for the next run.
    std::vector<TestResult> note_run(std::vector<TestResult> results) {
        if (!options_.warn_error) tests_.note(results);
        return results;
    }

    // Which of the readers have to follow.
    void note_built(const Staged &staged) {
        const Model &model = staged.model;
        bool wrote_nothing = staged.how == Publish::in_place && staged.target.exists() && staged.rows && *staged.rows == 0 && staged.relkind.empty() && staged.columns == model.built_columns;
        bool says_the_same = staged.how == Publish::nothing;
        if (says_the_same)
            for (const std::string &parent : selection_.graph.parents(model.id())) says_the_same = says_the_same && unchanged_.is_clean(parent);
        if (wrote_nothing || says_the_same) return;
        unchanged_.built(model.id(), unchanged_.changed_columns(model, staged.final_sql, verdicts_[model.id()]));
    }

    void remember() {
        std::vector<Staged *> published;
        for (const std::string &id : built_)
            if (steps_[size_at_[id]].status == "success") published.push_back(&stage_.at(id));
        ErrorData *error = pg::try_in_subtransaction([&] { unchanged_.remember(published, history_.run_id()); });
        for (const Staged *staged : published) {
            Model known = mesh_.model({staged->model.domain, staged->model.name});
            known.built_kind = staged->relkind.empty() ? relkind_for(known.materialized) : staged->relkind;
            mesh_.update(known);
        }
        std::set<std::string> withheld;
        for (const auto &[id, at] : size_at_)
            if (steps_[at].status != "success" && steps_[at].status != "unchanged") withheld.insert(id);
        if (error == nullptr) error = pg::try_in_subtransaction([&] { tests_.remember(withheld); });
        if (error != nullptr) pg::warning("what was built could not be remembered, and will be built again", error->message == nullptr ? "" : error->message, "");
    }

    // What is done again was told the first time.
    void note(const Step &step) {
        steps_.push_back(step);
        if (again_) return;
        history_.add(step);
        progress_.finish(step);
    }

    // The model's project, when that has a materialization of its own for it.
    Project *materializer(const Model &model) {
        Project *project = model.node.empty() ? nullptr : projects_.find(model.domain);
        return project != nullptr && project->materializes(model) ? project : nullptr;
    }

    // What the model wants done before it is built.
    void before(const Model &model) {
        if (materializer(model) != nullptr) return unchanged_.states().others_wrote();  // its macro runs them
        std::vector<std::string> hooks = pre_hooks(&projects_, model, stage_);
        if (auto header = model.config.find("sql_header"); header != model.config.end() && header->is_string()) hooks.push_back(*header);
        if (!hooks.empty() || has_post_hooks(model) || model.is_volatile) unchanged_.states().others_wrote();
        run_hooks(mesh_, mesh_.domain(model.domain), hooks, stage_, nullptr);
    }

    static bool has_post_hooks(const Model &model) {
        for (const char *key : {"post_hook", "post-hook"})
            if (auto hooks = model.config.find(key); hooks != model.config.end() && !hooks->empty()) return true;
        return false;
    }

    // A project's model as it renders now.
    const Model &current(const Model &model, Step &step) {
        if (model.node.empty() || model.materialized == "seed") return model;
        const Model &rendered = projects_.get(model.domain).current(model);
        step.compiled = rendered.body;
        return rendered;
    }

    // In one subtransaction: what fails its tests is rolled back, also when it was changed in place.
    void build_and_check(const Model &model, Step &out, std::vector<Step> &tests) {
        std::string broken;
        if (options_.tests) broken = unit_tests(model, tests);
        if (!broken.empty()) {
            unit_failed_ = broken;
            throw Error("P0001", "not built: " + broken);
        }
        BuildOptions options = build_options(model);
        options.view_is_read = options.view_is_read || has_post_hooks(model);
        options.keys_later = crew_ != nullptr;
        Target &target = targets_[model.id()] = current_target(mesh_, model, targets_[model.id()]);
        Project *own = materializer(model);
        Staged staged = own != nullptr ? own->materialize(model, target) : build_model(model, target, options, out);
        if (staged.reason.empty()) staged.reason = verdicts_[model.id()].reason;
        out.rows = staged.rows;
        out.reason = staged.reason;
        Staged &kept = stage_[model.id()] = std::move(staged);
        check_contract(kept);
        if (own == nullptr) {
            require_replaceable(kept, [this] { return relations_of_run(); });
            run_hooks(mesh_, *kept.domain, post_hooks(&projects_, model, stage_), stage_, &kept);
        }
        broken = data_tests(kept, tests);
        if (!broken.empty()) throw Error("P0001", "not published: " + broken);
    }

    BuildOptions build_options(const Model &model) {
        BuildOptions out;
        out.run_id = history_.run_id();
        out.full_refresh = options_.full_refresh;
        out.is_product = has_product(model.id());
        out.changed_by_hand = verdicts_[model.id()].by_hand;
        out.view_is_read = is_read(model.id());
        return out;
    }

    Staged build_model(const Model &model, const Target &target, BuildOptions options, Step &out) {
        Project *project = model.node.empty() || model.materialized != "incremental" ? nullptr : projects_.find(model.domain);
        if (project == nullptr) return build(mesh_, model, target, stage_, options);
        if (project->invocation().own_strategy(model.node))
            options.strategy = [=, node = model.node](const std::string &schema, const std::string &table, const std::vector<pg::Column> &columns) {
                return project->strategy_sql(node, schema, table, columns);
            };
        return is_batched(*project, model) ? build_in_batches(*project, model, target, options, out) : build(mesh_, model, target, stage_, options);
    }

    Staged build_in_batches(Project &project, const Model &model, const Target &target, const BuildOptions &options, Step &out) {
        BatchResults results;
        out.compiled.clear();  // each batch has its own
        try {
            Staged staged = build_batches(mesh_, project, model, target, stage_, options, options_.batches, results);
            out.batches = results.json();
            out.message = results.message;
            if (!results.failed.empty()) out.status = "partial success";
            return staged;
        } catch (...) {
            out.batches = results.json();
            throw;
        }
    }

    std::set<Oid> relations_of_run() const {
        std::set<Oid> out;
        for (const auto &[id, target] : targets_) out.insert(target.oid);
        for (const auto &[id, staged] : stage_) out.insert(staged.stage_oid);
        return out;
    }

    bool has_product(const std::string &id) const {
        for (const std::string &child : selection_.graph.children(id))
            if (selection_.graph.find(child)->kind == NodeKind::product) return true;
        return false;
    }

    void check_contract(const Staged &staged) {
        if (has_product(staged.model.id())) check_contracts(*staged.domain, staged.model, staged.columns);
    }

    bool is_selected(const TestDef &test) const {
        return selection_.ids.count((test.test == "unit" ? "unit_test:" : "test:") + test.domain + "." + test.name) > 0;
    }

    static std::string summary(const std::string &what, const std::vector<TestResult> &results) {
        std::string out;
        for (const TestResult &result : results)
            if (failed(result)) out += (out.empty() ? what + " " : ", ") + result.def.name + " (" + result.message + ")";
        return out;
    }

    bool has_tests(const std::string &id, NodeKind kind) const {
        for (const std::string &child : selection_.graph.children(id))
            if (selection_.graph.find(child)->kind == kind && selection_.ids.count(child)) return true;
        return false;
    }

    std::string unit_tests(const Model &model, std::vector<Step> &steps) {
        if (!has_tests(model.id(), NodeKind::unit_test)) return "";
        std::vector<TestResult> results = run_unit_tests(mesh_, model);
        if (!model.node.empty()) std::ranges::move(run_project_unit_tests(projects_.get(model.domain), model), std::back_inserter(results));
        std::erase_if(results, [&](const TestResult &r) { return !is_selected(r.def); });
        for (const TestResult &result : results) steps.push_back(test_step(result));
        return summary("unit test", results);
    }

    // A test that also reads what failed has nothing to look at.
    bool reads_failed(const TestDef &test, std::vector<Step> &steps) const {
        for (const std::string &id : test.reads) {
            if (!is_missing(id) || comes_after(id, test.domain + "." + test.model)) continue;
            steps.push_back(skipped(test, id));
            return true;
        }
        return false;
    }

    // What a product promises is tested whatever the run leaves out.
    std::vector<TestDef> wanted_tests(const Model &model, std::vector<Step> &steps) {
        std::set<std::string> promised;
        if (has_product(model.id())) promised = promised_tests(model);
        if (promised.empty() && (!options_.tests || !has_tests(model.id(), NodeKind::test))) return {};
        std::vector<TestDef> tests = load_tests(model.domain, model.name);
        std::erase_if(tests, [&](const TestDef &test) { return !promised.count(test.name) && !(options_.tests && is_selected(test)); });
        std::erase_if(tests, [&](const TestDef &test) { return reads_failed(test, steps); });
        return tests;
    }

    std::vector<TestResult> note_results(std::vector<TestResult> results, std::vector<Step> &steps) {
        for (const TestResult &result : results) {
            keep_to_store(result);
            steps.push_back(test_step(result));
        }
        return results;
    }

    std::string data_tests(const Staged &staged, std::vector<Step> &steps) {
        std::vector<TestDef> tests = wanted_tests(staged.model, steps);
        return summary("test", note_results(note_run(run_tests_as(options_, mesh_, tests, staged.relation, stage_, projects_)), steps));
    }

    // Tests that were selected, also because they read a selected model, though their own model was not.
    void note_left_out_tests() {
        for (const std::string &id : selection_.ids) {
            const core::Node &node = *selection_.graph.find(id);
            if (!core::is_test(node) || node.parents.empty() || selection_.ids.count(node.parents[0])) continue;
            note({node.domain, node.domain + "." + node.name, std::string(core::kind_name(node.kind)), "skipped", {}, {}, 0, kLeftOutTest, "", {}});
        }
    }

    // dbt runs them on what is there.
    void left_out_tests() {
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
                if (error != nullptr) results.push_back({test, "error", {}, error_text(error)});
            (void)note_results(std::move(results), steps);
            std::ranges::move(steps, std::back_inserter(left_out_steps_));
        }
        for (const Step &step : left_out_steps_) note(step);
    }

    void publish_built() {
        std::vector<Staged *> all;
        for (const std::string &id : built_) all.push_back(&stage_.at(id));
        unchanged_.look_before_publish(all);
        progress_.publish();
        if (!options_.publish_each) return publish_together(all);
        for (Staged *staged : all) {
            ErrorData *error = pg::try_in_subtransaction([&] { publish_and_note({staged}); });
            if (error == nullptr) continue;
            withdraw_one(staged->model.id(), error);
            (void)drop_stage(*staged);
        }
    }

    // What cannot be published is withheld with all that was built on it, and the others are tried without them.
    void publish_together(std::vector<Staged *> all) {
        while (!all.empty()) {
            std::vector<Decision> decisions;
            for (const Staged *s : all) decisions.push_back({s->how, s->recreate, s->reason});
            ErrorData *error = pg::try_in_subtransaction([&] {
                write_history();  // while no reader has to wait for it
                publish_and_note(all);
            });
            if (error == nullptr) return;
            history_.forget_written();
            for (size_t i = 0; i < all.size(); i++) std::tie(all[i]->how, all[i]->recreate, all[i]->reason) = decisions[i];
            // Where somebody took away what the run was about to publish, all goes back to what it was.
            bool interfered = error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
            if (options_.atomic || publishing_.empty() || interfered) throw pg::ServerError{error};
            std::string culprit = publishing_;
            withhold(culprit, all, error);
        }
    }

    // What the publish decides; a publish that failed has decided nothing.
    using Decision = std::tuple<Publish, bool, std::string>;

    void withhold(const std::string &culprit, std::vector<Staged *> &all, ErrorData *error) {
        core::Graph::Ids below = selection_.graph.descendants(culprit);
        auto is_withheld = [&](const Staged *s) { return s->model.id() == culprit || below.count(s->model.id()) > 0; };
        for (auto s = all.rbegin(); s != all.rend(); ++s)
            if (is_withheld(*s) && !drop_stage(**s)) build_again(culprit, error);
        for (const Staged *s : all) {
            if (!is_withheld(s)) continue;
            withdraw_one(s->model.id(), error);
            if (s->model.id() == culprit) continue;
            Step &step = steps_[size_at_[s->model.id()]];
            step.status = "skipped";
            step.message.clear();
            step.reason = "upstream " + culprit + " could not be published";
        }
        std::erase_if(all, is_withheld);
    }

    // Something that has to be withheld was written in place: all is built once more without it.
    [[noreturn]] void build_again(const std::string &culprit, ErrorData *error) {
        if (again_) throw pg::ServerError{error};
        withheld_.emplace(culprit, "not published: " + error_text(error));
        again_ = true;
        throw Error("P0001", culprit + " could not be published");
    }

    // The publish may have found a reason of its own for how it was done.
    void publish_and_note(const std::vector<Staged *> &staged) {
        publish(staged, publishing_);
        for (const Staged *s : staged) steps_[size_at_[s->model.id()]].reason = with_place(s->reason, s->model.id());
    }

    void withdraw_one(const std::string &id, const ErrorData *error) {
        failed_[id] = error_text(error);
        steps_[size_at_[id]].status = "error";
        steps_[size_at_[id]].message = "not published: " + error_text(error);
    }

    // Nothing of the run is published: what was built is rolled back.
    void withdraw(const ErrorData *error) {
        bool atomic = options_.atomic && !failed_.empty();
        std::string culprit = atomic ? first_failed_ : publishing_;
        for (const std::string &id : built_) {
            Step &step = steps_[size_at_[id]];
            bool at_fault = !atomic && (id == culprit || culprit.empty());
            step.status = at_fault ? "error" : "skipped";
            if (at_fault) step.message = "not published: " + error_text(error);
            else step.reason = (atomic ? "atomic: " + culprit + " failed" : culprit + " could not be published") + ", nothing was published";
        }
        if (!atomic) failed_[culprit] = error_text(error);
    }

    // ---- several models at once ----

    // A model that is on its way through a worker.
    struct Open {
        Step out;
        std::vector<Step> tests;          // unit tests, and tests that are left out
        std::vector<TestDef> chosen;      // data tests
        const Model *model = nullptr;     // as it renders now
        double seconds = 0;
    };

    // One worker would do no more than the run itself.
    void start_crew() {
        int wanted = std::min(options_.threads, static_cast<int>(selection_.models.size()));
        if (wanted < 2) return;
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

    void build_at_once() {
        for (const std::string &id : selection_.models) place_.emplace(id, place_.size());
        Parallel(*crew_, history_.run_id(), selection_, *this).run();
        crew_.reset();
        put_in_order();
        place_.clear();
        drop_failed();
    }

    // What a worker has committed and is not to be published would be in the way of what is: a view of it may read the stage of others.
    void drop_failed() {
        std::set<std::string> kept;
        for (const auto &[id, staged] : stage_) kept.insert(pg::qualified(staged.schema, staged.name));
        clean_stage(history_.run_id(), kept);
    }

    // As if they had been done one after the other.
    void put_in_order() {
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

    // In a run of several at once: has `id` its place after the other? Then it is as if it were not built yet.
    bool comes_after(const std::string &id, const std::string &other) const {
        auto a = place_.find(id), b = place_.find(other);
        return a != place_.end() && b != place_.end() && a->second > b->second;
    }

    Begun begin(size_t number, Task &task) override {
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
            Target &target = targets_[model.id()] = current_target(mesh_, model, targets_[model.id()]);
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

    void prepare(const Model &model, const Target &target, Open &open, Task &task) {
        progress_.start(model.id(), model.node);
        if (options_.tests) unit_failed_ = unit_tests(model, open.tests);
        if (!unit_failed_.empty()) throw Error("P0001", "not built: " + unit_failed_);
        open.model = &current(model, open.out);
        open.chosen = wanted_tests(model, open.tests);
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
    std::set<std::string> read_by(const Model &model, size_t number, Task &task) {
        std::set<std::string> seen = {model.id()};
        for (const std::string &parent : selection_.graph.parents(model.id())) add_read(parent, number, task, seen);
        for (const std::string &child : selection_.graph.children(model.id()))
            if (core::is_test(*selection_.graph.find(child)))
                for (const std::string &read : selection_.graph.parents(child)) add_read(read, number, task, seen);
        return seen;
    }

    void add_read(const std::string &id, size_t number, Task &task, std::set<std::string> &seen) {
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

    // Why no worker can build it, or what it reads is seen by no worker; empty: one can.
    std::string why_itself(const Model &model, const Target &target, const std::set<std::string> &read) {
        if (materializer(model) != nullptr) return "the project's own materialization";
        bool hooks = has_post_hooks(model) || !pre_hooks(&projects_, model, stage_).empty() || !post_hooks(&projects_, model, stage_).empty();
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

    void build_itself(size_t number, const std::string &why) override {
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
        if (model.materialized == "ephemeral" ? reads_unseen : staged->second.how != Publish::nothing) unseen_.insert(model.id());
    }

    void take(Report report) override {
        pg::StepMemory memory;
        Open open = std::move(open_.at(report.number));
        open_.erase(report.number);
        const Model &model = model_of(selection_.models[report.number]);
        Clock clock;
        ErrorData *error = pg::try_in_subtransaction([&] { accept(open, report); });
        open.seconds += report.seconds + clock.seconds();
        close(model, open, error);
    }

    void accept(Open &open, Report &report) {
        bool tests_failed = std::any_of(report.tests.begin(), report.tests.end(), failed);
        if (!report.sqlstate.empty() && !tests_failed) throw Error(of_step(report.sqlstate), report.message, report.detail, report.hint);
        const Model &model = *open.model;
        Staged &staged = report.staged;
        std::vector<pg::Column> built_columns = std::move(staged.model.built_columns);
        staged.model = model;
        staged.model.built_columns = std::move(built_columns);
        staged.domain = &mesh_.domain(model.domain);
        staged.target = targets_[model.id()];
        staged.compiled = resolve(mesh_, model);
        if (staged.reason.empty()) staged.reason = verdicts_[model.id()].reason;
        open.out.rows = staged.rows;
        open.out.reason = staged.reason;
        Staged &kept = stage_[model.id()] = std::move(staged);
        check_contract(kept);
        require_replaceable(kept, [this] { return relations_of_run(); });
        std::string broken = summary("test", note_results(note_run(all_results(open, report, kept)), open.tests));
        if (!broken.empty()) throw Error("P0001", "not published: " + broken);
    }

    // That somebody cancelled or ended a worker is no reason to end the run.
    static std::string of_step(const std::string &sqlstate) {
        return sqlstate.starts_with("57") ? "58000" : sqlstate;
    }

    // A worker's results, and those of tests that only the run can render.
    std::vector<TestResult> all_results(const Open &open, const Report &report, const Staged &staged) {
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

    void close(const Model &model, Open &open, ErrorData *error) {
        open.out.seconds = open.seconds;
        if (error != nullptr) tell_error(open.out, error);
        unit_failed_.clear();
        progress_.reach(model.id());
        finish(model, open.out, open.tests);
    }

    const RunOptions &options_;
    Mesh &mesh_;
    const Selection &selection_;
    std::string obstacle_;
    Unchanged unchanged_;
    std::map<std::string, planning::Verdict> verdicts_;  // by model id
    History history_;
    TestCache tests_;
    Progress progress_;
    Targets targets_;
    Stage stage_;
    std::vector<std::string> built_;
    std::string publishing_;                     // the model that is being published
    std::map<std::string, std::string> failed_;  // model id -> why
    std::set<std::string> partly_;               // of these: those with some batches that did not fail
    std::string first_failed_;
    std::map<std::string, size_t> size_at_;      // model id -> its step
    std::map<std::string, std::vector<Step>> tests_of_;
    std::vector<Step> free_steps_, left_out_steps_;
    std::map<std::string, std::string> withheld_;  // model id -> why a test that belongs to no model keeps it back
    bool again_ = false;                           // the models are built a second time
    std::map<std::string, TestResult> to_store_;   // by test id
    std::vector<Step> steps_;
    std::string unit_failed_;                      // why the model at hand is not built
    std::string start_failed_;                     // an operation of on-run-start
    Projects projects_;
    std::unique_ptr<pg::Crew> crew_;
    bool was_parallel_ = false;
    std::string one_thread_;                       // why fewer models are built at once than was asked for
    std::map<std::string, std::string> built_where_;  // model id -> why it is not a worker that builds it
    std::map<std::string, size_t> place_;          // model id -> its place in the order, while several are built at once
    std::map<std::string, size_t> rows_of_;        // model id -> its step and those that came with it
    std::map<size_t, Open> open_;
    std::map<size_t, std::string> own_reasons_;
    std::set<std::string> unseen_;                 // models that no worker can read
};

bool selects_tests(const Selection &selection) {
    return std::any_of(selection.ids.begin(), selection.ids.end(), [&](const std::string &id) { return core::is_test(*selection.graph.find(id)); });
}

// A domain without models is run in a moment; whoever names a source or a product meant something else.
void require_nothing_else(const RunOptions &options, const Selection &selection) {
    if (selection.ids.empty()) return;
    if (selects_tests(selection))
        throw Error("42704", "selector \"" + options.selector + "\" matches tests only, and tests => false leaves them out");
    std::string kind(core::kind_name(selection.graph.find(*selection.ids.begin())->kind));
    throw Error("42704", "selector \"" + options.selector + "\" matches no model", "It matches a " + kind + ".",
                kind == "source" ? "For the models that read it, write \"" + options.selector + "+\"." : "For the models behind it, write \"+" + options.selector + "\".");
}

}  // namespace

ProjectOptions project_options(const RunOptions &options) {
    ProjectOptions out;
    out.vars = core::project::Json::parse(options.vars.dump());
    out.flags = options.flags;
    out.selected = options.selected;
    out.deferral = options.deferral;
    out.loaded = options.project;
    if (!out.flags.contains("FULL_REFRESH")) out.flags["FULL_REFRESH"] = options.full_refresh;
    if (!out.flags.contains("WHICH")) out.flags["WHICH"] = "build";
    return out;
}

ProjectOptions project_options(const RunOptions &options, const Selection &selection) {
    ProjectOptions out = project_options(options);
    if (options.only) return out;
    std::set<std::string> domains = selection.domains();
    for (const pg::Row &row : registry("select node, domain || '.' || name from mesh.model_registry where node is not null and domain = any($1::text[])"
                                       " union all select node, 'test:' || domain || '.' || name from mesh.test_registry where node is not null and domain = any($1::text[])"
                                       " union all select node, 'unit_test:' || domain || '.' || name from mesh.unit_test_registry where node is not null and domain = any($1::text[])",
                                       {pg::array_literal({domains.begin(), domains.end()})}).rows)
        if (selection.ids.count(row[1].value())) out.selected.push_back(row[0].value());
    return out;
}

// dbt's --store-failures is for the tests that do not say themselves whether they keep their rows.
static void store_by_flag(const RunOptions &options, Projects &projects, std::vector<TestDef> &tests) {
    if (options.flags.value("STORE_FAILURES", core::project::Json()) != true) return;
    for (TestDef &test : tests) {
        if (test.node.empty()) continue;
        const auto &nodes = projects.get(test.domain).manifest().nodes;
        auto node = nodes.find(test.node);
        if (node == nodes.end() || !node->second.config.value("store_failures", core::project::Json()).is_null()) continue;
        test.store_as = "table";
        test.is_rendered = true;
    }
}

static void fail_warnings(const RunOptions &options, std::vector<TestResult> &results) {
    for (TestResult &result : results) {
        if (!options.warn_error || result.status != "warn") continue;
        result.status = "fail";
        if (size_t at = result.message.rfind("warn if "); at != std::string::npos) result.message.replace(at, 4, "fail");
    }
}

std::vector<TestResult> run_tests_as(const RunOptions &options, Mesh &mesh, std::vector<TestDef> tests, const std::string &relation, const Stage &stage, Projects &projects) {
    store_by_flag(options, projects, tests);
    std::vector<TestResult> out = run_tests(mesh, tests, relation, stage, &projects);
    fail_warnings(options, out);
    return out;
}

Step test_step(const TestResult &result) {
    return {result.def.domain, result.def.domain + "." + result.def.name, result.def.test == "unit" ? "unit_test" : "test", result.status, {}, result.failures, result.seconds, result.reason,
            result.message, result.failed_rows, result.def.node, result.def.is_rendered ? result.def.sql.value_or("") : ""};
}

RunResult run(const RunOptions &options, Oid caller) {
    std::string obstacle = options.threads > 1 ? pg::sharing_obstacle() : "";
    RunSession session(options.command, options.vars);
    (void)expire_agreements();
    Mesh mesh;
    Selection selection = session.start(mesh, options.wanted(), caller, options.wait);
    bool only_tests = !options.only && selection.models.empty() && options.tests && selects_tests(selection);
    if (!options.only && selection.models.empty() && !only_tests) require_nothing_else(options, selection);
    if (!only_tests) clean_left_stages(selection.domains());
    RunResult result = only_tests ? run_tests_alone(options, mesh, selection, session.baseline()) : Runner(options, mesh, selection, session.baseline(), obstacle).go();
    session.end();
    return result;
}

}  // namespace mesh::engine
