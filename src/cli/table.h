// Rows as a table of text, the way dbt shows them.
#pragma once

#include <string>

#include "core/project/agate.h"

namespace mesh::cli {

// Text stands to the left, everything else to the right; whole, where dbt cuts what is long and counts six columns. Ends with a line's end.
std::string text_table(const core::project::Table &table);

}  // namespace mesh::cli
