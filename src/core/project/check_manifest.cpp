// What must hold between the resources of a whole project.
#include <algorithm>
#include <map>
#include <set>

#include "core/near.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

std::string place_of(const Node &node) {
    return node.package_root + node.original_file_path;
}

bool relational(const Node &node) {
    return node.resource_type == ResourceType::model || node.resource_type == ResourceType::seed || node.resource_type == ResourceType::snapshot;
}

void check_relations(const Manifest &manifest, const Quoting &quoting) {
    std::unordered_map<std::string, const Node *> relations;
    for (const auto &[id, node] : manifest.nodes) {
        if (!relational(node)) continue;
        const std::string name = node.relation_name.empty() ? make_relation_name(quoting, node.database, node.schema, node.alias) : node.relation_name;
        const auto [found, added] = relations.emplace(name, &node);
        if (!added)
            fail("42710", "dbt found two resources with the database representation \"" + node.database + "." + node.schema + "." + node.alias + "\": \"" + id + "\" and \"" + found->second->unique_id + "\"",
                 place_of(node), node.line, "Give one of them another alias or schema. The other is in " + place_of(*found->second) + ".");
    }
}

// With versions a name is a model's own; with the project's flag two resources of a package never share one.
void check_names(const ParseState &state) {
    const bool unique = state.flag("require_unique_project_resource_names");
    std::map<std::pair<std::string, std::string>, const Node *> plain, versioned;
    for (const auto &[id, node] : state.manifest.nodes) {
        if (!relational(node)) continue;
        const std::pair name(node.package_name, node.name);
        if (!node.version.empty()) {
            versioned.emplace(name, &node);
            continue;
        }
        const auto [found, added] = plain.emplace(name, &node);
        if (!added && unique)
            fail("42710", "dbt found two resources with the name \"" + node.name + "\"", place_of(node), node.line,
                 "The other is in " + place_of(*found->second) + ". The flag require_unique_project_resource_names allows one.");
    }
    for (const auto &[name, node] : versioned)
        if (const auto found = plain.find(name); found != plain.end())
            fail("42710", "dbt found versioned and unversioned models with the name \"" + node->name + "\"", place_of(*found->second), found->second->line,
                 "Rename this one, or add it to the versions in " + node->patch_path + ".");
}

void check_groups(const ParseState &state) {
    std::vector<std::string> groups;
    for (const Manifest *manifest : {&state.manifest, state.rest})
        if (manifest != nullptr)
            for (const auto &[id, other] : manifest->others)
                if (other.resource_type == ResourceType::group) groups.push_back(other.name);
    for (const auto &[id, node] : state.manifest.nodes)
        if (!node.group.empty() && std::find(groups.begin(), groups.end(), node.group) == groups.end())
            fail("42704", "Invalid group '" + node.group + "' of \"" + node.name + "\"", place_of(node), node.line, name_hint(node.group, groups));
}

void check_snapshot(const Node &node) {
    const Json &config = node.config;
    const auto refuse = [&](const std::string &message, const std::string &hint) { fail("22023", "snapshot \"" + node.name + "\": " + message, place_of(node), node.line, hint); };
    const auto given = [&](const char *key) { return !config[key].is_null() && config[key] != ""; };
    if (!given("strategy") || !given("unique_key")) refuse("Snapshots must be configured with a 'strategy' and 'unique_key'.", "Set both in its config.");
    if (config["strategy"] == "check") {
        if (!given("check_cols") || config["check_cols"].empty()) refuse("A snapshot configured with the check strategy must specify a check_cols configuration.", "Set check_cols to a list of columns, or to 'all'.");
        if (config["check_cols"].is_string() && config["check_cols"] != "all") refuse("Invalid value for 'check_cols': " + config["check_cols"].get<std::string>() + ". Expected 'all' or a list of strings.", "");
    }
    if (config["strategy"] == "timestamp") {
        if (!given("updated_at")) refuse("A snapshot configured with the timestamp strategy must specify an updated_at configuration.", "Set updated_at to the column with the time of the last change.");
        if (given("check_cols") && !config["check_cols"].empty()) refuse("A 'timestamp' snapshot should not have 'check_cols'", "Leave check_cols away.");
    }
    if (config["materialized"] != "snapshot") refuse("A snapshot must have a materialized value of 'snapshot'", "Leave materialized away.");
}

