// Rows as a table of text, the way dbt shows them.
#pragma once

#include "cli/error.h"

namespace mesh::cli {

// Rows are objects; columns are the keys of the first one. Numbers stand to the right. Ends with a line's end.
std::string text_table(const std::vector<Json> &rows);

}  // namespace mesh::cli
