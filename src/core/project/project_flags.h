// What dbt_project.yml of the root project says under `flags:`.
#pragma once

#include <span>

#include "core/project/manifest.h"

namespace mesh::core::project {

// dbt's flags that change how a project behaves, of the version that the manifests name, and what each is when the project does not say.
struct ProjectFlag {
    const char *name;
    bool usual;
};
std::span<const ProjectFlag> project_flags();

// One of them, as the root project's dbt_project.yml has it.
bool project_flag(const Json &project, const std::string &name);
bool project_flag(const Manifest &manifest, const std::string &name);

}  // namespace mesh::core::project
