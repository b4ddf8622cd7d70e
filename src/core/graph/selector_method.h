// The methods of a selector (tag:, source:, ...) and which nodes each of them matches.
#pragma once

#include <string>
#include <string_view>

#include "core/graph/graph.h"
#include "core/graph/pattern.h"

namespace mesh::core {

// "config.<key>:, domain:, ..." for hints.
std::string selector_methods();

// Throws Error 42601 for an unknown method, or a value that the method's fixed list does not have.
void check_method(const std::string &method, const std::string &value);

// Whether the node is one that method:value means; an empty method is a bare word.
bool method_matches(const std::string &method, const Pattern &value, const Node &node);

}  // namespace mesh::core
