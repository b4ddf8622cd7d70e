#include "engine/lineage.h"

#include <algorithm>

namespace mesh::engine {

using core::Error;
using core::Node;
using core::NodeKind;

namespace {

constexpr const char *kRelation = "relation:";

// What a name means: a node, and perhaps one of its columns; or a relation, which is no node of the graph.
struct Start {
    std::string node, column;
    bool is_relation = false;
};

// product:sales.summary means its newest version.
std::string newest_version(const core::Graph &graph, const std::string &product) {
    std::string best;
    int version = 0;
    for (const Node &node : graph.nodes()) {
        if (node.kind != NodeKind::product || node.id.compare(0, product.size() + 2, product + ".v") != 0) continue;
        int found = std::atoi(node.id.c_str() + product.size() + 2);
        if (found > version) std::tie(best, version) = std::pair(node.id, found);
    }
    return best;
}

std::optional<Start> find_start(const core::Graph &graph, const std::string &name) {
    if (graph.find(name) != nullptr) return Start{name, ""};
    if (name.compare(0, 8, "product:") == 0) {
        std::string newest = newest_version(graph, name);
        return newest.empty() ? std::nullopt : std::optional(Start{newest, ""});
    }
    if (name.compare(0, 9, kRelation) == 0) return Start{name, "", true};
    for (size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0; dot = name.rfind('.', dot - 1)) {
        const Node *node = graph.find(name.substr(0, dot));
        if (node != nullptr && (node->kind == NodeKind::model || node->kind == NodeKind::source)) return Start{node->id, name.substr(dot + 1)};
    }
    return std::nullopt;
}

// "My Domain"."x" as SQL would write it.
std::string without_quotes(const std::string &name) {
    if (name.find('"') == std::string::npos) return name;
    size_t colon = name.find(':'), begin = colon == std::string::npos || colon > name.find('"') ? 0 : colon + 1;
    return name.substr(0, begin) + pg::query_value("select pg_catalog.array_to_string(pg_catalog.parse_ident($1), '.')", {name.substr(begin)}).value();
}

void check_column(Mesh &mesh, const core::Graph &graph, const Start &start) {
    const Node *node = graph.find(start.node);
    if (node->kind != NodeKind::model) return;
    const Model &model = mesh.model({node->domain, node->name});
    if (std::none_of(model.columns.begin(), model.columns.end(), [&](const pg::Column &c) { return c.name == start.column; }))
        throw Error("42703", "column \"" + start.column + "\" of model \"" + model.id() + "\" does not exist", "", "See the columns in mesh.models.");
}

Start resolve_start(Mesh &mesh, const core::Graph &graph, const std::string &name) {
    std::optional<Start> start = find_start(graph, name);
    if (!start) start = find_start(graph, without_quotes(name));
    if (!start)
        throw Error("42704", "node \"" + name + "\" does not exist, or you may not see it", "",
                    "Name domain.model, domain.model.column, source:domain.source.table, relation:schema.name or product:domain.name.");
    if (!start->column.empty()) check_column(mesh, graph, *start);
    return *start;
}

using Ring = std::vector<std::pair<std::string, std::string>>;  // node, via

class Walk {
public:
    Walk(const core::Graph &graph, bool upstream, int depth, std::vector<LineageStep> &out) : graph_(graph), upstream_(upstream), depth_(depth), out_(out) {}

    // The ring is `at` steps away.
    void go(Ring ring, int at) {
        for (; at <= depth_ && !ring.empty(); at++) {
            Ring next;
            for (const auto &[id, via] : ring) {
                if (!seen_.insert(id).second) continue;
                add(id, via, at);
                for (const std::string &other : upstream_ ? graph_.parents(id) : graph_.children(id)) next.emplace_back(other, id);
            }
            ring = std::move(next);
        }
    }

private:
    void add(const std::string &id, const std::string &via, int at) {
        if (at == 0) return;
        out_.push_back({id, std::string(core::kind_name(graph_.find(id)->kind)), upstream_ ? "upstream" : "downstream", at, via});
    }

