// The tests of a dbt project as tests of the mesh.
#pragma once

#include "engine/check.h"
#include "engine/project.h"

namespace mesh::engine {

// The tests that a deploy has read: all that there are, or those of a part.
struct TestsRead {
    bool whole = true;
    bool other_edges = true;  // some node depends on others than before: tests may belong to other models
    const Resources *before, *after;
    std::vector<std::string> order;  // of the nodes, where it is known: of the whole, or of others' edges
};

// Registers the project's data tests and unit tests with the models that they are about, and forgets those that it no longer has. What
// is as it was is not written again. not_null, unique, accepted_values and relationships become mesh's own, unless the project has
// overridden them; all others are rendered when they are run. Raises 42710 when the domain has a test of such a name by itself.
void store_project_tests(Project &project, const std::string &domain, const TestsRead &read);

}  // namespace mesh::engine