void check_microbatch(const Node &node) {
    if (node.config["materialized"] != "incremental" || node.config["incremental_strategy"] != "microbatch") return;
    const auto refuse = [&](const std::string &message) { fail("22023", "microbatch model \"" + node.name + "\" " + message, place_of(node), node.line); };
    if (!node.config["event_time"].is_string()) refuse("has no event_time");
    if (!node.config["begin"].is_string()) refuse("has no begin");
    const Json &size = node.config["batch_size"];
    if (size != "hour" && size != "day" && size != "month" && size != "year") refuse("needs a batch_size of hour, day, month or year");
    if (!node.config["lookback"].is_number_integer() && !node.config["lookback"].is_null()) refuse("has a lookback that is no whole number");
}

// dbt's since 1.10: an error, unless the project's flag lets them be a warning.
void check_spaces(ParseState &state) {
    const bool refused = state.flag("require_resource_names_without_spaces");
    std::string list;
    for (const auto &[id, node] : state.manifest.nodes) {
        if (node.name.find(' ') == std::string::npos) continue;
        list += "\n  * '" + id + "' (" + place_of(node) + ")";
        if (!refused) state.warn(place_of(node), node.line, "Found spaces in the name of `" + id + "`. This is deprecated, and may lead to errors when using dbt.");
    }
    if (refused && !list.empty())
        throw Error("42602", "Resource names cannot contain spaces:" + list + "\nPlease rename the invalid model(s) so that their name(s) do not contain any spaces.", "",
                    "The flag require_resource_names_without_spaces: false in dbt_project.yml makes this a warning.");
}

void check_node(const Node &node) {
    if (node.resource_type == ResourceType::snapshot) check_snapshot(node);
    if (node.resource_type != ResourceType::model) return;
    if (node.access == "public" && node.config["materialized"] == "ephemeral")
        fail("22023", "model \"" + node.name + "\" is public and ephemeral", place_of(node), node.line, "Materialize it, or make it protected.");
    check_microbatch(node);
}

using Path = std::vector<std::string>;

// Paths of a tree in dbt_project.yml that configure something.
void config_paths(const Json &tree, Path &path, std::set<Path> &paths) {
    for (const auto &item : tree.items()) {
        if (item.value().is_object() && (item.key().empty() || item.key()[0] != '+')) {
            path.push_back(item.key());
            config_paths(item.value(), path, paths);
            path.pop_back();
        } else {
            paths.insert(path);
        }
    }
}

bool used(const Path &path, const std::vector<const Path *> &fqns) {
    return std::any_of(fqns.begin(), fqns.end(), [&](const Path *fqn) {
        return path.size() <= fqn->size() && std::equal(path.begin(), path.end(), fqn->begin());
    });
}

