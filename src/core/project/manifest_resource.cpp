// The resources of a manifest, one by one.
#include "core/project/manifest_json.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

Json usual_docs() {
    return {{"show", true}, {"node_color", nullptr}};
}

bool is_compiled(const Node &node) {
    return node.resource_type != ResourceType::seed;
}

Json contract_json(const Node &node) {
    const Json configured = member_or(node.config, "contract", Json::object());
    return ObjectBuilder(3)("enforced", node.contract_enforced)("alias_types", configured.value("alias_types", true))("checksum", nullptr).take();
}

Json model_constraints(const Json &constraints) {
    Json list = Json::array();
    for (const auto &constraint : constraints) {
        ObjectBuilder build;
        build("type", constraint.value("type", Json()))("name", nullptr)("expression", nullptr)("warn_unenforced", true)("warn_unsupported", true);
        build("to", nullptr)("to_columns", Json::array())("columns", Json::array());
        list.push_back(build.overlay(constraint).take());
    }
    return list;
}

void add_identity(ObjectBuilder &build, const Node &node) {
    build("database", text_or_null(node.database))("schema", node.schema)("name", node.name);
    build("resource_type", resource_type_name(node.resource_type))("package_name", node.package_name)("path", node.path);
    build("original_file_path", node.original_file_path)("unique_id", node.unique_id)("fqn", node.fqn)("alias", node.alias);
    build("checksum", {{"name", node.checksum.empty() ? "none" : "sha256"}, {"checksum", node.checksum}});
}

void add_properties(ObjectBuilder &build, const Node &node) {
    build("config", node.config)("tags", node.tags)("description", node.description)("columns", columns_json(node.columns));
    build("meta", node.meta)("group", text_or_null(node.group))("docs", member_or(node.config, "docs", usual_docs()));
    build("patch_path", text_or_null(node.patch_path))("build_path", nullptr)("unrendered_config", node.unrendered_config);
    build("relation_name", text_or_null(node.relation_name))("raw_code", node.raw_code)("doc_blocks", node.doc_blocks);
}

void add_compiled(ObjectBuilder &build, const Node &node) {
    build("language", node.language)("refs", refs_json(node.refs))("sources", node.sources)("metrics", Json::array())("functions", node.functions);
    build("depends_on", depends_on_json(node.depends_on_macros, node.depends_on_nodes))("compiled_path", nullptr);
    build("contract", contract_json(node));
}

void add_model(ObjectBuilder &build, const Node &node) {
    build("access", node.access)("constraints", model_constraints(node.constraints))("version", version_json(node.version));
    build("latest_version", version_json(node.latest_version))("deprecation_date", text_or_null(node.deprecation_date));
    build("primary_key", node.primary_key)("time_spine", nullptr);
}

void add_generic_test(ObjectBuilder &build, const Node &node) {
    build("column_name", text_or_null(node.column_name))("file_key_name", text_or_null(node.file_key_name));
    build("attached_node", text_or_null(node.attached_node));
    build("test_metadata", {{"name", node.test_metadata->name}, {"kwargs", node.test_metadata->kwargs},
                            {"namespace", text_or_null(node.test_metadata->package)}});
}

}  // namespace

Json manifest_json(const Node &node) {
    ObjectBuilder build;
    add_identity(build, node);
    add_properties(build, node);
    if (is_compiled(node))
        add_compiled(build, node);
    else
        build("root_path", nullptr)("depends_on", {{"macros", node.depends_on_macros}});
    if (node.resource_type == ResourceType::model) add_model(build, node);
    if (node.resource_type == ResourceType::function) build("returns", nullptr)("arguments", Json::array());
    if (node.test_metadata) add_generic_test(build, node);
    if (node.resource_type == ResourceType::operation) build("index", nullptr);
    return build.overlay(node.extra).take();
}

Json manifest_json(const Source &source) {
    ObjectBuilder build;
    build("database", text_or_null(source.database))("schema", source.schema)("name", source.name)("resource_type", "source");
    build("package_name", source.package_name)("path", source.path)("original_file_path", source.original_file_path);
    build("unique_id", source.unique_id)("fqn", source.fqn)("source_name", source.source_name);
    build("source_description", source.source_description)("loader", source.loader)("identifier", source.identifier);
    Json quoting = {{"database", nullptr}, {"schema", nullptr}, {"identifier", nullptr}, {"column", nullptr}};
    for (const auto &[key, value] : source.quoting.items()) quoting[key] = value;
    build("quoting", std::move(quoting))("loaded_at_field", text_or_null(source.loaded_at_field));
    build("loaded_at_query", text_or_null(source.loaded_at_query))("freshness", source.freshness)("external", source.external);
    build("description", source.description)("columns", columns_json(source.columns))("meta", source.meta)("source_meta", source.source_meta);
    build("tags", source.tags)("config", source.config)("patch_path", nullptr)("unrendered_config", Json::object());
    build("relation_name", text_or_null(source.relation_name))("unrendered_database", nullptr)("unrendered_schema", nullptr);
    return build("doc_blocks", Json::array()).overlay(source.extra).take();
}

Json manifest_json(const MacroInfo &macro) {
    return manifest_json(macro, macro.depends_on_macros);
}

Json manifest_json(const MacroInfo &macro, const std::vector<std::string> &calls) {
    ObjectBuilder build;
    build("name", macro.name)("resource_type", "macro")("package_name", macro.package_name)("path", macro.path);
    build("original_file_path", macro.original_file_path)("unique_id", macro.unique_id)("macro_sql", macro.macro_sql);
    build("depends_on", {{"macros", calls}})("description", macro.description)("meta", macro.meta)("docs", usual_docs());
    build("config", {{"meta", macro.meta}, {"docs", usual_docs()}})("patch_path", nullptr)("arguments", macro.arguments);
    build("supported_languages", macro.supported_languages.empty() ? Json() : Json(macro.supported_languages));
    return build.overlay(macro.extra).take();
}

Json manifest_json(const Doc &doc) {
    ObjectBuilder build;
    build("name", doc.name)("resource_type", "doc")("package_name", doc.package_name)("path", doc.path);
    return build("original_file_path", doc.original_file_path)("unique_id", doc.unique_id)("block_contents", doc.block_contents).take();
}

Json manifest_json(const OtherResource &resource) {
    ObjectBuilder build;
    build("name", resource.name)("resource_type", resource_type_name(resource.resource_type))("package_name", resource.package_name);
    build("path", resource.path)("original_file_path", resource.original_file_path)("unique_id", resource.unique_id);
    if (resource.resource_type != ResourceType::group) {
        build("fqn", resource.fqn)("depends_on", depends_on_json({}, resource.depends_on_nodes));
        if (resource.resource_type != ResourceType::unit_test) build("refs", refs_json(resource.refs));
    }
    return build.overlay(resource.content).take();
}

}  // namespace mesh::core::project
