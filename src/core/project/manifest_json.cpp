#include "core/project/manifest_json.h"

#include <algorithm>

#include "core/digest.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

void append(Json &object, const std::string &key, Json value) {
    object.get_ref<Json::object_t &>().emplace_back(key, std::move(value));
}

// With room for so many members: growing, it would copy those it has.
Json object_for(size_t members) {
    Json object = Json::object();
    object.get_ref<Json::object_t &>().reserve(members);
    return object;
}

template <class Map>
Json section(const Map &resources) {
    Json object = object_for(resources.size());
    for (const auto &[id, resource] : resources) append(object, id, manifest_json(resource));
    return object;
}

// The nodes that are functions, or all others.
Json section(const std::map<std::string, Node> &nodes, bool functions) {
    Json object = object_for(functions ? 0 : nodes.size());
    for (const auto &[id, node] : nodes)
        if ((node.resource_type == ResourceType::function) == functions) append(object, id, manifest_json(node));
    return object;
}

Json section(const Manifest &manifest, ResourceType type) {
    Json object = object_for(manifest.others.size());
    for (const auto &[id, resource] : manifest.others)
        if (resource.resource_type == type && resource.enabled) append(object, id, manifest_json(resource));
    return object;
}

// One list an id: several files may define what only one of them enables.
Json disabled(const Manifest &manifest) {
    std::map<std::string, Json> found;
    for (const auto &node : manifest.disabled) found[node.unique_id].push_back(manifest_json(node));
    for (const auto &source : manifest.disabled_sources) found[source.unique_id].push_back(manifest_json(source));
    for (const auto &[id, resource] : manifest.others)
        if (!resource.enabled) found[id].push_back(manifest_json(resource));
    Json object = object_for(found.size());
    for (auto &[id, list] : found) append(object, id, std::move(list));
    return object;
}

using Edges = std::map<std::string, std::vector<std::string>>;

Edges parents_of(const Manifest &manifest) {
    Edges parents;
    for (const auto &[id, node] : manifest.nodes) parents[id] = node.depends_on_nodes;
    for (const auto &[id, source] : manifest.sources) parents[id];
    for (const auto &[id, other] : manifest.others)
        if (other.enabled && other.resource_type != ResourceType::group) parents[id] = other.depends_on_nodes;
    return parents;
}

Edges turned(const Edges &parents) {
    Edges children;
    for (const auto &[id, list] : parents) children[id];
    for (const auto &[id, list] : parents)
        for (const auto &parent : list)
            if (const auto found = children.find(parent); found != children.end()) found->second.push_back(id);
    return children;
}

Json edges_json(Edges edges) {
    Json object = object_for(edges.size());
    for (auto &[id, list] : edges) {
        std::sort(list.begin(), list.end());
        append(object, id, std::move(list));
    }
    return object;
}

// Metrics say it only in their config.
std::string group_of(const OtherResource &resource) {
    const std::string group = text_of(resource.content, "group");
    return group.empty() ? text_of(member_or(resource.content, "config", Json::object()), "group") : group;
}

Json group_map(const Manifest &manifest) {
    Json object = Json::object();
    for (const auto &[id, group] : manifest.others)
        if (group.resource_type == ResourceType::group) object[group.name] = Json::array();
    const auto add = [&](const std::string &group, const std::string &id) {
        if (!group.empty() && object.contains(group)) object[group].push_back(id);
    };
    for (const auto &[id, node] : manifest.nodes) add(node.group, id);
    for (const auto &[id, resource] : manifest.others)
        if (resource.enabled && resource.resource_type != ResourceType::group) add(group_of(resource), id);
    return object;
}

Json metadata(const Manifest &manifest) {
    ObjectBuilder build;
    build("dbt_schema_version", "https://schemas.getdbt.com/dbt/manifest/v12.json")("dbt_version", kDbtVersion)("env", Json::object());
    build("project_name", manifest.project_name)("project_id", md5(manifest.project_name))("user_id", nullptr)("send_anonymous_usage_stats", false);
    build("adapter_type", manifest.target.type);
    build("quoting", {{"database", true}, {"schema", true}, {"identifier", true}, {"column", nullptr}});
    return build.overlay(manifest.metadata).take();
}

}  // namespace

Json manifest_json(const Manifest &manifest) {
    const Edges parents = parents_of(manifest);
    ObjectBuilder build;
    build("metadata", metadata(manifest))("nodes", section(manifest.nodes, false))("sources", section(manifest.sources));
    build("macros", section(manifest.macros))("docs", section(manifest.docs));
    build("exposures", section(manifest, ResourceType::exposure))("metrics", section(manifest, ResourceType::metric));
    build("groups", section(manifest, ResourceType::group))("selectors", manifest.selectors)("disabled", disabled(manifest));
    build("parent_map", edges_json(parents))("child_map", edges_json(turned(parents)))("group_map", group_map(manifest));
    build("saved_queries", section(manifest, ResourceType::saved_query));
    build("semantic_models", section(manifest, ResourceType::semantic_model));
    build("unit_tests", section(manifest, ResourceType::unit_test))("functions", section(manifest.nodes, true));
    return build.take();
}

}  // namespace mesh::core::project
