// The catalog by macros of the project's own.
#pragma once

#include "core/project/artifacts.h"
#include "core/project/session.h"

namespace mesh::core::project {

// As Invocation's of the same names.
std::string replaced_catalog(Session &session, bool whole_schemas);
std::vector<CatalogTable> catalog_by_macros(Session &session, const std::vector<std::string> &unique_ids, bool whole_schemas);

}  // namespace mesh::core::project
