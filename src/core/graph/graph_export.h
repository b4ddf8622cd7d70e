// Pictures of the graph as text, for Mermaid and Graphviz, where every domain is a box of its own; and as JSON.
#pragma once

#include <set>
#include <string>

#include "core/graph/graph.h"

namespace mesh::core {

// Only the subset and the edges inside it, in insertion order; unknown ids are ignored. Names of any content
// come out as text and never as markup.
std::string to_mermaid(const Graph &graph, const std::set<std::string> &subset);
std::string to_dot(const Graph &graph, const std::set<std::string> &subset);

// {"nodes": [{"id", "kind", "domain", "name", "tags", "config"}], "edges": [{"from", "to"}]}; edges by ids.
std::string to_json(const Graph &graph, const std::set<std::string> &subset);

// The whole graph.
std::string to_mermaid(const Graph &graph);
std::string to_dot(const Graph &graph);
std::string to_json(const Graph &graph);

}  // namespace mesh::core
