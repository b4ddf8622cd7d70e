// on-run-start and on-run-end of projects, around what their nodes do.
#pragma once

#include <functional>

#include "engine/build.h"
#include "engine/project.h"
#include "engine/record.h"

namespace mesh::engine {

// Renders and runs the project's hooks of on-run-start, or else of on-run-end, as the domain's owner: `before` each, and with its step `after`.
// A hook whose SQL fails is a step with the status error; so is one that cannot be rendered, unless it is of on-run-start: that raises, and
// ends the run as with dbt. Those after one that failed are skipped. Returns that one did, or "".
std::string run_operations(Mesh &mesh, Project &project, bool start, const Stage &stage, const std::function<void()> &before, const std::function<void(const Step &)> &after);

// What the steps so far did with the project's nodes becomes `results` of its on-run-end hooks.
void tell_results(Project &project, const std::vector<Step> &steps);

}  // namespace mesh::engine
