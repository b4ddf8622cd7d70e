#include "core/project/select_members.h"

namespace mesh::core::project {

namespace {

const Json kNothing = Json::object();
const std::vector<std::string> kNone;

}  // namespace

const Json &Member::config() const {
    if (node) return node->config;
    if (source) return source->config;
    const auto found = other->content.find("config");
    return found != other->content.end() ? *found : kNothing;
}

Members::Members(const Manifest &manifest) : manifest_(manifest) {
    all_.reserve(manifest.nodes.size() + manifest.sources.size() + manifest.others.size());
    for (const auto &[id, node] : manifest.nodes) add(node);
    for (const auto &[id, source] : manifest.sources) add(source);
    for (const auto &[id, other] : manifest.others)
        if (other.enabled && other.resource_type != ResourceType::group) add(other);
    link();
}

void Members::add(const Node &node) {
    all_.push_back({&node, nullptr, nullptr, node.resource_type, node.unique_id, node.name, node.package_name, node.original_file_path, &node.fqn,
                    &node.tags, &node.depends_on_nodes});
}

void Members::add(const Source &source) {
    all_.push_back({nullptr, &source, nullptr, ResourceType::source, source.unique_id, source.name, source.package_name, source.original_file_path,
                    &source.fqn, &source.tags, &kNone});
}

void Members::add(const OtherResource &other) {
    all_.push_back({nullptr, nullptr, &other, other.resource_type, other.unique_id, other.name, other.package_name, other.original_file_path,
                    &other.fqn, &other.tags, &other.depends_on_nodes});
}

void Members::link() {
    for (std::size_t i = 0; i < all_.size(); i++) {
        index_.emplace(all_[i].id, i);
        core::Node node;
        node.id = all_[i].id;
        node.parents = *all_[i].depends_on;
        graph_.add(std::move(node));
    }
}

}  // namespace mesh::core::project
