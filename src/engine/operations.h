// on-run-start and on-run-end of projects, around what their nodes do.
#pragma once

#include "engine/build.h"
#include "engine/project.h"
#include "engine/record.h"

namespace mesh::engine {

// Renders and runs one hook, as the domain's owner. A hook whose SQL fails is a step with the status error; so is one that cannot be rendered,
// unless it is of on-run-start: that raises, and ends the run as with dbt.
Step run_operation(Mesh &mesh, Project &project, const std::string &id, bool is_start, const Stage &stage);

// A hook that is left out, because one before it failed.
Step skipped_operation(const Project &project, const std::string &id, const std::string &why);

// What the steps so far did with the project's nodes becomes `results` of its on-run-end hooks.
void tell_results(Project &project, const std::vector<Step> &steps);

}  // namespace mesh::engine
