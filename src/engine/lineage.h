// What comes from where, over the whole mesh: nodes by the dependencies, columns by the analyzer's column lineage.
#pragma once

#include "engine/visible.h"

namespace mesh::engine {

struct LineageStep {
    std::string node;
    std::string kind;       // of the node; in the lineage of a column: direct or indirect
    std::string direction;  // upstream or downstream
    int depth = 0;
    std::string via;        // the node one step nearer
};

// The lineage of `name` (domain.model, source:..., relation:..., product:..., or a model or source with .column), nearest first.
// direction: upstream, downstream or both. Raises 42704 when there is no such node or the caller may not see it, 42703 when a
// model has no such column.
std::vector<LineageStep> lineage(Mesh &mesh, const std::string &name, const std::string &direction, int depth, Oid caller);

// column_lineage.cpp: the same for one column of a node of the graph.
void column_lineage(const core::Graph &graph, const std::set<std::string> &seen, const std::string &node, const std::string &column,
                    bool upstream, int depth, std::vector<LineageStep> &out);

}  // namespace mesh::engine
