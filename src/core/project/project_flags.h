// What dbt_project.yml of the root project says under `flags:`.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

bool project_flag(const Manifest &manifest, const char *name, bool usual);

}  // namespace mesh::core::project
