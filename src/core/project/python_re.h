// Python's re module.
#pragma once

#include "core/jinja/object.h"

namespace mesh::core::project {

jinja::Value make_re_module();

}  // namespace mesh::core::project
