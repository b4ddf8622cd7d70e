#include "core/project/ref_lookup.h"

#include <algorithm>

#include "core/error.h"
#include "core/project/project_flags.h"

namespace mesh::core::project {

namespace {

bool refable(const Node &node) {
    return node.resource_type == ResourceType::model || node.resource_type == ResourceType::seed || node.resource_type == ResourceType::snapshot;
}

// A version is found by name and version, the latest one by the name too.
template <class Add>
void each_name(const Node &node, Add add) {
    if (node.version.empty()) return add(node.name);
    add(node.name + ".v" + node.version);
    if (node.version == node.latest_version) add(node.name);
}

template <class T>
const T *of_package(const std::vector<const T *> &candidates, const std::string &package) {
    for (const T *candidate : candidates)
        if (candidate->package_name == package) return candidate;
    return nullptr;
}

}  // namespace

RefLookup::RefLookup(const Manifest &manifest, const Manifest *rest) : manifest_(manifest), own_package_first_(project_flag(manifest, "require_ref_searches_node_package_before_root")) {
    add(manifest);
    if (rest != nullptr) add(*rest);
}

void RefLookup::add(const Manifest &manifest) {
    const auto add_node = [](const Node &node, Table<Node> &refables, Table<Node> &functions) {
        if (refable(node)) each_name(node, [&](const std::string &name) { refables[name].push_back(&node); });
        if (node.resource_type == ResourceType::function) functions[node.name].push_back(&node);
    };
    for (const auto &[id, node] : manifest.nodes) add_node(node, nodes_, functions_);
    for (const Node &node : manifest.disabled) add_node(node, disabled_, disabled_functions_);
    for (const auto &[id, source] : manifest.sources) sources_[source.source_name + "." + source.name].push_back(&source);
    for (const Source &source : manifest.disabled_sources) disabled_sources_[source.source_name + "." + source.name].push_back(&source);
}

// The empty name stands for any package.
std::vector<std::string> RefLookup::packages(const std::string &package) const {
    if (package == manifest_.project_name) return {package, ""};
    if (own_package_first_) return {package, manifest_.project_name, ""};
    return {manifest_.project_name, package, ""};
}

RefLookup::Found RefLookup::ref(const Ref &ref, const std::string &package) const {
    const std::string name = ref.version.empty() ? ref.name : ref.name + ".v" + ref.version;
    const auto search = ref.package.empty() ? packages(package) : std::vector<std::string>{ref.package};
    const auto candidates = nodes_.find(name), disabled = disabled_.find(name);
    if (candidates != nodes_.end())
        for (const std::string &where : search) {
            if (const Node *found = where.empty() ? nullptr : of_package(candidates->second, where)) return {found, false};
            if (!where.empty()) continue;
            if (candidates->second.size() > 1)
                throw Error("42725", "ref('" + ref.name + "') is ambiguous: it could be \"" + candidates->second[0]->unique_id + "\" or \"" + candidates->second[1]->unique_id + "\"", "",
                            "Name the package too: ref('" + candidates->second[0]->package_name + "', '" + ref.name + "').");
            return {candidates->second[0], false};
        }
    if (disabled == disabled_.end()) return {};
    for (const std::string &where : search)
        if (where.empty() || of_package(disabled->second, where)) return {nullptr, true};
    return {};
}

RefLookup::Found RefLookup::function(const std::vector<std::string> &call, const std::string &package) const {
    const auto search = call.size() == 1 ? packages(package) : std::vector<std::string>{call[0]};
    const auto find = [&](const Table<Node> &table) -> const Node * {
        const auto candidates = table.find(call.back());
        if (candidates == table.end()) return nullptr;
        for (const std::string &where : search)
            if (const Node *found = where.empty() ? candidates->second[0] : of_package(candidates->second, where)) return found;
        return nullptr;
    };
    const Node *found = find(functions_);
    return {found, found == nullptr && find(disabled_functions_) != nullptr};
}

RefLookup::FoundSource RefLookup::source(const std::string &source, const std::string &table, const std::string &package) const {
    const std::string name = source + "." + table;
    const auto candidates = sources_.find(name), disabled = disabled_sources_.find(name);
    if (candidates != sources_.end())
        for (const std::string &where : packages(package)) {
            if (where.empty()) return {candidates->second[0], false};
            if (const Source *found = of_package(candidates->second, where)) return {found, false};
        }
    return {nullptr, disabled != disabled_sources_.end()};
}

const Node *RefLookup::in_package(const std::string &name, const std::string &version, const std::string &package, bool also_disabled) const {
    const std::string key = version.empty() ? name : name + ".v" + version;
    if (const auto found = nodes_.find(key); found != nodes_.end())
        if (const Node *node = of_package(found->second, package)) return node;
    if (!also_disabled) return nullptr;
    const auto found = disabled_.find(key);
    return found == disabled_.end() ? nullptr : of_package(found->second, package);
}

std::vector<std::string> RefLookup::ref_names(const std::string &package) const {
    std::vector<std::string> names;
    for (const auto &[name, nodes] : nodes_)
        if (package.empty() || of_package(nodes, package)) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> RefLookup::source_names() const {
    std::vector<std::string> names;
    for (const auto &[name, sources] : sources_) names.push_back(name);
    return names;
}

std::vector<std::string> RefLookup::function_names() const {
    std::vector<std::string> names;
    for (const auto &[name, functions] : functions_) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace mesh::core::project