    const core::Graph &graph_;
    bool upstream_;
    int depth_;
    std::vector<LineageStep> &out_;
    std::set<std::string> seen_;
};

// Relations that are neither models nor sources are read by the models found, one step farther.
void add_relations(const core::Graph &graph, const std::set<std::string> &seen, const std::string &start, int depth, std::vector<LineageStep> &out) {
    std::map<std::string, int> models;
    const Node *first = graph.find(start);
    if (first->kind == NodeKind::model && seen.count(first->domain)) models[start] = 0;
    for (const LineageStep &step : out) {
        const Node *node = graph.find(step.node);
        if (step.direction == "upstream" && node->kind == NodeKind::model && seen.count(node->domain)) models[step.node] = step.depth;
    }
    std::vector<std::string> ids;
    for (const auto &[id, at] : models) ids.push_back(id);
    pg::Result rows = registry("select domain || '.' || model, upstream from mesh.dependency_registry where kind = 'relation' and domain || '.' || model = any($1::text[])",
                               {pg::array_literal(ids)});
    std::map<std::string, LineageStep> nearest;
    for (const pg::Row &row : rows.rows) {
        LineageStep step{kRelation + row[1].value(), "relation", "upstream", models[row[0].value()] + 1, row[0].value()};
        auto [found, fresh] = nearest.emplace(step.node, step);
        if (!fresh && step.depth < found->second.depth) found->second = step;
    }
    for (const auto &[id, step] : nearest)
        if (step.depth <= depth) out.push_back(step);
}

// The models of seen domains that read the relation.
Ring readers_of_relation(const core::Graph &graph, const std::set<std::string> &seen, const std::string &name) {
    Ring out;
    pg::Result rows = registry("select domain || '.' || model from mesh.dependency_registry where kind = 'relation' and upstream = $1 order by 1", {name.substr(9)});
    for (const pg::Row &row : rows.rows) {
        const Node *node = graph.find(row[0].value());
        if (node != nullptr && seen.count(node->domain)) out.emplace_back(node->id, name);
    }
    if (out.empty()) throw Error("42704", "relation \"" + name.substr(9) + "\" is read by no model that you see", "", "See mesh.dependencies.");
    return out;
}

// What reads a product's model reads the product.
Ring readers_of_product(const core::Graph &graph, const std::string &product) {
    Ring out;
    for (const std::string &model : graph.parents(product))
        for (const std::string &child : graph.children(model))
            if (graph.find(child)->kind == NodeKind::model) out.emplace_back(child, product);
    return out;
}

void node_lineage(const core::Graph &graph, const std::set<std::string> &seen, const Start &start, bool upstream, int depth, std::vector<LineageStep> &out) {
    Walk walk(graph, upstream, depth, out);
    if (!start.is_relation && !upstream && graph.find(start.node)->kind == NodeKind::product) {
        walk.go(readers_of_product(graph, start.node), 1);
    } else if (!start.is_relation) {
        walk.go({{start.node, ""}}, 0);
        if (upstream) add_relations(graph, seen, start.node, depth, out);
    } else if (!upstream) {
        walk.go(readers_of_relation(graph, seen, start.node), 1);
    }
}

// Upstream first, then by distance.
std::vector<LineageStep> sorted(std::vector<LineageStep> steps) {
    std::stable_sort(steps.begin(), steps.end(), [](const LineageStep &a, const LineageStep &b) {
        return std::tuple(b.direction, a.depth, a.node) < std::tuple(a.direction, b.depth, b.node);
    });
    return steps;
}

}  // namespace

std::vector<LineageStep> lineage(Mesh &mesh, const std::string &name, const std::string &direction, int depth, Oid caller) {
    if (direction != "upstream" && direction != "downstream" && direction != "both")
        throw Error("22023", "invalid direction: \"" + direction + "\"", "", "Use upstream, downstream or both.");
    if (depth < 0) throw Error("22023", "depth must not be negative");
    core::Graph graph = visible_graph(mesh, caller);
    std::set<std::string> seen = seen_domains(mesh, caller);
    Start start = resolve_start(mesh, graph, name);
    std::vector<LineageStep> out;
    for (bool upstream : {true, false}) {
        if (direction != "both" && upstream != (direction == "upstream")) continue;
        if (start.column.empty()) node_lineage(graph, seen, start, upstream, depth, out);
        else column_lineage(graph, seen, start.node, start.column, upstream, depth, out);
    }
    return sorted(std::move(out));
}

}  // namespace mesh::engine
