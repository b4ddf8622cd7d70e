// What dbt_project.yml may say.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// Sorted.
std::vector<std::string> known_project_keys();

// Raises dbt's error for a value of a type that its key does not take. The project is rendered.
void check_project(const Json &project, const std::string &file);

}  // namespace mesh::core::project
