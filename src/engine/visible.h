// What of the mesh a caller may see, as a graph. The same rule as the view mesh.seen_domains.
#pragma once

#include "core/graph/graph.h"
#include "engine/mesh.h"

namespace mesh::engine {

// The domains whose owner's rights the caller holds; one whose owner is gone is seen by superusers.
std::set<std::string> seen_domains(Mesh &mesh, Oid caller);

// The mesh without what the caller may not see. Of other domains there are only the models that are connected directly to one
// of the caller's by a product, with those products, by name and without what else they are connected to.
core::Graph visible_graph(Mesh &mesh, Oid caller);

}  // namespace mesh::engine
