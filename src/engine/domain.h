// Changing a domain.
#pragma once

#include "engine/mesh.h"

namespace mesh::engine {

// Gives the domain's schema and all that was built in it to another role, and the grants of the domain's agreements with it. The
// caller must be allowed to do so by PostgreSQL's own rules. Raises 42501.
void change_owner(const Domain &domain, const std::string &owner);

}  // namespace mesh::engine
