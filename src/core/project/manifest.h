// A dbt project as data: every resource that its files define, with the names, ids and settings dbt gives it.
// Field names are those of dbt's manifest (v12), so that dbt's documentation is theirs too.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/project/settings.h"

namespace mesh::core::project {

enum class ResourceType { model, seed, snapshot, test, unit_test, analysis, operation, source, exposure, group, macro, doc, metric, semantic_model, saved_query, function };

// "model", "seed", ...
const char *resource_type_name(ResourceType type);

// The type of that name, nullopt for none.
std::optional<ResourceType> resource_type_of(std::string_view name);

struct Ref {
    std::string name;
    std::string package;        // empty: any
    std::string version;        // empty: none given; as text, "2"
    bool operator==(const Ref &) const = default;
};

struct ColumnInfo {
    std::string name, description, data_type;
    bool quote = false;
    Json meta = Json::object(), tags = Json::array(), constraints = Json::array(), extra = Json::object();
    bool operator==(const ColumnInfo &) const = default;
};

// A hook: {"sql", "transaction", "index"}.
struct Hook {
    std::string sql;
    bool transaction = true;
    bool operator==(const Hook &) const = default;
};

struct TestMetadata {
    std::string name, package;  // of the generic test: "not_null", and its namespace (empty: none)
    Json kwargs = Json::object();
    bool operator==(const TestMetadata &) const = default;
};

// Models, seeds, snapshots, data tests, analyses, functions and operations (hooks of the run).
struct Node {
    ResourceType resource_type = ResourceType::model;
    std::string unique_id;                  // "model.shop.orders", "model.shop.orders.v2", "test.shop.not_null_orders_id.cf6c17daed"
    std::string name, package_name;
    std::string path, original_file_path;   // below its resource path; below its package's root
    std::string package_root;               // "" or "dbt_packages/dbt_utils/": prefix of original_file_path in Files
    std::vector<std::string> fqn;
    std::string database, schema, alias;
    std::string relation_name;              // "\"db\".\"schema\".\"alias\"", empty for ephemeral models, tests that store nothing ...
    std::string raw_code, language = "sql", checksum;
    Json config = Json::object();           // as resolved: every key that dbt's config has for the type, and what users added
    Json unrendered_config = Json::object();
    std::vector<Hook> pre_hook, post_hook;  // also in config
    std::string description, patch_path;    // "shop://models/schema.yml"
    std::vector<ColumnInfo> columns;
    Json constraints = Json::array(), doc_blocks = Json::array();
    std::vector<std::string> tags;
    Json meta = Json::object();
    std::string group, access = "protected";
    std::string version, latest_version;    // empty: not versioned
    std::string deprecation_date;
    bool contract_enforced = false;
    bool enabled = true;

    // Found while it was rendered for parsing.
    std::vector<Ref> refs;
    std::vector<std::vector<std::string>> sources;  // [source, table]
    std::vector<std::vector<std::string>> functions;  // of function(): [name] or [package, name]
    std::vector<std::string> depends_on_nodes;      // unique ids, resolved
    std::vector<std::string> depends_on_macros;     // unique ids

    // Data tests.
    std::optional<TestMetadata> test_metadata;      // none: a singular test
    std::string column_name, file_key_name, attached_node;
    bool lacks_target = false;                      // disabled because what it reads is: manifests have it among their nodes, as dbt's

    std::vector<std::string> primary_key;
    Json extra = Json::object();                    // further keys of the manifest, as they stand there: root_path of seeds, time_spine ...
    unsigned line = 0;                              // where it is defined, 0: its file's beginning
    bool is_external() const { return path.empty() && original_file_path.empty(); }  // a model of another project, see external.h
    bool operator==(const Node &) const = default;
};

struct Source {
    std::string unique_id;                  // "source.shop.raw.orders"
    std::string name, source_name, package_name, path, original_file_path;
    std::vector<std::string> fqn;
    std::string database, schema, identifier, relation_name, loader, loaded_at_field, loaded_at_query;
    Json freshness = nullptr;               // {"warn_after": {"count", "period"}, "error_after", "filter"} or null
    Json quoting = Json::object(), config = Json::object(), meta = Json::object(), source_meta = Json::object(), external = nullptr;
    std::string description, source_description;
    std::vector<ColumnInfo> columns;
    std::vector<std::string> tags;
    bool enabled = true;
    Json extra = Json::object();
    bool operator==(const Source &) const = default;
};

struct MacroInfo {
    std::string unique_id;                  // "macro.dbt_utils.star"
    std::string name;                       // "star"; "test_x" for generic tests, "materialization_x_default", "snapshot_x"
    std::string package_name, path, original_file_path;
    std::string macro_sql;                  // the block with its tags
    unsigned line = 1;                      // of the block in its file
    std::string description;
    Json arguments = Json::array(), meta = Json::object(), extra = Json::object();
    std::vector<std::string> depends_on_macros;
    std::vector<std::string> supported_languages;
    bool operator==(const MacroInfo &) const = default;
};

struct Doc {
    std::string unique_id, name, package_name, path, original_file_path, block_contents;
    bool operator==(const Doc &) const = default;
};

// What mesh carries as metadata: exposures, groups, metrics, semantic models, saved queries, unit tests.
struct OtherResource {
    ResourceType resource_type = ResourceType::exposure;
    std::string unique_id, name, package_name, path, original_file_path;
    std::vector<std::string> fqn;
    Json content = Json::object();          // as in the manifest, config included
    std::vector<Ref> refs;
    std::vector<std::vector<std::string>> sources;
    std::vector<std::string> depends_on_nodes;
    std::vector<std::string> tags;
    bool enabled = true;
    bool operator==(const OtherResource &) const = default;
};

struct Warning {
    std::string file;                       // empty: none
    unsigned line = 0;
    std::string text;
    std::string weight = "warning";         // "note": --warn-error lets it pass; "debug": as that, and told with --debug only
    bool operator==(const Warning &) const = default;
};

// One dbt_project.yml.
struct Package {
    std::string name, root;                 // "" or "dbt_packages/x/"
    std::string version, profile;
    Json project = Json::object();          // its text as data, rendered
    std::vector<std::string> model_paths, seed_paths, test_paths, analysis_paths, macro_paths, snapshot_paths, function_paths, docs_paths, asset_paths;
    bool operator==(const Package &) const = default;
};

struct Manifest {
    std::string project_name;               // the root project
    Target target;
    std::vector<Package> packages;          // root first, then dependencies; built-in packages are not in it
    std::map<std::string, Node> nodes;      // by unique id, enabled ones
    std::map<std::string, Source> sources;
    std::map<std::string, MacroInfo> macros;
    std::map<std::string, Doc> docs;
    std::map<std::string, OtherResource> others;
    std::vector<Node> disabled;
    std::vector<Source> disabled_sources;
    std::vector<std::string> on_run_start, on_run_end;  // unique ids of operations, in order
    Json selectors = Json::object();        // selectors.yml: name -> {"name", "definition", "default", "description"}
    Json metadata = Json::object();
    std::vector<Warning> warnings;

    const Package &root() const { return packages.front(); }
    bool operator==(const Manifest &) const = default;
};

}  // namespace mesh::core::project
