#include "core/project/node_value.h"

#include "core/project/base_context.h"
#include "core/project/column.h"

namespace mesh::core::project {

namespace {

Json or_null(const std::string &text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

// Versions are numbers where they look like one, as YAML reads them.
Json version_json(const std::string &version) {
    if (version.empty()) return nullptr;
    const bool digits = version.find_first_not_of("0123456789") == std::string::npos && version.size() < 18;
    return digits ? Json(std::stoll(version)) : Json(version);
}

Json column_json(const ColumnInfo &column) {
    Json json = {{"name", column.name}, {"description", column.description}, {"meta", column.meta}};
    json["data_type"] = column.data_type.empty() ? Json(nullptr) : Json(translate_type(column.data_type));
    json["constraints"] = column.constraints;
    json["quote"] = column.quote ? Json(true) : Json(nullptr);
    json["config"] = {{"meta", column.meta}, {"tags", column.tags}};
    json["tags"] = column.tags;
    json.update(column.extra);
    return json;
}

Json columns_json(const std::vector<ColumnInfo> &columns) {
    Json json = Json::object();
    for (const ColumnInfo &column : columns) json[column.name] = column_json(column);
    return json;
}

Json refs_json(const std::vector<Ref> &refs) {
    Json json = Json::array();
    for (const Ref &ref : refs)
        json.push_back({{"name", ref.name}, {"package", or_null(ref.package)}, {"version", version_json(ref.version)}});
    return json;
}

void add_test(Json &json, const Node &node) {
    if (!node.test_metadata) return;
    const TestMetadata &test = *node.test_metadata;
    json["test_metadata"] = {{"name", test.name}, {"kwargs", test.kwargs}, {"namespace", or_null(test.package)}};
    json["column_name"] = or_null(node.column_name);
    json["file_key_name"] = or_null(node.file_key_name);
    json["attached_node"] = or_null(node.attached_node);
}

void add_model(Json &json, const Node &node) {
    json["access"] = node.access;
    json["constraints"] = node.constraints;
    json["version"] = version_json(node.version);
    json["latest_version"] = version_json(node.latest_version);
    json["deprecation_date"] = or_null(node.deprecation_date);
    json["primary_key"] = node.primary_key;
}

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

}  // namespace

Json node_json(const Manifest &manifest, const Node &node, const std::optional<std::string> &compiled) {
    (void)manifest;
    Json json = {{"database", node.database},
                 {"schema", node.schema},
                 {"name", node.name},
                 {"resource_type", resource_type_name(node.resource_type)},
                 {"package_name", node.package_name},
                 {"path", node.path},
                 {"original_file_path", node.original_file_path},
                 {"unique_id", node.unique_id},
                 {"fqn", node.fqn},
                 {"alias", node.alias},
                 {"checksum", {{"name", "sha256"}, {"checksum", node.checksum}}},
                 {"config", node.config},
                 {"tags", node.tags},
                 {"description", node.description},
                 {"columns", columns_json(node.columns)},
                 {"meta", node.meta},
                 {"group", or_null(node.group)}};
    if (const auto docs = node.config.find("docs"); docs != node.config.end()) json["docs"] = *docs;
    json["patch_path"] = or_null(node.patch_path);
    json["build_path"] = nullptr;
    json["unrendered_config"] = node.unrendered_config;
    json["relation_name"] = or_null(node.relation_name);
    json["raw_code"] = node.raw_code;
    json["doc_blocks"] = node.doc_blocks;
    json["language"] = node.language;
    json["refs"] = refs_json(node.refs);
    json["sources"] = node.sources;
    json["metrics"] = Json::array();
    json["depends_on"] = {{"macros", node.depends_on_macros}, {"nodes", node.depends_on_nodes}};
    json["contract"] = {{"enforced", node.contract_enforced}, {"alias_types", true}, {"checksum", nullptr}};
    if (node.resource_type == ResourceType::model) add_model(json, node);
    add_test(json, node);
    json.update(node.extra);
    if (compiled) {
        json["compiled"] = true;
        json["compiled_code"] = json["compiled_sql"] = *compiled;
    }
    return json;
}

jinja::Value node_value(const Manifest &manifest, const Node &node, const std::optional<std::string> &compiled) {
    Json json = node_json(manifest, node, compiled);
    drop_nulls(json);
    return to_value(json);
}

Json source_json(const Source &source) {
    Json json = {{"database", source.database},
                 {"schema", source.schema},
                 {"name", source.name},
                 {"resource_type", "source"},
                 {"package_name", source.package_name},
                 {"path", source.path},
                 {"original_file_path", source.original_file_path},
                 {"unique_id", source.unique_id},
                 {"fqn", source.fqn},
                 {"source_name", source.source_name},
                 {"source_description", source.source_description},
                 {"loader", source.loader},
                 {"identifier", source.identifier},
                 {"quoting", source.quoting},
                 {"loaded_at_field", or_null(source.loaded_at_field)},
                 {"loaded_at_query", or_null(source.loaded_at_query)},
                 {"freshness", source.freshness},
                 {"external", source.external},
                 {"description", source.description},
                 {"columns", columns_json(source.columns)},
                 {"meta", source.meta},
                 {"source_meta", source.source_meta},
                 {"tags", source.tags},
                 {"config", source.config},
                 {"relation_name", source.relation_name}};
    json.update(source.extra);
    return json;
}

jinja::Value graph_value(const Manifest &manifest, bool empty) {
    Json graph = Json::object();
    for (const char *kind : {"exposures", "groups", "metrics", "nodes", "sources", "semantic_models", "saved_queries", "unit_tests", "functions"})
        graph[kind] = Json::object();
    if (empty) return to_value(graph);
    for (const auto &[id, node] : manifest.nodes) graph["nodes"][id] = node_json(manifest, node);
    for (const auto &[id, source] : manifest.sources) graph["sources"][id] = source_json(source);
    for (const auto &[id, other] : manifest.others) {
        const std::string kind = resource_type_name(other.resource_type);
        const std::string plural = other.resource_type == ResourceType::saved_query ? "saved_queries" : kind + "s";
        Json content = other.content;
        content["unique_id"] = id;
        graph[plural][id] = std::move(content);
    }
    return to_value(graph);
}

}  // namespace mesh::core::project
