#include "core/project/node_value.h"

#include <algorithm>
#include <iterator>

#include "core/jinja/access.h"
#include "core/jinja/operators.h"
#include "core/project/base_context.h"
#include "core/project/column.h"
#include "core/project/manifest_json.h"

namespace mesh::core::project {

namespace {

constexpr const char *graph_sections[] = {"exposures", "groups", "metrics", "nodes", "sources", "semantic_models", "saved_queries", "unit_tests", "functions"};

void drop_nulls(Json &json) {
    if (json.is_object()) {
        Json kept = Json::object();
        for (auto &[key, value] : json.items())
            if (!value.is_null()) kept[key] = std::move(value);
        json = std::move(kept);
    }
    for (Json &item : json)
        if (item.is_structured()) drop_nulls(item);
}

// With the server's names for types, and what the node compiled to.
Json node_json(const Node &node, const std::optional<std::string> &compiled) {
    Json json = manifest_json(node);
    if (const auto columns = json.find("columns"); columns != json.end())
        for (auto &[name, column] : columns->items())
            if (const auto type = column.find("data_type"); type != column.end() && type->is_string())
                *type = declared_type(node, type->get<std::string>());
    if (compiled) {
        json["compiled"] = true;
        json["compiled_code"] = json["compiled_sql"] = *compiled;
    }
    return json;
}

// A node whose value is made when more than its names is asked for.
class LazyNode : public jinja::Object {
public:
    explicit LazyNode(const Node &node) : node_(node) {}
    std::string type_name() const override { return resource_type_name(node_.resource_type); }
    bool mapping() const override { return true; }
    bool has_items() const override { return true; }
    bool truth() const override { return true; }
    std::optional<jinja::Value> attribute(std::string_view name) override {
        if (auto value = simple(name)) return value;
        return jinja::find_attribute(all(), name, {});
    }
    std::optional<jinja::Value> item(const jinja::Value &key) override {
        if (key.is_string())
            if (auto value = simple(key.text())) return value;
        return jinja::subscript(all(), key);
    }
    jinja::Ptr<jinja::Iterator> iterate() override { return jinja::iterate(all()); }
    std::string str() const override { return node_.unique_id; }
    void drop_contents() override { all_ = jinja::Value::missing(); }

private:
    std::optional<jinja::Value> simple(std::string_view name) const {
        if (name == "name") return jinja::Value(node_.name);
        if (name == "unique_id") return jinja::Value(node_.unique_id);
        if (name == "package_name") return jinja::Value(node_.package_name);
        if (name == "resource_type") return jinja::Value(resource_type_name(node_.resource_type));
        if (name == "version") return node_.version.empty() ? jinja::Value() : to_value(manifest_json(node_)["version"]);
        return std::nullopt;
    }
    const jinja::Value &all() {
        if (all_.is_missing()) all_ = to_value(node_json(node_, std::nullopt));
        return all_;
    }

    const Node &node_;
    jinja::Value all_ = jinja::Value::missing();
};

}  // namespace

bool is_section_of_graph(std::string_view name) {
    return std::ranges::find(graph_sections, name) != std::end(graph_sections);
}

std::string declared_type(const Node &node, const std::string &type) {
    const auto contract = node.config.find("contract");
    const bool aliases = contract == node.config.end() || !contract->is_object() || contract->value("alias_types", Json()) != false;
    return aliases ? translate_type(type) : type;
}

jinja::Value lazy_node(const Node &node) {
    return jinja::Value(jinja::make<LazyNode>(node));
}

jinja::Value node_value(const Node &node, const std::optional<std::string> &compiled) {
    Json json = node_json(node, compiled);
    drop_nulls(json);
    return to_value(json);
}

jinja::Value graph_value(const Manifest &manifest, bool empty) {
    Json graph = Json::object();
    for (const char *kind : graph_sections) graph[kind] = Json::object();
    if (empty) return to_value(graph);
    for (const auto &[id, node] : listed_nodes(manifest)) graph[node->resource_type == ResourceType::function ? "functions" : "nodes"][id] = manifest_json(*node);
    for (const auto &[id, source] : manifest.sources) graph["sources"][id] = manifest_json(source);
    for (const auto &[id, other] : manifest.others) {
        if (!other.enabled) continue;
        const std::string kind = resource_type_name(other.resource_type);
        const std::string plural = other.resource_type == ResourceType::saved_query ? "saved_queries" : kind + "s";
        graph[plural][id] = manifest_json(other);
    }
    return to_value(graph);
}

}  // namespace mesh::core::project
