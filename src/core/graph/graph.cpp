#include "core/graph/graph.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace mesh::core {

std::string_view kind_name(NodeKind kind) {
    switch (kind) {
        case NodeKind::model: return "model";
        case NodeKind::source: return "source";
        case NodeKind::test: return "test";
        case NodeKind::product: return "product";
        case NodeKind::unit_test: return "unit_test";
    }
    return "model";
}

std::string_view local_id(const Node &node) {
    std::string_view id = node.id;
    if (node.kind == NodeKind::model) return id;
    const auto colon = id.find(':');
    return colon == std::string_view::npos ? id : id.substr(colon + 1);
}

bool is_test(const Node &node) {
    return node.kind == NodeKind::test || node.kind == NodeKind::unit_test;
}

void Graph::add(Node node) {
    if (find(node.id)) throw Error("42710", "node \"" + node.id + "\" is already in the graph");
    const std::size_t at = nodes_.size();
    nodes_.push_back(std::move(node));
    index_.emplace(nodes_[at].id, at);
    up_.emplace_back();
    down_.emplace_back();
    if (auto waiting = pending_.extract(nodes_[at].id)) {
        down_[at] = std::move(waiting.mapped());
        for (std::size_t child : down_[at]) up_[child].push_back(at);
    }
    std::set<std::string> linked;
    for (const auto &parent : nodes_[at].parents)
        if (linked.insert(parent).second) link(at, parent);
}

const Node *Graph::find(std::string_view id) const {
    const auto at = position(id);
    return at ? &nodes_[*at] : nullptr;
}

Graph::Ids Graph::ids() const {
    Ids all;
    for (const auto &node : nodes_) all.insert(node.id);
    return all;
}

std::vector<std::string> Graph::parents(std::string_view id) const {
    const auto at = position(id);
    return at ? names(up_[*at]) : std::vector<std::string>{};
}

std::vector<std::string> Graph::children(std::string_view id) const {
    const auto at = position(id);
    return at ? names(down_[*at]) : std::vector<std::string>{};
}

Graph::Ids Graph::ancestors(std::string_view id, int depth) const {
    Ids found = with_ancestors({std::string(id)}, depth);
    found.erase(std::string(id));
    return found;
}

Graph::Ids Graph::descendants(std::string_view id, int depth) const {
    Ids found = with_descendants({std::string(id)}, depth);
    found.erase(std::string(id));
    return found;
}

Graph::Ids Graph::with_ancestors(const Ids &start, int depth) const {
    return reach(positions(start), up_, depth);
}

Graph::Ids Graph::with_descendants(const Ids &start, int depth) const {
    return reach(positions(start), down_, depth);
}

std::vector<std::string> Graph::topological_order(const Ids &subset) const {
    std::vector<bool> wanted(nodes_.size(), false);
    auto members = positions(subset);
    for (std::size_t at : members) wanted[at] = true;

    const auto levels = levels_within(wanted);
    Ids held_back;
    for (std::size_t at : members)
        if (!levels[at]) held_back.insert(nodes_[at].id);
    if (!held_back.empty()) fail_with_cycle_before(held_back);

    std::sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) { return std::pair(*levels[a], a) < std::pair(*levels[b], b); });
    std::vector<std::string> order;
    order.reserve(members.size());
    for (std::size_t at : members) order.push_back(nodes_[at].id);
    return order;
}

std::vector<std::string> Graph::topological_order() const {
    return topological_order(ids());
}

std::optional<std::vector<std::string>> Graph::find_cycle() const {
    return find_cycle(std::vector<bool>(nodes_.size(), true));
}

void Graph::fail_with_cycle_before(const Ids &held_back) const {
    std::vector<bool> within(nodes_.size(), false);
    for (std::size_t at : positions(with_ancestors(held_back))) within[at] = true;
    std::string path;
    for (const auto &id : find_cycle(within).value_or(std::vector<std::string>{}))
        path += (path.empty() ? "" : " -> ") + id;
    throw Error("42P19", "Found a cycle", path);
}

