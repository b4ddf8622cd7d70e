// What constraints of a model say of other nodes.
#pragma once

#include "core/project/ref_lookup.h"

namespace mesh::core::project {

// The constraints with the relation's name in place of "ref('x')" or "source('x', 'y')" in a foreign key's "to".
Json with_relations(const RefLookup &lookup, const Node &node, Json constraints);

}  // namespace mesh::core::project
