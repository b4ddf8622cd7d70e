// A manifest.json taken apart. Whatever a shape has no field for, or would write otherwise, is kept in its `extra`.
#include "core/error.h"
#include "core/project/manifest_json.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

template <class Resource>
Json further(const Json &json, const Resource &resource) {
    const Json again = manifest_json(resource);
    Json extra = Json::object();
    for (const auto &[key, value] : json.items()) {
        const auto found = again.find(key);
        if (found == again.end() || *found != value) extra[key] = value;
    }
    return extra;
}

std::vector<Hook> hooks_from(const Json &config, const char *key) {
    std::vector<Hook> hooks;
    for (const auto &hook : member_or(config, key, Json::array()))
        if (hook.is_object()) hooks.push_back({text_of(hook, "sql"), hook.value("transaction", true)});
    return hooks;
}

std::vector<std::vector<std::string>> sources_from(const Json &json) {
    std::vector<std::vector<std::string>> sources;
    for (const auto &source : json) sources.push_back(source.get<std::vector<std::string>>());
    return sources;
}

void read_identity(const Json &json, Node &node) {
    node.unique_id = text_of(json, "unique_id");
    node.name = text_of(json, "name");
    node.package_name = text_of(json, "package_name");
    node.path = text_of(json, "path");
    node.original_file_path = text_of(json, "original_file_path");
    node.fqn = texts_of(json, "fqn");
    node.database = text_of(json, "database");
    node.schema = text_of(json, "schema");
    node.alias = text_of(json, "alias");
    node.relation_name = text_of(json, "relation_name");
    node.raw_code = text_of(json, json.contains("raw_sql") ? "raw_sql" : "raw_code");  // to version 6
    node.checksum = text_of(member_or(json, "checksum", Json::object()), "checksum");
    if (const std::string language = text_of(json, "language"); !language.empty()) node.language = language;
}

void read_properties(const Json &json, Node &node) {
    node.config = member_or(json, "config", Json::object());
    node.unrendered_config = member_or(json, "unrendered_config", Json::object());
    node.pre_hook = hooks_from(node.config, "pre-hook");
    node.post_hook = hooks_from(node.config, "post-hook");
    node.description = text_of(json, "description");
    node.patch_path = text_of(json, "patch_path");
    node.columns = columns_from(member_or(json, "columns", Json::object()));
    node.constraints = member_or(json, "constraints", Json::array());
    node.doc_blocks = member_or(json, "doc_blocks", Json::array());
    node.tags = texts_of(json, "tags");
    node.meta = member_or(json, "meta", Json::object());
    node.group = text_of(json, "group");
    if (const std::string access = text_of(json, "access"); !access.empty()) node.access = access;
    node.version = version_text(json.value("version", Json()));
    node.latest_version = version_text(json.value("latest_version", Json()));
    node.deprecation_date = text_of(json, "deprecation_date");
    node.contract_enforced = member_or(member_or(json, "contract", Json::object()), "enforced", false) == true;
    node.enabled = member_or(node.config, "enabled", true) == true;
    node.primary_key = texts_of(json, "primary_key");
}

void read_dependencies(const Json &json, Node &node) {
    node.refs = refs_from(member_or(json, "refs", Json::array()));
    node.sources = sources_from(member_or(json, "sources", Json::array()));
    node.functions = sources_from(member_or(json, "functions", Json::array()));
    const Json depends_on = member_or(json, "depends_on", Json::object());
    node.depends_on_nodes = texts_of(depends_on, "nodes");
    node.depends_on_macros = texts_of(depends_on, "macros");
}

void read_test(const Json &json, Node &node) {
    const Json metadata = member_or(json, "test_metadata", Json::object());
    if (metadata.empty()) return;
    node.test_metadata = TestMetadata{text_of(metadata, "name"), text_of(metadata, "namespace"), member_or(metadata, "kwargs", Json::object())};
    node.column_name = text_of(json, "column_name");
    node.file_key_name = text_of(json, "file_key_name");
    node.attached_node = text_of(json, "attached_node");
}

ResourceType type_of(const Json &json) {
    const std::string name = text_of(json, "resource_type");
    const auto type = resource_type_of(name);
    if (!type) throw Error("22023", "manifest has a resource of unknown type \"" + name + "\"", "Its id is \"" + text_of(json, "unique_id") + "\".");
    return *type;
}

Node node_of(const Json &json) {
    Node node;
    node.resource_type = type_of(json);
    read_identity(json, node);
    read_properties(json, node);
    read_dependencies(json, node);
    read_test(json, node);
    node.extra = further(json, node);
    return node;
}

Source source_of(const Json &json) {
    Source source;
    source.unique_id = text_of(json, "unique_id");
    source.name = text_of(json, "name");
    source.source_name = text_of(json, "source_name");
    source.package_name = text_of(json, "package_name");
    source.path = text_of(json, "path");
    source.original_file_path = text_of(json, "original_file_path");
    source.fqn = texts_of(json, "fqn");
    source.database = text_of(json, "database");
    source.schema = text_of(json, "schema");
    source.identifier = text_of(json, "identifier");
    source.relation_name = text_of(json, "relation_name");
    source.loader = text_of(json, "loader");
    source.loaded_at_field = text_of(json, "loaded_at_field");
    source.loaded_at_query = text_of(json, "loaded_at_query");
    source.freshness = json.value("freshness", Json());
    source.quoting = member_or(json, "quoting", Json::object());
    source.config = member_or(json, "config", Json::object());
    source.meta = member_or(json, "meta", Json::object());
    source.source_meta = member_or(json, "source_meta", Json::object());
    source.external = json.value("external", Json());
    source.description = text_of(json, "description");
    source.source_description = text_of(json, "source_description");
    source.columns = columns_from(member_or(json, "columns", Json::object()));
    source.tags = texts_of(json, "tags");
    source.enabled = member_or(source.config, "enabled", true) == true;
    source.extra = further(json, source);
    return source;
}

