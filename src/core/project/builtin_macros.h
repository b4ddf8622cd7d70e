// The macros that come with mesh, by the names of dbt's own.
#pragma once

#include <string_view>
#include <vector>

#include "core/project/manifest.h"

namespace mesh::core::project {

struct BuiltinFile {
    std::string_view package;  // "dbt" or "dbt_postgres"
    std::string_view path;     // "macros/adapters/relation.sql"
    std::string_view text;
};

const std::vector<BuiltinFile> &builtin_files();

// To those of a project, which alone are stored with it.
void add_builtin_macros(Manifest &manifest);

}  // namespace mesh::core::project