// A depth-first walk with its own stack: meeting a node that is still open closes a cycle.
std::optional<std::vector<std::string>> Graph::find_cycle(const std::vector<bool> &within) const {
    enum class State { fresh, open, done };
    std::vector<State> state(nodes_.size(), State::fresh);
    std::vector<std::size_t> next(nodes_.size(), 0), path;
    for (std::size_t root = 0; root < nodes_.size(); ++root) {
        if (within[root] && state[root] == State::fresh) path.push_back(root);
        while (!path.empty()) {
            const std::size_t at = path.back();
            state[at] = State::open;
            if (next[at] == down_[at].size()) {
                state[at] = State::done;
                path.pop_back();
                continue;
            }
            const std::size_t child = down_[at][next[at]++];
            if (within[child] && state[child] == State::fresh) path.push_back(child);
            if (state[child] != State::open) continue;
            std::vector<std::string> cycle;
            for (auto it = std::find(path.begin(), path.end(), child); it != path.end(); ++it)
                cycle.push_back(nodes_[*it].id);
            cycle.push_back(nodes_[child].id);
            return cycle;
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> Graph::position(std::string_view id) const {
    const auto it = index_.find(std::string(id));
    if (it == index_.end()) return std::nullopt;
    return it->second;
}

void Graph::link(std::size_t child, const std::string &parent_id) {
    const auto parent = position(parent_id);
    if (!parent) {
        pending_[parent_id].push_back(child);
        return;
    }
    up_[child].push_back(*parent);
    down_[*parent].push_back(child);
}

std::vector<std::string> Graph::names(std::vector<std::size_t> at_positions) const {
    std::sort(at_positions.begin(), at_positions.end());
    std::vector<std::string> list;
    list.reserve(at_positions.size());
    for (std::size_t at : at_positions) list.push_back(nodes_[at].id);
    return list;
}

std::vector<std::size_t> Graph::positions(const Ids &wanted) const {
    std::vector<std::size_t> found;
    for (const auto &id : wanted)
        if (const auto at = position(id)) found.push_back(*at);
    return found;
}

// Breadth first from all starts at once, so that each node is met at its smallest distance.
Graph::Ids Graph::reach(const std::vector<std::size_t> &start, const Edges &edges, int depth) const {
    std::vector<bool> seen(nodes_.size(), false);
    Ids found;
    const auto visit = [&](std::size_t at, std::vector<std::size_t> &into) {
        if (seen[at]) return;
        seen[at] = true;
        found.insert(nodes_[at].id);
        into.push_back(at);
    };
    std::vector<std::size_t> ring;
    for (std::size_t at : start) visit(at, ring);
    for (int step = 0; step < depth && !ring.empty(); ++step) {
        std::vector<std::size_t> outer;
        for (std::size_t at : ring)
            for (std::size_t neighbour : edges[at]) visit(neighbour, outer);
        ring = std::move(outer);
    }
    return found;
}

// How many members stand before each node on the longest way to it, over nodes outside as well (Kahn's algorithm);
// none for what a cycle holds back.
std::vector<std::optional<std::size_t>> Graph::levels_within(const std::vector<bool> &members) const {
    std::vector<std::size_t> missing(nodes_.size()), level(nodes_.size(), 0), ready;
    std::vector<std::optional<std::size_t>> levels(nodes_.size());
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
        missing[at] = up_[at].size();
        if (missing[at] == 0) ready.push_back(at);
    }
    while (!ready.empty()) {
        const std::size_t at = ready.back();
        ready.pop_back();
        levels[at] = level[at];
        for (std::size_t child : down_[at]) {
            level[child] = std::max(level[child], level[at] + (members[at] ? 1 : 0));
            if (--missing[child] == 0) ready.push_back(child);
        }
    }
    return levels;
}

}  // namespace mesh::core
