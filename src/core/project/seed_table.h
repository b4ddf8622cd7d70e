// A seed's CSV as an agate table.
#pragma once

#include "core/project/agate.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// Types as dbt finds them, text for the columns that column_types names. Raises Error 22P04 for broken CSV.
jinja::Ptr<Table> seed_table(const Node &node, const std::string &text);

// Rows of CSV fields; with "delimiter" of any length. Raises Error 22P04 with the line of what is broken.
std::vector<std::vector<std::string>> read_csv(const std::string &text, const std::string &delimiter);

}  // namespace mesh::core::project
