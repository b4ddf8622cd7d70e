// The lineage of one column, transitively.
#include "engine/lineage.h"

#include <algorithm>

namespace mesh::engine {

using core::Node;
using core::NodeKind;

namespace {

// A column somewhere; without a column: all rows of a model, of which some column decides.
struct Place {
    std::string node, column;
    auto operator<=>(const Place &) const = default;
    std::string text() const { return node + "." + (column.empty() ? "*" : column); }
};

struct Edge {
    Place from, to;  // away from the start
    bool direct;
};

struct Arrival {
    Place place;
    std::string via;
    bool direct;
};

// What stands behind model_registry m in FROM.
constexpr const char *kEdges = "(select e->>0 as column_name, e->>1 as upstream, e->>2 as upstream_column, e->>3 as kind from pg_catalog.jsonb_array_elements(m.lineage) e) l";

// dependency_registry's upstream as a node's id, and back.
std::string node_id(const std::string &kind, const std::string &upstream) {
    return kind == "model" ? upstream : kind + ":" + upstream;
}

std::pair<std::string, std::string> kind_and_upstream(const std::string &node) {
    for (const char *kind : {"source", "relation"}) {
        std::string prefix = std::string(kind) + ":";
        if (node.compare(0, prefix.size(), prefix) == 0) return {kind, node.substr(prefix.size())};
    }
    return {"model", node};
}

class ColumnWalk {
public:
    ColumnWalk(const core::Graph &graph, const std::set<std::string> &seen, bool upstream) : graph_(graph), seen_(seen), upstream_(upstream) {}

    // Ring by ring. A column that is reached directly as well as indirectly counts as direct, and is walked from again.
    void go(const Place &start, int depth, std::vector<LineageStep> &out) {
        std::vector<Arrival> ring = {{start, "", true}};
        reached_[start] = {0, true, ""};
        for (int at = 1; at <= depth && !ring.empty(); at++) ring = next_ring(ring, at);
        for (const auto &[place, how] : reached_)
            if (how.depth > 0)
                out.push_back({place.text(), how.direct ? "direct" : "indirect", upstream_ ? "upstream" : "downstream", how.depth, how.via});
    }

private:
    struct How {
        int depth;
        bool direct;
        std::string via;
    };

    std::vector<Arrival> next_ring(const std::vector<Arrival> &ring, int at) {
        std::map<Place, bool> from;
        for (const Arrival &arrival : ring) from[arrival.place] = arrival.direct;
        std::vector<Arrival> next;
        for (const Edge &edge : upstream_ ? edges_up(ring) : edges_down(ring)) {
            if (!is_shown(edge)) continue;
            bool direct = from.at(edge.from) && edge.direct;
            auto [found, fresh] = reached_.emplace(edge.to, How{at, direct, edge.from.text()});
            if (!fresh && (found->second.direct || !direct)) continue;
            if (!fresh) found->second = {at, direct, edge.from.text()};
            next.push_back({edge.to, edge.from.text(), direct});
        }
        return next;
    }

    // What joins two columns must be an edge of the graph that the caller sees.
    bool is_shown(const Edge &edge) const {
        const Node *child = graph_.find(upstream_ ? edge.from.node : edge.to.node);
        std::string parent = upstream_ ? edge.to.node : edge.from.node;
        if (child == nullptr) return false;
        if (kind_and_upstream(parent).first == "relation") return seen_.count(child->domain) > 0;
        const std::vector<std::string> parents = graph_.parents(child->id);
        return std::find(parents.begin(), parents.end(), parent) != parents.end();
    }

    std::vector<Edge> edges_up(const std::vector<Arrival> &ring) const {
        std::vector<std::string> domains, models, columns;
        for (const Arrival &arrival : ring) {
            const Node *node = graph_.find(arrival.place.node);
            if (node == nullptr || node->kind != NodeKind::model) continue;
            domains.push_back(node->domain);
            models.push_back(node->name);
            columns.push_back(arrival.place.column);
        }
        // unnest of several arrays side by side is the parser's own form and takes no schema.
        pg::Result rows = registry(
            "select distinct f.domain || '.' || f.model, f.col, d.kind, l.upstream, l.upstream_column, l.kind = 'direct' and l.column_name is not null"
            " from unnest($1::text[], $2::text[], $3::text[]) f(domain, model, col)"
            " join mesh.model_registry m on m.domain = f.domain and m.name = f.model"
            " cross join lateral " + std::string(kEdges) +
            " join mesh.dependency_registry d on d.domain = f.domain and d.model = f.model and d.upstream = l.upstream"
            " where l.column_name = f.col or l.column_name is null order by 1, 2, 6 desc, 4, 5",
            {pg::array_literal(domains), pg::array_literal(models), pg::array_literal(columns)});
        std::vector<Edge> out;
        for (const pg::Row &row : rows.rows)
            out.push_back({{row[0].value(), row[1].value()}, {node_id(row[2].value(), row[3].value()), row[4].value()}, row[5] == "t"});
        return out;
    }

    // From "all rows" of a model every column of it goes on.
    std::vector<Edge> edges_down(const std::vector<Arrival> &ring) const {
        std::vector<std::string> kinds, upstreams, columns;
        for (const Arrival &arrival : ring) {
            auto [kind, upstream] = kind_and_upstream(arrival.place.node);
            kinds.push_back(kind);
            upstreams.push_back(upstream);
            columns.push_back(arrival.place.column);
        }
        pg::Result rows = registry(
            "select distinct f.kind, f.upstream, f.col, d.domain || '.' || d.model, l.column_name, l.kind = 'direct' and l.column_name is not null"
            " from unnest($1::text[], $2::text[], $3::text[]) f(kind, upstream, col)"
            " join mesh.dependency_registry d on d.kind = f.kind and d.upstream = f.upstream"
            " join mesh.model_registry m on m.domain = d.domain and m.name = d.model"
            " cross join lateral " + std::string(kEdges) +
            " where l.upstream = f.upstream and (f.col = '' or l.upstream_column = f.col) order by 1, 2, 3, 6 desc, 4, 5",
            {pg::array_literal(kinds), pg::array_literal(upstreams), pg::array_literal(columns)});
        std::vector<Edge> out;
        for (const pg::Row &row : rows.rows)
            out.push_back({{node_id(row[0].value(), row[1].value()), row[2].value()}, {row[3].value(), row[4].value_or("")}, row[5] == "t"});
        return out;
    }

    const core::Graph &graph_;
    const std::set<std::string> &seen_;
    bool upstream_;
    std::map<Place, How> reached_;
};

}  // namespace

void column_lineage(const core::Graph &graph, const std::set<std::string> &seen, const std::string &node, const std::string &column,
                    bool upstream, int depth, std::vector<LineageStep> &out) {
    ColumnWalk(graph, seen, upstream).go({node, column}, depth, out);
}

}  // namespace mesh::engine
