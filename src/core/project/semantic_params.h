// Semantic models' elements and saved queries as dbt's manifest has them: with every member, null where the project says nothing.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// Of the list "entities", "measures" or "dimensions". `meta` of the model's config stands behind the element's own.
Json semantic_elements(const std::string &list, const Json &written, const Json &meta);

Json saved_query_params(const Json &written);

// Where each export goes: what it does not say itself is the saved query's config, then the target's.
Json saved_query_exports(const Json &written, const Json &config, const Target &target);

}  // namespace mesh::core::project
