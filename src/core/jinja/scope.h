// Gives every variable of a tree its place, by Jinja2's scoping: which scope a name belongs to is known before
// anything runs, from where it is stored and read. Also looks up filters and tests.
#pragma once

#include "core/jinja/tree.h"

namespace mesh::core::jinja {

// Raises TemplateSyntaxError: an unknown filter or test (unless in a branch), an assignment to "loop" in a loop.
void resolve_scopes(Tree &tree, const std::string &template_name);

}  // namespace mesh::core::jinja
