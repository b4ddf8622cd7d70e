// Macros of dbt's materializations that a project has replaced by its own.
#pragma once

#include "core/project/session.h"

namespace mesh::core::project {

// The first macro of a project or package that the node finds where it goes from these macros on through dbt's; empty: all are dbt's.
std::string replaced_macro(Session &session, const Node &node, const std::vector<std::string> &roots);

// The same from where dbt's materialization of the node begins with the part.
std::string replaced_macro(Session &session, const Node &node, Work work);

}  // namespace mesh::core::project
