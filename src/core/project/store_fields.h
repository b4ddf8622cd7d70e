// The fields of each shape, once, for writing and for reading: a visitor gets key, field, and what the field is when left out.
#pragma once

#include <concepts>
#include <type_traits>

#include "core/project/manifest.h"

namespace mesh::core::project {

// T is `Shape` or `const Shape`.
template <class T, class Shape>
concept IsA = std::same_as<std::remove_const_t<T>, Shape>;

// Where a field mostly follows from those before it; all of them are only guesses that save space.
inline std::string below_first_directory(const std::string &path) {
    const auto slash = path.find('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

inline std::string usual_path(const Node &node) {
    return node.resource_type == ResourceType::test ? node.name + ".sql" : below_first_directory(node.original_file_path);
}

inline std::vector<std::string> usual_fqn(const Node &node) {
    std::vector<std::string> parts = {node.package_name};
    const std::string path = node.resource_type == ResourceType::test ? below_first_directory(node.original_file_path) : node.path;
    std::size_t from = 0;
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', from)) {
        parts.push_back(path.substr(from, slash - from));
        from = slash + 1;
    }
    parts.push_back(node.name);
    return parts;
}

inline std::string usual_relation_name(const std::string &database, const std::string &schema, const std::string &identifier) {
    return "\"" + database + "\".\"" + schema + "\".\"" + identifier + "\"";
}

inline std::string usual_relation_name(const Node &node) {
    return node.resource_type == ResourceType::test ? "" : usual_relation_name(node.database, node.schema, node.alias);
}

inline std::string usual_test_code(const Node &node) {
    if (!node.test_metadata) return "";
    const std::string prefix = node.test_metadata->package.empty() ? "" : node.test_metadata->package + ".";
    return "{{ " + prefix + "test_" + node.test_metadata->name + "(**_dbt_generic_test_kwargs) }}";
}

inline std::string unique_id_of(const char *type, const std::string &package, const std::string &name) {
    return std::string(type) + "." + package + "." + name;
}

template <class V, IsA<Ref> T>
void fields(V &v, T &ref) {
    v("name", ref.name, {});
    v("package", ref.package, {});
    v("version", ref.version, {});
}

template <class V, IsA<ColumnInfo> T>
void fields(V &v, T &column) {
    v("name", column.name, {});
    v("description", column.description, {});
    v("data_type", column.data_type, {});
    v("quote", column.quote, false);
    v("meta", column.meta, Json::object());
    v("tags", column.tags, Json::array());
    v("constraints", column.constraints, Json::array());
    v("extra", column.extra, Json::object());
}

template <class V, IsA<Hook> T>
void fields(V &v, T &hook) {
    v("sql", hook.sql, {});
    v("transaction", hook.transaction, true);
}

template <class V, IsA<TestMetadata> T>
void fields(V &v, T &test) {
    v("name", test.name, {});
    v("package", test.package, {});
    v("kwargs", test.kwargs, Json::object());
}

template <class V, IsA<Node> T>
void fields(V &v, T &node) {
    v("resource_type", node.resource_type, ResourceType::model);
    v("name", node.name, {});
    v("package_name", node.package_name, {});
    v("unique_id", node.unique_id, unique_id_of(resource_type_name(node.resource_type), node.package_name, node.name));
    v("original_file_path", node.original_file_path, {});
    v("path", node.path, usual_path(node));
    v("package_root", node.package_root, {});
    v("fqn", node.fqn, usual_fqn(node));
    v("database", node.database, {});
    v("schema", node.schema, {});
    v("alias", node.alias, node.name);
    v("relation_name", node.relation_name, usual_relation_name(node));
    v("test_metadata", node.test_metadata, {});
    v("raw_code", node.raw_code, usual_test_code(node));
    v("language", node.language, "sql");
    v("checksum", node.checksum, {});
    v.config(node.resource_type, node.config);
    v("unrendered_config", node.unrendered_config, Json::object());
    v("pre_hook", node.pre_hook, {});
    v("post_hook", node.post_hook, {});
    v("description", node.description, {});
    v("patch_path", node.patch_path, {});
    v("columns", node.columns, {});
    v("constraints", node.constraints, Json::array());
    v("doc_blocks", node.doc_blocks, Json::array());
    v("tags", node.tags, {});
    v("meta", node.meta, Json::object());
    v("group", node.group, {});
    v("access", node.access, "protected");
    v("version", node.version, {});
    v("latest_version", node.latest_version, {});
    v("deprecation_date", node.deprecation_date, {});
    v("contract_enforced", node.contract_enforced, false);
    v("enabled", node.enabled, true);
    v("refs", node.refs, {});
    v("sources", node.sources, {});
    v("functions", node.functions, {});
    v("depends_on_nodes", node.depends_on_nodes, {});
    v("depends_on_macros", node.depends_on_macros, {});
    v("column_name", node.column_name, {});
    v("file_key_name", node.file_key_name, {});
    v("attached_node", node.attached_node, {});
    v("lacks_target", node.lacks_target, false);
    v("primary_key", node.primary_key, {});
    v("extra", node.extra, Json::object());
    v("line", node.line, 0U);
}

template <class V, IsA<Source> T>
void fields(V &v, T &source) {
    v("name", source.name, {});
    v("source_name", source.source_name, {});
    v("package_name", source.package_name, {});
    v("unique_id", source.unique_id, unique_id_of("source", source.package_name, source.source_name + "." + source.name));
    v("original_file_path", source.original_file_path, {});
    v("path", source.path, source.original_file_path);
    v("fqn", source.fqn, {});
    v("database", source.database, {});
    v("schema", source.schema, {});
    v("identifier", source.identifier, source.name);
    v("relation_name", source.relation_name, usual_relation_name(source.database, source.schema, source.identifier));
    v("loader", source.loader, {});
    v("loaded_at_field", source.loaded_at_field, {});
    v("loaded_at_query", source.loaded_at_query, {});
    v("freshness", source.freshness, nullptr);
    v("quoting", source.quoting, Json::object());
    v("config", source.config, Json::object());
    v("meta", source.meta, Json::object());
    v("source_meta", source.source_meta, Json::object());
    v("external", source.external, nullptr);
    v("description", source.description, {});
    v("source_description", source.source_description, {});
    v("columns", source.columns, {});
    v("tags", source.tags, {});
    v("enabled", source.enabled, true);
    v("extra", source.extra, Json::object());
}

template <class V, IsA<MacroInfo> T>
void fields(V &v, T &macro) {
    v("name", macro.name, {});
    v("package_name", macro.package_name, {});
    v("unique_id", macro.unique_id, unique_id_of("macro", macro.package_name, macro.name));
    v("original_file_path", macro.original_file_path, {});
    v("path", macro.path, macro.original_file_path);
    v("macro_sql", macro.macro_sql, {});
    v("line", macro.line, 1U);
    v("description", macro.description, {});
    v("arguments", macro.arguments, Json::array());
    v("meta", macro.meta, Json::object());
    v("extra", macro.extra, Json::object());
    v("depends_on_macros", macro.depends_on_macros, {});
    v("supported_languages", macro.supported_languages, {});
}

template <class V, IsA<Doc> T>
void fields(V &v, T &doc) {
    v("name", doc.name, {});
    v("package_name", doc.package_name, {});
    v("unique_id", doc.unique_id, unique_id_of("doc", doc.package_name, doc.name));
    v("original_file_path", doc.original_file_path, {});
    v("path", doc.path, below_first_directory(doc.original_file_path));
    v("block_contents", doc.block_contents, {});
}

template <class V, IsA<OtherResource> T>
void fields(V &v, T &other) {
    v("resource_type", other.resource_type, ResourceType::exposure);
    v("name", other.name, {});
    v("package_name", other.package_name, {});
    v("unique_id", other.unique_id, unique_id_of(resource_type_name(other.resource_type), other.package_name, other.name));
    v("original_file_path", other.original_file_path, {});
    v("path", other.path, below_first_directory(other.original_file_path));
    v("fqn", other.fqn, {});
    v("content", other.content, Json::object());
    v("refs", other.refs, {});
    v("sources", other.sources, {});
    v("depends_on_nodes", other.depends_on_nodes, {});
    v("tags", other.tags, {});
    v("enabled", other.enabled, true);
}

template <class V, IsA<Warning> T>
void fields(V &v, T &warning) {
    v("file", warning.file, {});
    v("line", warning.line, 0U);
    v("text", warning.text, {});
    v("weight", warning.weight, "warning");
}

template <class V, IsA<Package> T>
void fields(V &v, T &package) {
    v("name", package.name, {});
    v("root", package.root, {});
    v("version", package.version, {});
    v("profile", package.profile, {});
    v("project", package.project, Json::object());
    v("model_paths", package.model_paths, {});
    v("seed_paths", package.seed_paths, {});
    v("test_paths", package.test_paths, {});
    v("analysis_paths", package.analysis_paths, {});
    v("macro_paths", package.macro_paths, {});
    v("snapshot_paths", package.snapshot_paths, {});
    v("function_paths", package.function_paths, {});
    v("docs_paths", package.docs_paths, {});
    v("asset_paths", package.asset_paths, {});
}

template <class V, IsA<Target> T>
void fields(V &v, T &target) {
    v("profile_name", target.profile_name, {});
    v("name", target.name, {});
    v("type", target.type, "postgres");
    v("database", target.database, {});
    v("schema", target.schema, {});
    v("user", target.user, {});
    v("host", target.host, {});
    v("port", target.port, 5432L);
    v("threads", target.threads, 1L);
    v("all", target.all, Json::object());
}

template <class V, IsA<Manifest> T>
void fields(V &v, T &manifest) {
    v("project_name", manifest.project_name, {});
    v("target", manifest.target, {});
    v("packages", manifest.packages, {});
    v("on_run_start", manifest.on_run_start, {});
    v("on_run_end", manifest.on_run_end, {});
    v("selectors", manifest.selectors, Json::object());
    v("metadata", manifest.metadata, Json::object());
    v("warnings", manifest.warnings, {});
}

}  // namespace mesh::core::project
