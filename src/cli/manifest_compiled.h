// What became of the nodes, in a manifest.json that was written before: the SQL that they were compiled to.
#pragma once

#include <map>
#include <string>

#include "cli/error.h"

namespace mesh::cli {

struct CompiledNode {
    std::string code, compiled_path, build_path;  // an empty path stays null
};

// The text of the manifest with dbt's members for these nodes, by unique id, and the relations of what their foreign keys refer to, by the calls
// that are written there ("ref('x')"); all else as it was.
std::string with_compiled(const std::string &manifest, const std::map<std::string, CompiledNode> &nodes, const std::map<std::string, std::string> &references = {});

}  // namespace mesh::cli
