// What a run would do, and why, without doing it.
#pragma once

#include "engine/mesh.h"

namespace mesh::engine {

struct PlanStep {
    std::string node;    // domain.model or domain.test
    std::string kind;    // model, test, unit_test
    std::string action;  // create, rebuild, replace, increment, keep, inline, test, skip; error: the run would report one
    std::string reason;
    std::string change = "";  // of a model: new, changed, stale (what it reads changed), unchanged
};

// The steps of a run of the same selection in its order: each model, followed by its tests. Looks at the registry and the catalogs only: no
// relation is opened or locked, nothing is written. Raises as select_nodes does.
// With `force`, or full_refresh, or while mesh.skip_unchanged is off, the run would build what is unchanged too.
std::vector<PlanStep> plan(const std::string &selector, const std::string &exclude, bool full_refresh, bool force, Oid caller);

// Why a selected test is not run: only a run of its own model can test what is staged.
inline constexpr const char *kLeftOutTest = "its model is not selected; mesh.test() tests what is published";

}  // namespace mesh::engine
