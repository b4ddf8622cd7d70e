// Models in Python: they are known and never run. PostgreSQL does not run them with dbt either.
#pragma once

#include "core/project/parse_renderer.h"

namespace mesh::core::project {

// dbt.ref(), dbt.source() and dbt.config() calls with literal arguments.
ParsedText read_python_model(const std::string &text);

}  // namespace mesh::core::project