void warn_unused_configs(ParseState &state) {
    const std::pair<const char *, ResourceType> trees[] = {{"models", ResourceType::model}, {"seeds", ResourceType::seed}, {"snapshots", ResourceType::snapshot},
                                                           {"data_tests", ResourceType::test}, {"sources", ResourceType::source}, {"functions", ResourceType::function}};
    std::string list;
    std::size_t count = 0;
    for (const auto &[key, type] : trees) {
        std::set<Path> paths;
        Path path;
        const auto tree = state.root().project.find(key);
        if (tree == state.root().project.end() || !tree->is_object()) continue;
        config_paths(*tree, path, paths);
        std::vector<const Path *> fqns;
        for (const auto &[id, node] : state.manifest.nodes)
            if (node.resource_type == type || (type == ResourceType::model && node.resource_type == ResourceType::analysis)) fqns.push_back(&node.fqn);
        for (const Node &node : state.manifest.disabled) fqns.push_back(&node.fqn);
        for (const auto &[id, source] : state.manifest.sources) fqns.push_back(&source.fqn);
        for (const Source &source : state.manifest.disabled_sources) fqns.push_back(&source.fqn);
        for (const Path &configured : paths) {
            if (configured.empty() || used(configured, fqns)) continue;
            ++count;
            list += std::string("\n- ") + key;
            for (const std::string &part : configured) list += "." + part;
        }
    }
    if (count)
        state.warn("dbt_project.yml", 0, "Configuration paths exist in your dbt_project.yml file which do not apply to any resources.\nThere are " +
                                             std::to_string(count) + " unused configuration paths:" + list);
}

}  // namespace

void check_manifest(ParseState &state) {
    check_names(state);
    check_relations(state.manifest, state.quoting);
    check_groups(state);
    check_spaces(state);
    for (const auto &[id, node] : state.manifest.nodes) check_node(node);
    if (!state.part) warn_unused_configs(state);
}

namespace {

struct KeyEvidence {
    std::set<std::string> unique, disabled_unique, not_null;
};

std::vector<std::string> tested_columns(const TestMetadata &test) {
    if (const auto column = test.kwargs.find("column_name"); column != test.kwargs.end() && column->is_string()) return {column->get<std::string>()};
    std::vector<std::string> columns;
    if (const auto list = test.kwargs.find("combination_of_columns"); list != test.kwargs.end() && list->is_array())
        for (const Json &item : *list)
            if (item.is_string()) columns.push_back(item);
    return columns;
}

void collect(const Node &test, std::unordered_map<std::string, KeyEvidence> &evidence) {
    if (!test.test_metadata || test.attached_node.empty()) return;
    KeyEvidence &model = evidence[test.attached_node];
    const std::string &name = test.test_metadata->name;
    for (const std::string &column : tested_columns(*test.test_metadata)) {
        if (name == "unique" || name == "unique_combination_of_columns") (test.enabled ? model.unique : model.disabled_unique).insert(column);
        else if (name == "not_null") model.not_null.insert(column);
    }
}

std::vector<std::string> primary_key(const Node &node, const KeyEvidence &evidence) {
    for (const Json &constraint : node.constraints)
        if (constraint.value("type", Json()) == "primary_key") return constraint.value("columns", std::vector<std::string>());
    for (const ColumnInfo &column : node.columns)
        for (const Json &constraint : column.constraints)
            if (constraint.value("type", Json()) == "primary_key") return {column.name};
    std::set<std::string> all = evidence.unique, both, enabled_both;
    all.insert(evidence.disabled_unique.begin(), evidence.disabled_unique.end());
    std::set_intersection(evidence.unique.begin(), evidence.unique.end(), evidence.not_null.begin(), evidence.not_null.end(), std::inserter(enabled_both, enabled_both.end()));
    std::set_intersection(all.begin(), all.end(), evidence.not_null.begin(), evidence.not_null.end(), std::inserter(both, both.end()));
    for (const std::set<std::string> *set : {&std::as_const(enabled_both), &std::as_const(both), &evidence.unique, &std::as_const(all)})
        if (!set->empty()) return {set->begin(), set->end()};
    return {};
}

}  // namespace

void infer_primary_keys(ParseState &state) {
    std::unordered_map<std::string, KeyEvidence> evidence;
    for (const auto &[id, node] : state.manifest.nodes) collect(node, evidence);
    for (const Node &node : state.manifest.disabled) collect(node, evidence);
    for (auto &[id, node] : state.manifest.nodes) {
        if (node.resource_type != ResourceType::model) continue;
        node.primary_key = primary_key(node, evidence[id]);
        std::sort(node.primary_key.begin(), node.primary_key.end());
    }
}

}  // namespace mesh::core::project
