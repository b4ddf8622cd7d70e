#include "core/project/manifest_json.h"

#include <algorithm>

#include "core/digest.h"
#include "core/project/macro_calls.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

// The text of an object, a member at a time: of a project with thousands of nodes there is never the whole tree.
class ObjectText {
public:
    ObjectText &operator()(const std::string &key, const Json &value) { return text(key, value.dump()); }
    ObjectText &text(const std::string &key, const std::string &value) {
        text_ += (text_.size() > 1 ? "," : "") + Json(key).dump() + ":";
        text_ += value;
        return *this;
    }
    std::string take() { return std::move(text_ += "}"); }

private:
    std::string text_ = "{";
};

// What dbt says of all but docs and groups: when they were read. A manifest that says it already keeps that.
Json created(Json resource, double at) {
    if (at > 0 && !resource.contains("created_at")) resource["created_at"] = at;
    return resource;
}

template <class Map>
std::string section(const Map &resources, double created_at) {
    ObjectText object;
    for (const auto &[id, resource] : resources) object(id, created(manifest_json(resource), created_at));
    return object.take();
}

std::string macros_section(const Manifest &manifest, double created_at) {
    MacroDependencies dependencies(manifest);
    ObjectText object;
    for (const auto &[id, macro] : manifest.macros) object(id, created(manifest_json(macro, dependencies.of(macro)), created_at));
    return object.take();
}

// The nodes that are functions, or all others.
std::string section(const std::map<std::string, const Node *> &nodes, bool functions, double created_at) {
    ObjectText object;
    for (const auto &[id, node] : nodes)
        if ((node->resource_type == ResourceType::function) == functions) object(id, created(manifest_json(*node), created_at));
    return object.take();
}

// The relation that a semantic model is about.
Json node_relation(const Manifest &manifest, const OtherResource &semantic_model) {
    for (const std::string &id : semantic_model.depends_on_nodes)
        if (const auto found = manifest.nodes.find(id); found != manifest.nodes.end()) {
            const Node &node = found->second;
            return {{"alias", node.alias}, {"schema_name", node.schema}, {"database", node.database}, {"relation_name", text_or_null(node.relation_name)}};
        }
    return nullptr;
}

std::string section(const Manifest &manifest, ResourceType type, double created_at) {
    ObjectText object;
    for (const auto &[id, resource] : manifest.others) {
        if (resource.resource_type != type || !resource.enabled) continue;
        Json json = manifest_json(resource);
        if (type == ResourceType::semantic_model) json["node_relation"] = node_relation(manifest, resource);
        object(id, created(std::move(json), created_at));
    }
    return object.take();
}

// One list an id: several files may define what only one of them enables.
std::string disabled(const Manifest &manifest, double created_at) {
    std::map<std::string, Json> found;
    for (const auto &node : manifest.disabled)
        if (!node.lacks_target) found[node.unique_id].push_back(created(manifest_json(node), created_at));
    for (const auto &source : manifest.disabled_sources) found[source.unique_id].push_back(created(manifest_json(source), created_at));
    for (const auto &[id, resource] : manifest.others)
        if (!resource.enabled) found[id].push_back(created(manifest_json(resource), created_at));
    ObjectText object;
    for (const auto &[id, list] : found) object(id, list);
    return object.take();
}

using Edges = std::map<std::string, std::vector<std::string>>;

Edges parents_of(const Manifest &manifest, const std::map<std::string, const Node *> &nodes) {
    Edges parents;
    for (const auto &[id, node] : nodes) parents[id] = node->depends_on_nodes;
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

std::string edges_text(Edges edges) {
    ObjectText object;
    for (auto &[id, list] : edges) {
        std::sort(list.begin(), list.end());
        object(id, list);
    }
    return object.take();
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

// dbt's documentation site opens with this block, which a project may define for itself.
std::map<std::string, Doc> with_overview(std::map<std::string, Doc> docs) {
    const std::string id = "doc.dbt.__overview__";
    docs.try_emplace(id, Doc{id, "__overview__", "dbt", "overview.md", "docs/overview.md",
                             "### Overview\n\nWhat this project makes, by its folders (Project) and by the schemas of the database (Database). The icon at the bottom shows what depends on what."});
    return docs;
}

}  // namespace

std::map<std::string, const Node *> listed_nodes(const Manifest &manifest) {
    std::map<std::string, const Node *> nodes;
    for (const auto &[id, node] : manifest.nodes) nodes.emplace_hint(nodes.end(), id, &node);
    for (const Node &node : manifest.disabled)
        if (node.lacks_target) nodes.emplace(node.unique_id, &node);
    return nodes;
}

std::string manifest_text(const Manifest &manifest, double created_at) {
    const auto nodes = listed_nodes(manifest);
    const Edges parents = parents_of(manifest, nodes);
    const auto others = [&](ResourceType type) { return section(manifest, type, created_at); };
    ObjectText text;
    text("metadata", metadata(manifest)).text("nodes", section(nodes, false, created_at)).text("sources", section(manifest.sources, created_at));
    text.text("macros", macros_section(manifest, created_at)).text("docs", section(with_overview(manifest.docs), 0));
    text.text("exposures", others(ResourceType::exposure)).text("metrics", others(ResourceType::metric));
    text.text("groups", section(manifest, ResourceType::group, 0))("selectors", manifest.selectors).text("disabled", disabled(manifest, created_at));
    text.text("parent_map", edges_text(parents)).text("child_map", edges_text(turned(parents)))("group_map", group_map(manifest));
    text.text("saved_queries", others(ResourceType::saved_query));
    text.text("semantic_models", others(ResourceType::semantic_model));
    text.text("unit_tests", others(ResourceType::unit_test)).text("functions", section(nodes, true, created_at));
    return text.take();
}

}  // namespace mesh::core::project
