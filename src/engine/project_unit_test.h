// Unit tests of a dbt project: a model's SQL over given rows, compared with the rows expected.
#pragma once

#include "engine/check.h"
#include "engine/project.h"

namespace mesh::engine {

// Runs those of the model. Never raises for a failing or broken test: each has its status, and a failing one tells which rows are
// missing or unexpected.
std::vector<TestResult> run_project_unit_tests(Project &project, const Model &model);

}  // namespace mesh::engine
