// What can be selected: the enabled resources of a project under one shape, and how they depend on each other.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/graph/graph.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// One of node, source, other is set. Everything points into the manifest.
struct Member {
    const Node *node = nullptr;
    const Source *source = nullptr;
    const OtherResource *other = nullptr;
    ResourceType type = ResourceType::model;
    std::string_view id, name, package, file;
    const std::vector<std::string> *fqn = nullptr, *tags = nullptr, *depends_on = nullptr;

    bool is_test() const { return type == ResourceType::test || type == ResourceType::unit_test; }
    const Json &config() const;
};

class Members {
public:
    explicit Members(const Manifest &manifest);

    const Manifest &manifest() const { return manifest_; }
    const std::vector<Member> &all() const { return all_; }
    const Member &at(std::string_view id) const { return all_[index_.at(id)]; }
    const core::Graph &graph() const { return graph_; }

private:
    void add(const Node &node);
    void add(const Source &source);
    void add(const OtherResource &other);
    void link();

    const Manifest &manifest_;
    std::vector<Member> all_;
    std::unordered_map<std::string_view, std::size_t> index_;
    core::Graph graph_;
};

}  // namespace mesh::core::project
