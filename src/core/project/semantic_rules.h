// What dbt demands of metrics, semantic models and saved queries before it looks at what they mean.
#pragma once

#include "core/project/parse_state.h"

namespace mesh::core::project {

// Raises Error 22023 at the place of the properties: a member is missing, a name is none, a type is unknown.
void check_metric(const Property &property);
void check_semantic_model(const Property &property);
void check_saved_query(const Property &property);

}  // namespace mesh::core::project
