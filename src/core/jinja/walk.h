// The children of a node, in the order Jinja2 visits them.
#pragma once

#include <functional>

#include "core/jinja/tree.h"

namespace mesh::core::jinja {

void for_each_child(const Node &node, const std::function<void(Node &)> &visit);

}  // namespace mesh::core::jinja
