// What dbt_project.yml may say.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// Raises dbt's error for a key that it does not know, or a value of a type that the key does not take. The project is rendered.
void check_project(const Json &project, const std::string &file);

}  // namespace mesh::core::project
