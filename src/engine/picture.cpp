#include "engine/picture.h"

#include "core/graph/graph_export.h"
#include "core/graph/selector.h"

namespace mesh::engine {

using core::Error;
using core::Node;
using core::NodeKind;

namespace {

// A picture of models alone would end where the data comes in and goes out.
void add_borders(const core::Graph &graph, std::set<std::string> &ids) {
    std::set<std::string> more;
    for (const std::string &id : ids) {
        if (graph.find(id)->kind != NodeKind::model) continue;
        for (const std::string &parent : graph.parents(id))
            if (graph.find(parent)->kind == NodeKind::source) more.insert(parent);
        for (const std::string &child : graph.children(id))
            if (graph.find(child)->kind == NodeKind::product) more.insert(child);
    }
    ids.merge(more);
}

std::set<std::string> chosen(Mesh &mesh, const core::Graph &graph, const std::string &selector, bool tests) {
    std::vector<std::string> unmatched;
    std::set<std::string> ids = core::select(graph, selector, "", &unmatched, tests ? core::Tests::eager : core::Tests::named);
    std::erase_if(unmatched, [&](const std::string &part) { return mesh.find_domain(part) != nullptr; });
    if (ids.empty() && !unmatched.empty())
        throw Error("42704", "selector \"" + selector + "\" matches nothing that you see", "", "See mesh.models and mesh.domains for what there is.");
    if (!tests) std::erase_if(ids, [&](const std::string &id) { return core::is_test(*graph.find(id)); });
    add_borders(graph, ids);
    return ids;
}

}  // namespace

std::string picture(Mesh &mesh, const std::string &selector, const std::string &format, bool tests, Oid caller) {
    if (format != "mermaid" && format != "dot" && format != "json")
        throw Error("22023", "unknown graph format \"" + format + "\"", "", "Use mermaid, dot or json.");
    core::Graph graph = visible_graph(mesh, caller);
    std::set<std::string> ids = chosen(mesh, graph, selector, tests);
    if (format == "json") return core::to_json(graph, ids);
    return format == "dot" ? core::to_dot(graph, ids) : core::to_mermaid(graph, ids);
}

}  // namespace mesh::engine
