// One run: order, build, check, publish, record.
#pragma once

#include "engine/check.h"
#include "engine/microbatch.h"
#include "engine/project.h"
#include "engine/record.h"
#include "engine/session.h"

namespace mesh::engine {

struct RunOptions {
    std::string command = "run", selector, exclude;
    bool full_refresh = false, fail_fast = false, tests = true, atomic = false, wait = true;
    bool skip_unchanged = true;  // leave what would come out the same
    bool force = false;          // build what is unchanged too
    bool publish_each = false;  // publish model by model: one that cannot be published does not keep the others back
    int threads = 1;            // how many models are built at once; more than one: in workers
    bool shares_if_worth = false;  // workers are started only where they can be expected to save time
    Json vars = Json::object();
    std::optional<std::set<std::string>> only;            // ids that were chosen already, all of `domain`; the selector is then for the record
    std::string domain;
    const Project *project = nullptr;                     // of `domain`, where it is loaded already
    core::project::Json flags = core::project::Json::object();  // dbt's, as a project's templates see them
    std::vector<std::string> selected;      // dbt's unique ids of all that was selected, when `only` has them
    core::project::Deferral deferral;       // --defer
    BatchOptions batches;
    bool warn_error = false;                // a test's warning is a failure
    bool uses_cache() const { return skip_unchanged && !force && !warn_error; }  // a test's last result may answer for it
    Wanted wanted() const { return {selector, exclude, only, domain}; }
};

struct RunResult {
    int64_t run_id = 0;
    std::vector<Step> steps;
};

// Builds, tests and publishes what the selector names. A failing model is a step with its status, not an error. Raises for what
// cannot start: nothing selected, or neither models nor tests (42704), bad selector (42601), missing privilege (42501), a domain that another session is
// running when `wait` is false (55P03).
RunResult run(const RunOptions &options, Oid caller);

// What a project's templates see of the options.
ProjectOptions project_options(const RunOptions &options);
ProjectOptions project_options(const RunOptions &options, const Selection &selection);  // with what was selected

// A test's verdict as a step of a run.
Step test_step(const TestResult &result);

// run_tests() as the options want it: warnings as failures, failing rows kept.
std::vector<TestResult> run_tests_as(const RunOptions &options, Mesh &mesh, std::vector<TestDef> tests, const std::string &relation, const Stage &stage, Projects &projects,
                                     RelationStates *states = nullptr);

// test_run.cpp: the selected tests on what is published, when nothing else was selected.
RunResult run_tests_alone(const RunOptions &options, Mesh &mesh, const Selection &selection, const Baseline &baseline);

// Runs the selected tests on what is published, and builds nothing.
RunResult test(const RunOptions &options, Oid caller);

}  // namespace mesh::engine
