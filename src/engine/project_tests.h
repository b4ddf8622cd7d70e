// The tests of a dbt project as tests of the mesh.
#pragma once

#include "engine/check.h"
#include "engine/project.h"

namespace mesh::engine {

// Registers the project's data tests and unit tests with the models that they are about, and forgets those that it no longer has.
// not_null, unique, accepted_values and relationships become mesh's own, unless the project has overridden them; all others are
// rendered when they are run.
void store_project_tests(Project &project, const std::string &domain);

}  // namespace mesh::engine
