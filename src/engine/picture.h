// The mesh as a picture in text.
#pragma once

#include "engine/visible.h"

namespace mesh::engine {

// What `selector` names of what the caller sees ("": everything), as mermaid, dot or json. Selected models bring along the sources
// they read and the products that publish them; without `tests` there are none. Raises 42704 when nothing matches, 22023 for
// another format.
std::string picture(Mesh &mesh, const std::string &selector, const std::string &format, bool tests, Oid caller);

}  // namespace mesh::engine