MacroInfo macro_of(const Json &json) {
    MacroInfo macro;
    macro.unique_id = text_of(json, "unique_id");
    macro.name = text_of(json, "name");
    macro.package_name = text_of(json, "package_name");
    macro.path = text_of(json, "path");
    macro.original_file_path = text_of(json, "original_file_path");
    macro.macro_sql = text_of(json, "macro_sql");
    macro.description = text_of(json, "description");
    macro.arguments = member_or(json, "arguments", Json::array());
    macro.meta = member_or(json, "meta", Json::object());
    macro.depends_on_macros = texts_of(member_or(json, "depends_on", Json::object()), "macros");
    macro.supported_languages = texts_of(json, "supported_languages");
    macro.extra = further(json, macro);
    return macro;
}

Doc doc_of(const Json &json) {
    return {text_of(json, "unique_id"), text_of(json, "name"), text_of(json, "package_name"), text_of(json, "path"),
            text_of(json, "original_file_path"), text_of(json, "block_contents")};
}

OtherResource other_of(const Json &json) {
    OtherResource other;
    other.resource_type = type_of(json);
    other.unique_id = text_of(json, "unique_id");
    other.name = text_of(json, "name");
    other.package_name = text_of(json, "package_name");
    other.path = text_of(json, "path");
    other.original_file_path = text_of(json, "original_file_path");
    other.fqn = texts_of(json, "fqn");
    other.content = json;
    other.refs = refs_from(member_or(json, "refs", Json::array()));
    other.sources = sources_from(member_or(json, "sources", Json::array()));
    other.depends_on_nodes = texts_of(member_or(json, "depends_on", Json::object()), "nodes");
    const Json config = member_or(json, "config", Json::object());
    other.tags = json.contains("tags") ? texts_of(json, "tags") : texts_of(config, "tags");
    other.enabled = member_or(config, "enabled", true) == true;
    return other;
}

void read_disabled(const Json &json, Manifest &manifest) {
    for (const auto &resource : json) {
        switch (type_of(resource)) {
            case ResourceType::source: manifest.disabled_sources.push_back(source_of(resource)); break;
            case ResourceType::exposure:
            case ResourceType::metric:
            case ResourceType::semantic_model:
            case ResourceType::saved_query:
            case ResourceType::unit_test: manifest.others.emplace(text_of(resource, "unique_id"), other_of(resource)); break;
            default: manifest.disabled.push_back(node_of(resource)); break;
        }
    }
}

// Hooks of the run are operations that say by a tag when they run, and by index in which order.
std::vector<std::string> hooks_of_run(const Manifest &manifest, const std::string &tag) {
    std::map<long, std::string> ordered;
    for (const auto &[id, node] : manifest.nodes)
        if (node.resource_type == ResourceType::operation && node.tags == std::vector<std::string>{tag})
            ordered.emplace(member_or(node.extra, "index", 0).get<long>(), id);
    std::vector<std::string> ids;
    for (const auto &[index, id] : ordered) ids.push_back(id);
    return ids;
}

void read(const Json &json, Manifest &manifest) {
    static const Json nothing = Json::object();
    const auto section = [&](const char *key) -> const Json & {
        const auto found = json.find(key);
        return found != json.end() && !found->is_null() ? *found : nothing;
    };
    manifest.metadata = section("metadata");
    manifest.project_name = text_of(manifest.metadata, "project_name");
    manifest.selectors = section("selectors");
    for (const char *key : {"nodes", "functions"})
        for (const auto &[id, node] : section(key).items()) manifest.nodes.emplace(id, node_of(node));
    for (const auto &[id, source] : section("sources").items()) manifest.sources.emplace(id, source_of(source));
    for (const auto &[id, macro] : section("macros").items()) manifest.macros.emplace(id, macro_of(macro));
    for (const auto &[id, doc] : section("docs").items()) manifest.docs.emplace(id, doc_of(doc));
    for (const char *key : {"exposures", "metrics", "groups", "saved_queries", "semantic_models", "unit_tests"})
        for (const auto &[id, other] : section(key).items()) manifest.others.emplace(id, other_of(other));
    for (const auto &list : section("disabled")) read_disabled(list, manifest);
    manifest.on_run_start = hooks_of_run(manifest, "on-run-start");
    manifest.on_run_end = hooks_of_run(manifest, "on-run-end");
}

// As dbt, which has read its manifests from version 4 on.
void check_version(const Json &json) {
    const std::string found = text_of(json["metadata"], "dbt_schema_version"), place = "https://schemas.getdbt.com/dbt/manifest/v";
    for (int version = 4; version <= 12; ++version)
        if (found == place + std::to_string(version) + ".json") return;
    if (!json["metadata"].contains("dbt_schema_version")) return;
    throw Error("22023", "Expected a schema version of \"" + place + "12.json\" in manifest.json, but found \"" + found + "\". Are you running with a different version of dbt?").with(ErrorKind::runtime);
}

}  // namespace

Manifest manifest_from_manifest_json(const Json &json) {
    if (!json.is_object() || !json.contains("nodes") || !json.contains("metadata"))
        throw Error("22023", "this is not a manifest", "", "A manifest.json is written by dbt or by meshctl into the target directory.");
    check_version(json);
    Manifest manifest;
    try {
        read(json, manifest);
    } catch (const Json::exception &error) {
        throw Error("22023", "manifest cannot be read", error.what());
    }
    return manifest;
}

}  // namespace mesh::core::project
