#include "engine/run.h"

#include "engine/unit_test.h"

#include <algorithm>
#include <chrono>
#include <sstream>

namespace mesh::engine {

using core::Error;

namespace {

class Clock {
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
};

void may_run(const Domain &domain, Oid caller) {
    if (pg::acts_for(caller, domain.owner_oid)) return;
    pg::Result grants = registry("select grantee from mesh.run_grant_registry where domain = $1", {domain.name});
    for (const pg::Row &row : grants.rows)
        if (pg::acts_for(caller, pg::role_oid(row[0].value()))) return;
    throw Error("42501", "permission denied to run domain \"" + domain.name + "\"", "",
                "Its owner \"" + domain.owner + "\" can allow it with mesh.grant_run().");
}

std::vector<Model> selected(const std::string &selector, Oid caller) {
    std::vector<Model> out;
    std::istringstream words(selector);
    for (std::string word; words >> word;) {
        std::optional<Domain> domain = find_domain(word);
        if (domain) {
            may_run(*domain, caller);
            pg::Result rows = registry("select name from mesh.model_registry where domain = $1 order by name", {word});
            for (const pg::Row &row : rows.rows) out.push_back(get_model({word, row[0].value()}));
            continue;
        }
        if (word.find('.') == std::string::npos) get_domain(word);
        ModelName name = parse_model_name(word);
        may_run(get_domain(name.domain), caller);
        out.push_back(get_model(name));
    }
    return out;
}

// Depth first over the selected models only; cycles were refused when the models were created.
void visit(const std::string &id, const std::map<std::string, Model> &models, std::set<std::string> &done, std::vector<Model> &out) {
    if (!models.count(id) || !done.insert(id).second) return;
    pg::call([] { check_stack_depth(); });
    const Model &model = models.at(id);
    pg::Result parents = registry("select upstream from mesh.dependency_registry where domain = $1 and model = $2 and kind = 'model' order by 1",
                                  {model.domain, model.name});
    for (const pg::Row &row : parents.rows) visit(row[0].value(), models, done, out);
    out.push_back(model);
}

void notice(size_t at, size_t of, const Step &step) {
    std::ostringstream text;
    text << "[" << at << "/" << of << "] " << step.node << " ... " << (step.status == "success" ? "OK" : step.status);
    if (step.rows) text << " " << *step.rows << " rows";
    if (!step.message.empty()) text << ": " << step.message;
    std::string line = text.str();
    const char *message = line.c_str();
    pg::call([=] { ereport(NOTICE, (errmsg_internal("%s", message))); });
}

std::string error_text(const ErrorData *error) {
    std::string text = error->message == nullptr ? "unknown error" : error->message;
    if (error->detail != nullptr) text += " (" + std::string(error->detail) + ")";
    return text;
}

class Runner {
    const RunOptions &options_;
    Stage stage_;
    std::vector<std::string> built_;
    std::set<std::string> failed_;
    RunResult result_;

public:
    explicit Runner(const RunOptions &options) : options_(options) {
        result_.run_id = std::stoll(registry_value("select pg_catalog.nextval('mesh.run_id_seq')").value());
        registry("insert into mesh.run_history (run_id, selector, command, started_by, started_at, status)"
                 " values ($1::bigint, $2, 'run', session_user, pg_catalog.clock_timestamp(), 'running')",
                 {std::to_string(result_.run_id), options.selector});
    }

    RunResult go(const std::vector<Model> &models) {
        for (size_t i = 0; i < models.size(); i++) {
            pg::call([] { CHECK_FOR_INTERRUPTS(); });
            size_t first = result_.steps.size();
            step(models[i]);
            for (size_t s = first; s < result_.steps.size(); s++) notice(i + 1, models.size(), result_.steps[s]);
        }
        if (options_.atomic && !failed_.empty()) withdraw_all();
        else publish_all();
        record();
        return result_;
    }

private:
    std::string failed_parent(const Model &model) const {
        pg::Result parents = registry("select upstream from mesh.dependency_registry where domain = $1 and model = $2 and kind = 'model'",
                                      {model.domain, model.name});
        for (const pg::Row &row : parents.rows)
            if (failed_.count(row[0].value())) return row[0].value();
        return "";
    }

    std::string skip_reason(const Model &model) const {
        std::string parent = failed_parent(model);
        if (!parent.empty()) return "upstream " + parent + " failed or was skipped";
        if (model.status == "pending") return "pending: something it reads does not exist yet";
        if (options_.fail_fast && !failed_.empty()) return "fail_fast";
        return "";
    }

