// A macro's arguments as its block declares them and as its properties describe them, compared where the project's flag
// validate_macro_args says so.
#pragma once

#include <string>
#include <vector>

#include "core/project/manifest.h"

namespace mesh::core::project {

// The names in the macro's parentheses, as `arguments` of the manifest has them.
Json declared_arguments(const MacroInfo &macro);

// In dbt's words, what is wrong with the described ones beside macro.arguments, which are the declared ones.
std::vector<std::string> argument_faults(const MacroInfo &macro, const Json &described);

}  // namespace mesh::core::project
