// One run: order, build, check, publish, record.
#pragma once

#include "engine/check.h"
#include "engine/project.h"
#include "engine/record.h"
#include "engine/selection.h"

namespace mesh::engine {

struct RunOptions {
    std::string command = "run", selector, exclude;
    bool full_refresh = false, fail_fast = false, tests = true, atomic = false, wait = true;
    bool publish_each = false;  // publish model by model: one that cannot be published does not keep the others back
    int threads = 1;            // how many models are built at once; more than one: in workers
    Json vars = Json::object();
    std::optional<std::set<std::string>> only;            // ids that were chosen already, all of `domain`; the selector is then for the record
    std::string domain;
    core::project::Json flags = core::project::Json::object();  // dbt's, as a project's templates see them
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

// A test's verdict as a step of a run.
Step test_step(const TestResult &result);

// test_run.cpp: the selected tests on what is published, when nothing else was selected.
RunResult run_tests_alone(const RunOptions &options, Mesh &mesh, const Selection &selection);

// Runs the selected tests on what is published, and builds nothing.
RunResult test(const RunOptions &options, Oid caller);

}  // namespace mesh::engine