    void step(const Model &model) {
        Step out{model.domain, model.id(), "model", "success", {}, {}, 0, "", ""};
        out.reason = skip_reason(model);
        if (!out.reason.empty()) {
            out.status = "skipped";
            failed_.insert(model.id());
            result_.steps.push_back(out);
            return;
        }
        Clock clock;
        std::vector<TestResult> tests;
        Staged staged;
        // One subtransaction for building and checking: an incremental model that fails its tests is rolled back.
        ErrorData *error = pg::try_in_subtransaction([&] {
            if (options_.tests) check_units(model);
            staged = build(get_domain(model.domain), model, stage_, options_.full_refresh);
            stage_[model.id()] = staged;
            if (options_.tests && !staged.name.empty()) tests = check(staged);
        });
        out.seconds = clock.seconds();
        out.rows = staged.rows;
        out.reason = staged.reason;
        if (error != nullptr) fail(out, tests.empty() ? error_text(error) : error_text(error));
        result_.steps.push_back(out);
        if (error == nullptr) built_.push_back(model.id());
        if (error == nullptr) add_tests(tests, model);
        else if (!checked_.empty()) add_tests(checked_, model);
        checked_.clear();
        if (error != nullptr) {
            stage_.erase(model.id());
            failed_.insert(model.id());
        }
    }

    std::vector<TestResult> checked_;  // of the model at hand
    std::vector<TestResult> tested_;   // of the run, to record their failing rows

    // Throws when a test of severity error failed, so that what was staged is rolled back.
    std::vector<TestResult> check(const Staged &staged) {
        std::string relation = pg::qualified(staged.schema, staged.name);
        std::vector<TestResult> tests = run_tests(staged.domain, load_tests(staged.model.domain, staged.model.name), relation, stage_);
        checked_.insert(checked_.end(), tests.begin(), tests.end());
        refuse_broken("not published: test ");
        return std::move(checked_);
    }

    // Unit tests need nothing built: one that fails stops the model before that.
    void check_units(const Model &model) {
        checked_ = run_unit_tests(get_domain(model.domain), model);
        refuse_broken("not built: unit test ");
    }

    void refuse_broken(const char *what) {
        std::string broken;
        for (const TestResult &result : checked_)
            if (result.status == "fail" || result.status == "error")
                broken += (broken.empty() ? "" : ", ") + result.def.name + " (" + result.message + ")";
        if (!broken.empty()) throw Error("P0001", what + broken);
    }

    void fail(Step &step, const std::string &message) {
        step.status = "error";
        step.message = message;
    }

    void add_tests(const std::vector<TestResult> &tests, const Model &model) {
        for (const TestResult &test : tests)
            result_.steps.push_back({model.domain, test.def.domain + "." + test.def.name, "test", test.status, {}, test.failures, test.seconds, test.reason, test.message});
        tested_.insert(tested_.end(), tests.begin(), tests.end());
    }

    void publish_all() {
        for (const std::string &id : built_) {
            ErrorData *error = pg::try_in_subtransaction([&] { publish(stage_.at(id)); });
            if (error != nullptr) throw pg::ServerError{error};
        }
        for (auto id = built_.rbegin(); id != built_.rend(); ++id) clean_up(stage_.at(*id));
    }

    // atomic: one failure, and nothing is published.
    void withdraw_all() {
        throw Error("P0001", "nothing was published: " + *failed_.begin() + " failed and the run is atomic");
    }

    void record() {
        std::string id = std::to_string(result_.run_id);
        for (size_t i = 0; i < result_.steps.size(); i++) {
            const Step &s = result_.steps[i];
            registry("insert into mesh.step_history (run_id, step, domain, node, kind, status, row_count, failures, duration, reason, message)"
                     " values ($1::bigint, $2::int, $3, $4, $5, $6, $7::bigint, $8::bigint, pg_catalog.make_interval(secs => $9::float8), $10, $11)",
                     {id, std::to_string(i + 1), s.domain, s.node, s.kind, s.status, s.rows ? Value(std::to_string(*s.rows)) : Value(),
                      s.failures ? Value(std::to_string(*s.failures)) : Value(), std::to_string(s.seconds),
                      s.reason.empty() ? Value() : Value(s.reason), s.message.empty() ? Value() : Value(s.message)});
        }
        for (const TestResult &test : tested_) record_failures(result_.run_id, test);
        registry("update mesh.run_history set finished_at = pg_catalog.clock_timestamp(), status = $2 where run_id = $1::bigint",
                 {id, failed_.empty() ? "success" : "error"});
    }
};

}  // namespace

std::vector<Model> ordered_models(const std::string &selector, Oid caller) {
    std::map<std::string, Model> models;
    for (const Model &model : selected(selector, caller)) models[model.id()] = model;
    std::set<std::string> done;
    std::vector<Model> out;
    for (const auto &[id, model] : models) visit(id, models, done, out);
    return out;
}

RunResult run(const RunOptions &options, Oid caller) {
    std::vector<Model> models = ordered_models(options.selector, caller);
    return Runner(options).go(models);
}

}  // namespace mesh::engine
