// From what configures a node to what it is: config, tags, schema, alias, relation.
#pragma once

#include "core/project/parse_state.h"

namespace mesh::core::project {

// `calls` and `patch` (null: none) are the file's config() calls and the properties' config. Names come from the generate_*_name macros.
// Raises Error 22023 for wrong values, with `place`.
void finish_node(ParseState &state, Node &node, const Json &calls, const Json *patch, const std::string &place);

}  // namespace mesh::core::project
