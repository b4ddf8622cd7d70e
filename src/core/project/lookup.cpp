#include "core/project/lookup.h"

namespace mesh::core::project {

namespace {

bool referable(const Node &node) {
    return node.resource_type == ResourceType::model || node.resource_type == ResourceType::seed ||
           node.resource_type == ResourceType::snapshot;
}

}  // namespace

ResourceLookup::ResourceLookup(const Manifest &manifest) : manifest_(manifest) {
    for (const auto &[id, node] : manifest.nodes)
        if (referable(node)) nodes_[node.name].push_back(&node);
    for (const auto &[id, source] : manifest.sources) sources_[source.source_name + "." + source.name].push_back(&source);
}

const Node *ResourceLookup::find(const Ref &ref, const std::string &package) const {
    const auto at = nodes_.find(ref.name);
    if (at == nodes_.end()) return nullptr;
    for (const Node *node : at->second) {
        if (!package.empty() && node->package_name != package) continue;
        const std::string &wanted = ref.version.empty() ? node->latest_version : ref.version;
        if (node->version == wanted) return node;
    }
    return nullptr;
}

const Node *ResourceLookup::node(const Ref &ref, const std::string &from) const {
    if (!ref.package.empty()) return find(ref, ref.package);
    for (const std::string &package : {manifest_.project_name, from, std::string()})
        if (const Node *found = find(ref, package)) return found;
    return nullptr;
}

const Source *ResourceLookup::source(const std::string &source, const std::string &table, const std::string &from) const {
    const auto at = sources_.find(source + "." + table);
    if (at == sources_.end()) return nullptr;
    for (const std::string &package : {manifest_.project_name, from, std::string()})
        for (const Source *one : at->second)
            if (package.empty() || one->package_name == package) return one;
    return nullptr;
}

bool ResourceLookup::disabled(const Ref &ref) const {
    for (const Node &node : manifest_.disabled)
        if (node.name == ref.name && (ref.package.empty() || node.package_name == ref.package)) return true;
    return false;
}

}  // namespace mesh::core::project
