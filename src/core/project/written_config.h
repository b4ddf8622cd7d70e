// config() calls as they are written, which state:modified compares where the project's flag state_modified_compare_more_unrendered_values says so.
#pragma once

#include <string>

#include "core/project/settings.h"

namespace mesh::core::project {

// The named arguments of the text's first config() call, each as dbt keeps it: as Python shows Jinja2's node, so that states of dbt compare. Empty: there
// are none; without `static_too` also where the text calls ref(), source() and config() with literals and has no other template: of such a model dbt keeps
// the values, as its parser without Jinja reads them.
Json written_config(const std::string &text, bool static_too);

}  // namespace mesh::core::project
