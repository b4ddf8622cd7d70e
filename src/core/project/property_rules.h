// What the entries of property files may say.
#pragma once

#include "core/project/parse_state.h"

namespace mesh::core::project {

// Raises dbt's error for a member of another type than it takes. The entry is rendered. Null stands for what is not given, which dbt does not take
// everywhere; and a key that nobody knows, which dbt refuses in sources and exposures, is a warning in all entries.
void check_property(const Property &property);

}  // namespace mesh::core::project
