// dbt_project.yml, packages.yml and what is in dbt_packages/.
#pragma once

#include "core/project/base_context.h"

namespace mesh::core::project {

// A project and how its file was before rendering.
struct LoadedProject {
    Package package;
    Json raw = Json::object();
    std::vector<Warning> warnings;
};

// The root project's name, profile and flags, before there is a target: the texts as written.
Json read_project_yaml(const Files &files, const std::string &root);

// The project below `root` ("" or "dbt_packages/x/"), its settings rendered for the target. Raises Error 42704 when there is no
// dbt_project.yml, 42601 and 22023 for what is wrong in it, 0A000 when it demands another version of dbt.
LoadedProject load_project(const Files &files, const std::string &root, const Settings &settings, const Target &target);

// Roots of the packages that the root project depends on, directly or not: everything in its packages-install-path, and local
// packages among the files. Raises Error 42704 when fewer are there than packages.yml names.
std::vector<std::string> package_roots(const Files &files, const LoadedProject &root);

}  // namespace mesh::core::project
