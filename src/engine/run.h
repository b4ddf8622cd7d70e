// One run: order, build, check, publish, record.
#pragma once

#include "engine/check.h"

namespace mesh::engine {

struct Step {
    std::string domain, node, kind, status;
    std::optional<uint64_t> rows;
    std::optional<int64_t> failures;
    double seconds = 0;
    std::string reason, message;
};

struct RunOptions {
    std::string selector;
    bool full_refresh = false, fail_fast = false, tests = true, atomic = false;
};

struct RunResult {
    int64_t run_id = 0;
    std::vector<Step> steps;
};

// Builds, tests and publishes what the selector names: a domain, domain.model, or several of them separated by spaces.
// A failing model is a step with its status, not an error. Raises for what cannot start: nothing selected, missing privilege.
RunResult run(const RunOptions &options, Oid caller);

// Runs the tests of published models only.
RunResult test(const RunOptions &options, Oid caller);

// The selected models in the order in which a run would build them.
std::vector<Model> ordered_models(const std::string &selector, Oid caller);

}  // namespace mesh::engine
