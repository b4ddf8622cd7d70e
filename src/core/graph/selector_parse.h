// Takes a selector apart into criteria; knows the grammar, and nothing of the graph.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/graph/graph.h"
#include "core/graph/pattern.h"

namespace mesh::core {

// One operand: [@][n+][method:]value[+n].
struct Criterion {
    std::string written;  // as the user wrote it
    bool at = false, ancestors = false, descendants = false;
    int ancestor_depth = Graph::unlimited, descendant_depth = Graph::unlimited;
    std::string method;  // "" for a bare word
    MaskedText value;    // never empty
};

// Criteria joined by commas.
struct Intersection {
    std::string written;
    std::vector<Criterion> criteria;
};

// The whole selector, a union. Throws Error 42601.
std::vector<Intersection> parse_selector(std::string_view selector);

}  // namespace mesh::core
