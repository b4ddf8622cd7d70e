// A seed's CSV as an agate table.
#pragma once

#include "core/project/agate.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// Types as dbt finds them, text for the columns that column_types names. Raises Error 22P04 for broken CSV.
jinja::Ptr<Table> seed_table(const Node &node, const std::string &text);

}  // namespace mesh::core::project
