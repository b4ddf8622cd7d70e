// dbt's node selection syntax: which nodes of the graph a run, a build or a listing is about.
//
//   a b      union                     +x  x+  2+x+1   x with its ancestors / descendants, by depth
//   a,b      intersection              @x              x, its descendants and all their ancestors
//   method:value                       see selector_methods()
//   "my model"  quoted text is literal: no operator, no wildcard; "" is one quote
//
// A bare word is a domain, a model, domain.model, or the name or id of a test; * ? [..] are wildcards.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/graph/graph.h"

namespace mesh::core {

// Whether each part of a selection brings along the tests of what it matches (dbt's eager mode). Eager is
// what makes "orders,test_type:generic" the generic tests of orders, and an excluded model lose its tests.
enum class Tests { named, eager };

// The ids of the nodes selected and not excluded. An empty selector, like "*", is everything; an empty exclude is
// nothing. Parts that match nothing are appended to unmatched as written. Throws Error 42601 on bad syntax.
std::set<std::string> select(const Graph &graph, std::string_view selector, std::string_view exclude = "",
                             std::vector<std::string> *unmatched = nullptr, Tests tests = Tests::named);

// The ids and every test with one of them as a parent.
std::set<std::string> with_tests(const Graph &graph, std::set<std::string> ids);

// Checks the syntax alone, as select() would: throws Error 42601 or returns.
void check_selector(std::string_view selector);

}  // namespace mesh::core
