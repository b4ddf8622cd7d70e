// Packages that the project uses: named in packages.yml or dependencies.yml, installed in dbt_packages.
#pragma once

#include "cli/options.h"
#include "cli/project.h"

namespace mesh::cli {

struct InstalledPackage {
    std::string folder;   // its name in dbt_packages
    ProjectFile project;  // where it really is
};

// The list under packages: of packages.yml or else dependencies.yml, rendered. Raises Error when it is none.
Json package_specs(const std::string &root, const Environment &environment, const Json &vars);

// What is in dbt_packages, and local packages that are not, from where they are. Raises Error when others are missing.
std::vector<InstalledPackage> find_packages(const ProjectFile &project, const Environment &environment, const Json &vars);

// Where a local package is: its path, seen from the root project as dbt does, or else from the folder of the package that names it.
// Raises Error when no project is there.
std::string local_package(const std::string &root, const std::string &folder, const std::string &path);

}  // namespace mesh::cli
