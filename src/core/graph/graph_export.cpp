#include "core/graph/graph_export.h"

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mesh::core {

namespace {

// What both formats draw: nodes by domain, and edges between drawing names (n0, n1, ...).
struct Drawing {
    struct Domain {
        std::string name;
        std::vector<const Node *> nodes;
    };
    std::vector<Domain> domains;  // in order of their first node
    std::unordered_map<std::string, std::string> names;
    std::vector<std::pair<std::string, std::string>> edges;
};

Drawing draw(const Graph &graph, const std::set<std::string> &subset) {
    Drawing drawing;
    std::map<std::string, std::size_t> places;
    for (const auto &node : graph.nodes()) {
        if (!subset.count(node.id)) continue;
        drawing.names.emplace(node.id, "n" + std::to_string(drawing.names.size()));
        const auto [place, added] = places.emplace(node.domain, drawing.domains.size());
        if (added) drawing.domains.push_back({node.domain, {}});
        drawing.domains[place->second].nodes.push_back(&node);
    }
    for (const auto &node : graph.nodes()) {
        if (!drawing.names.count(node.id)) continue;
        for (const auto &child : graph.children(node.id))
            if (drawing.names.count(child))
                drawing.edges.emplace_back(drawing.names.at(node.id), drawing.names.at(child));
    }
    return drawing;
}

// The id without what the picture shows anyway: its kind and its domain.
std::string label(const Node &node) {
    const std::string id(local_id(node)), domain = node.domain + ".";
    return id.compare(0, domain.size(), domain) == 0 ? id.substr(domain.size()) : id;
}

// Mermaid has no backslash escapes: what could end a label or be read as markup becomes #code;.
std::string mermaid_text(std::string_view text) {
    constexpr std::string_view special = "\"#<>&`;\\[](){}|*~";
    std::string out;
    for (char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20)
            out += ' ';
        else if (special.find(c) != std::string_view::npos)
            out += "#" + std::to_string(code) + ";";
        else
            out += c;
    }
    return out.empty() ? " " : out;
}

std::string dot_text(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            out += ' ';
        else
            out += c;
    }
    return out;
}

std::pair<std::string, std::string> mermaid_shape(NodeKind kind) {
    switch (kind) {
        case NodeKind::source: return {"[(", ")]"};
        case NodeKind::product: return {"([", "])"};
        case NodeKind::test:
        case NodeKind::unit_test: return {"{{", "}}"};
        case NodeKind::model: break;
    }
    return {"[", "]"};
}

std::string dot_shape(NodeKind kind) {
    switch (kind) {
        case NodeKind::source: return "cylinder";
        case NodeKind::product: return "component";
        case NodeKind::test:
        case NodeKind::unit_test: return "hexagon";
        case NodeKind::model: break;
    }
    return "box";
}

std::string mermaid_node(const Node &node, const std::string &name) {
    const auto [open, close] = mermaid_shape(node.kind);
    return name + open + '"' + mermaid_text(label(node)) + '"' + close + "\n";
}

std::string dot_node(const Node &node, const std::string &name) {
    return name + " [label=\"" + dot_text(label(node)) + "\", shape=" + dot_shape(node.kind) + "];\n";
}

using Opening = std::function<std::string(std::size_t number, const std::string &domain)>;
using Line = std::string (*)(const Node &, const std::string &);

// The boxes; nodes without a domain stand outside of any.
std::string boxes(const Drawing &drawing, const Opening &opening, Line line, std::string_view closing) {
    std::string out;
    for (std::size_t i = 0; i < drawing.domains.size(); ++i) {
        const auto &domain = drawing.domains[i];
        const bool boxed = !domain.name.empty();
        if (boxed) out += "  " + opening(i, domain.name) + "\n";
        for (const Node *node : domain.nodes)
            out += (boxed ? "    " : "  ") + line(*node, drawing.names.at(node->id));
        if (boxed) out += "  " + std::string(closing) + "\n";
    }
    return out;
}

}  // namespace

std::string to_mermaid(const Graph &graph, const std::set<std::string> &subset) {
    const Drawing drawing = draw(graph, subset);
    const Opening opening = [](std::size_t number, const std::string &domain) {
        return "subgraph d" + std::to_string(number) + "[\"" + mermaid_text(domain) + "\"]";
    };
    std::string out = "flowchart LR\n" + boxes(drawing, opening, mermaid_node, "end");
    for (const auto &[from, to] : drawing.edges) out += "  " + from + " --> " + to + "\n";
    return out;
}

std::string to_dot(const Graph &graph, const std::set<std::string> &subset) {
    const Drawing drawing = draw(graph, subset);
    const Opening opening = [](std::size_t number, const std::string &domain) {
        return "subgraph cluster_" + std::to_string(number) + " {\n    label=\"" + dot_text(domain) + "\";";
    };
    std::string out = "digraph mesh {\n  rankdir=LR;\n" + boxes(drawing, opening, dot_node, "}");
    for (const auto &[from, to] : drawing.edges) out += "  " + from + " -> " + to + ";\n";
    return out + "}\n";
}

std::string to_json(const Graph &graph, const std::set<std::string> &subset) {
    using Json = nlohmann::ordered_json;
    Json nodes = Json::array(), edges = Json::array();
    for (const Node &node : graph.nodes()) {
        if (!subset.count(node.id)) continue;
        nodes.push_back({{"id", node.id}, {"kind", kind_name(node.kind)}, {"domain", node.domain}, {"name", node.name},
                         {"tags", node.tags}, {"config", node.config}});
        for (const auto &child : graph.children(node.id))
            if (subset.count(child)) edges.push_back({{"from", node.id}, {"to", child}});
    }
    return Json{{"nodes", nodes}, {"edges", edges}}.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string to_mermaid(const Graph &graph) {
    return to_mermaid(graph, graph.ids());
}

std::string to_dot(const Graph &graph) {
    return to_dot(graph, graph.ids());
}

std::string to_json(const Graph &graph) {
    return to_json(graph, graph.ids());
}

}  // namespace mesh::core
