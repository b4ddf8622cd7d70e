// profiles.yml: where a project goes.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// The target that the settings and the project's file (as written) choose. Only the chosen output is rendered. Without profiles.yml it
// is what the settings say. Raises Error 42704 for a profile or target that is not there, 22023 for a wrong output, 0A000 for another
// database than PostgreSQL.
Target read_target(const Settings &settings, const Json &project);

}  // namespace mesh::core::project
