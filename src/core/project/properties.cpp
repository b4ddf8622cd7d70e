// Property files: every .yml below the resource paths, taken apart into entries whose templates are rendered.
#include <algorithm>

#include "core/near.h"
#include "core/project/interrupt.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"
#include "core/project/property_rules.h"

namespace mesh::core::project {

namespace {

const std::vector<std::string> known_lists = {"models", "seeds", "snapshots", "sources", "macros", "analyses", "exposures", "groups", "unit_tests",
                                              "metrics", "semantic_models", "saved_queries", "data_tests", "functions"};

bool one_of(const std::string &word, std::initializer_list<const char *> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Tests' arguments, descriptions, hooks and queries are rendered where they are used. `from` parts of the path are left out.
bool rendered_later(const KeyPath &path, std::size_t from) {
    const std::size_t size = path.size() - from;
    const auto part = [&](std::size_t i) -> const std::string & { return path[from + i]; };
    const auto late = [&](const std::string &key) { return one_of(key, {"tests", "data_tests", "description", "loaded_at_query"}); };
    if (size >= 1 && late(part(0))) return true;
    if (size == 2 && late(part(1))) return true;
    if (size >= 2 && part(0) == "config" && one_of(part(1), {"pre_hook", "post_hook", "pre-hook", "post-hook", "loaded_at_query"})) return true;
    if (size == 5 && part(4) == "description") return true;
    return size >= 3 && one_of(part(0), {"columns", "dimensions", "measures", "entities"}) && one_of(part(2), {"tests", "data_tests", "description"});
}

bool rendered_now(const std::string &key, const KeyPath &path) {
    if (path.empty()) return true;
    if (key == "sources") {
        if (one_of(path[0], {"description", "loaded_at_query"})) return false;
        if (path.size() >= 2 && path[0] == "config" && path[1] == "loaded_at_query") return false;
        return path[0] != "tables" || path.size() < 2 || !rendered_later(path, 2);
    }
    if (key == "macros" && path[0] == "arguments") return !rendered_later(path, 1);
    if (key == "metrics" && (path.back() == "filter" || (path.size() > 1 && path[path.size() - 2] == "filter"))) return false;
    if (key == "saved_queries" && path.size() > 1 && path[0] == "query_params" && path[1] == "where") return false;
    return !rendered_later(path, 0);
}

// Where another key of an entry is misspelt, or belongs elsewhere.
void warn_unknown(ParseState &state, const Property &property, const Json &object, const YamlPlace &lines, const std::vector<std::string> &known,
                  const std::string &what) {
    std::size_t at = 0;
    for (const auto &item : object.items()) {
        const unsigned line = at < lines.children.size() ? lines.children[at].line : property.line;
        ++at;
        if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
        const auto close = near(item.key(), known);
        state.warn(property.place, line, "unknown key \"" + item.key() + "\" of " + what + (close.empty() ? "" : ". Perhaps you mean \"" + close[0] + "\"."));
    }
}

void check_keys(ParseState &state, const Property &property, const YamlPlace &lines) {
    static const std::vector<std::string> node = {"name", "description", "columns", "data_tests", "tests", "config", "docs", "meta", "access", "group",
                                                  "contract", "constraints", "quote_columns", "latest_version", "versions", "deprecation_date",
                                                  "time_spine", "relation", "data_type", "tags"};
    static const std::vector<std::string> column = {"name", "description", "data_type", "meta", "tags", "quote", "constraints", "docs", "config",
                                                    "data_tests", "tests", "granularity", "policy_tags"};
    static const std::vector<std::string> source = {"name", "description", "meta", "database", "dbname", "schema", "loader", "quoting", "freshness", "loaded_at_field",
                                                    "loaded_at_query", "tables", "tags", "config", "overrides"};
    static const std::vector<std::string> exposure = {"name", "type", "owner", "description", "label", "maturity", "meta", "tags", "url", "depends_on", "config"};
    const bool of_node = one_of(property.key, {"models", "seeds", "snapshots"});
    if (!of_node && !one_of(property.key, {"sources", "exposures"})) return;
    warn_unknown(state, property, property.entry, lines, of_node ? node : property.key == "sources" ? source : exposure,
                 property.key.substr(0, property.key.size() - 1) + " \"" + property.name + "\"");
    if (!of_node) return;
    std::size_t at = 0;
    for (const auto &item : property.entry.items()) {
        const YamlPlace *place = at < lines.children.size() ? &lines.children[at] : nullptr;
        ++at;
        if (item.key() != "columns" || !item.value().is_array() || !place) continue;
        for (std::size_t i = 0; i < item.value().size() && i < place->children.size(); ++i)
            if (item.value()[i].is_object())
                warn_unknown(state, property, item.value()[i], place->children[i], column, "a column of \"" + property.name + "\"");
    }
}

// Before its templates are rendered.
void keep_written(Property &property) {
    const auto keep = [&](const std::string &version, const Json &object) {
        if (const auto config = object.find("config"); config != object.end() && config->is_object()) property.written_configs[version] = *config;
    };
    keep("", property.entry);
    const auto versions = property.entry.find("versions");
    if (versions == property.entry.end() || !versions->is_array()) return;
    for (const Json &version : *versions)
        if (version.is_object() && version.contains("v")) keep(python_text(version["v"]), version);
}

bool has_name(const Json &entry) {
    if (!entry.is_object()) return false;
    const auto name = entry.find("name");
    return name != entry.end() && !name->is_null() && !name->is_structured();
}

void add_entry(ParseState &state, const ResourceFile &file, const std::string &key, Json entry, const YamlPlace &lines) {
    const std::string place = file.place();
    if (!entry.is_object()) fail("22023", "an entry of \"" + key + "\" is not a mapping", place, lines.line);
    if (!has_name(entry)) fail("22023", "an entry of \"" + key + "\" has no name", place, lines.line);
    Property &property = state.properties.emplace_back();
    property.package = file.package;
    property.key = key;
    property.original_path = file.original_path;
    property.path = file.path;
    property.place = place;
    property.text = file.text;
    property.line = lines.line;
    property.entry = std::move(entry);
    if (key == "sources")
        for (const char *part : {"database", "schema"})
            if (property.entry.contains(part)) property.unrendered[part] = property.entry[part];
    if (state.flag("state_modified_compare_more_unrendered_values")) keep_written(property);
    state.yaml_renderer(*file.package).render_tree(property.entry, [&](const KeyPath &path) { return rendered_now(key, path); }, place);
    property.name = python_text(property.entry["name"]);
    check_property(property);
    check_keys(state, property, lines);
}

void read_property_file(ParseState &state, const ResourceFile &file) {
    check_interrupt();
    YamlDocument document = read_yaml_file(*file.text, file.place());
    if (document.value.is_null()) return;
    if (!document.value.is_object()) fail("22023", "the property file is not valid: Dictionary expected", file.place(), document.place.line);
    for (const std::string &key : document.duplicate_keys) state.warn(file.place(), 0, "duplicate key, " + key);
    std::size_t at = 0;
    for (auto &item : document.value.items()) {
        YamlPlace &place = document.place.children[at++];
        const std::string key = item.key();
        if (key == "version" || key == "anchors") continue;
        if (std::find(known_lists.begin(), known_lists.end(), key) == known_lists.end()) {
            state.warn(file.place(), place.line, "unknown key \"" + key + "\". " + name_hint(key, known_lists));
            continue;
        }
        if (item.value().is_null()) continue;
        if (!item.value().is_array()) fail("22023", "The schema file at " + file.original_path + " is invalid because the value of '" + key + "' is not a list", file.place(), place.line);
        for (std::size_t i = 0; i < item.value().size(); ++i) {
            if (key == "data_tests" && !has_name(item.value()[i])) {  // they may be written there for their anchors alone
                state.warn(file.place(), place.children[i].line, "Unable to parse 'data_tests' section of file '" + file.original_path + "': Entry did not contain a name");
                break;
            }
            add_entry(state, file, key, std::move(item.value()[i]), place.children[i]);
        }
    }
}

}  // namespace

void read_properties(ParseState &state) {
    for (const LoadedProject &project : state.projects) {
        const Package &package = project.package;
        std::vector<std::string> paths;
        for (const auto *list : {&package.model_paths, &package.seed_paths, &package.snapshot_paths, &package.analysis_paths, &package.macro_paths,
                                 &package.test_paths, &package.function_paths})
            paths.insert(paths.end(), list->begin(), list->end());
        for (const ResourceFile &file : find_files(state.files, package, paths, {".yml", ".yaml"})) read_property_file(state, file);
    }
}

}  // namespace mesh::core::project
