// What a metric counts, as dbt gives it to templates: with every member, null where the project says nothing.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// Plain names of measures and metrics become mappings, windows ("7 days") a count and a granularity. What is not understood stays as it is written.
Json metric_type_params(const Json &written, bool cumulative);
// A text or a list of texts.
Json metric_filter(const Json &written);

}  // namespace mesh::core::project
