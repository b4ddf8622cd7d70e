// config() calls as they are written, which state:modified compares where the project's flag state_modified_compare_more_unrendered_values says so.
#pragma once

#include <string>

#include "core/project/settings.h"

namespace mesh::core::project {

// The named arguments of the text's first config() call, each as the text of its expression, whatever white space is in it. Empty: there are none.
Json written_config(const std::string &text);

}  // namespace mesh::core::project
