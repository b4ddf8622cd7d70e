// The dependency graph of a mesh: models, sources, tests and products, and what each is built from.
#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mesh::core {

enum class NodeKind { model, source, test, product, unit_test };

// "model", "source", "test", "product" or "unit_test".
std::string_view kind_name(NodeKind kind);

struct Node {
    // "sales.summary" for a model; "source:sales.raw.orders", "test:sales.name", "product:sales.summary.v1".
    std::string id;
    NodeKind kind = NodeKind::model;
    std::string domain, name;
    std::vector<std::string> tags;
    std::map<std::string, std::string> config;  // e.g. materialized=table
    std::string test_type;                      // tests: generic, singular or unit
    std::string source_name;                    // sources: domain.source.table
    std::string test_name;                      // generic tests: not_null, unique, ...
    std::vector<std::string> parents;           // ids; one the graph never gets is ignored
};

// The id without its kind prefix: "sales.summary.v1" of "product:sales.summary.v1".
std::string_view local_id(const Node &node);

// Whether the node only observes others: tests and unit tests.
bool is_test(const Node &node);

// Nodes may be added in any order, parents before or after their children. All lists come back in
// insertion order, nothing recurses, and pointers from find() stay valid while the graph lives.
class Graph {
public:
    using Ids = std::set<std::string>;
    static constexpr int unlimited = std::numeric_limits<int>::max();

    // Throws Error 42710 when the id is already taken.
    void add(Node node);

    const std::deque<Node> &nodes() const { return nodes_; }
    const Node *find(std::string_view id) const;  // nullptr when unknown
    Ids ids() const;

    // Direct neighbours that are in the graph; empty for an unknown id.
    std::vector<std::string> parents(std::string_view id) const;
    std::vector<std::string> children(std::string_view id) const;

    // Everything at most depth edges away, without the node itself (even when it is on a cycle).
    Ids ancestors(std::string_view id, int depth = unlimited) const;
    Ids descendants(std::string_view id, int depth = unlimited) const;

    // The same from many nodes in one pass, with the start nodes; unknown ids drop out.
    Ids with_ancestors(const Ids &start, int depth = unlimited) const;
    Ids with_descendants(const Ids &start, int depth = unlimited) const;

    // The subset, level by level as dbt's queue takes them: first the members with no member before them, then those
    // that depend on these only, and so on, also when the path between two members leaves the subset. Members of
    // one level go by insertion. Throws Error 42P19 when a cycle stands before a member, and names that cycle in the
    // detail.
    std::vector<std::string> topological_order(const Ids &subset) const;
    std::vector<std::string> topological_order() const;

    // One cycle, each id followed by one that depends on it, the first repeated at the end.
    std::optional<std::vector<std::string>> find_cycle() const;

private:
    using Edges = std::vector<std::vector<std::size_t>>;

    std::optional<std::size_t> position(std::string_view id) const;
    void link(std::size_t child, const std::string &parent_id);
    std::vector<std::string> names(std::vector<std::size_t> at_positions) const;
    std::vector<std::size_t> positions(const Ids &wanted) const;
    Ids reach(const std::vector<std::size_t> &start, const Edges &edges, int depth) const;
    std::vector<std::optional<std::size_t>> levels_within(const std::vector<bool> &members) const;
    std::optional<std::vector<std::string>> find_cycle(const std::vector<bool> &within) const;
    [[noreturn]] void fail_with_cycle_before(const Ids &held_back) const;

    std::deque<Node> nodes_;                                             // a deque: addresses never move
    std::unordered_map<std::string, std::size_t> index_;                 // own keys, so that a copy is whole
    std::unordered_map<std::string, std::vector<std::size_t>> pending_;  // parent not added yet -> children
    Edges up_, down_;                                                    // by position
};

}  // namespace mesh::core
