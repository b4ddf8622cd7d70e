// Properties onto the nodes they are for.
#include <algorithm>

#include "core/near.h"
#include "core/project/columns.h"
#include "core/project/macro_arguments.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

// meta, docs, group, contract and access may stand beside config, but not twice.
Json patch_config(const Json &entry, const Property &property) {
    Json config = entry.value("config", Json::object());
    if (config.is_null()) config = Json::object();
    if (!config.is_object()) fail("22023", "config of \"" + property.name + "\" is not a mapping", property.place, property.line);
    for (const char *key : {"meta", "docs", "group", "contract", "access"}) {
        const auto found = entry.find(key);
        if (found == entry.end()) continue;
        if (config.contains(key))
            fail("22023", "\"" + property.name + "\" has \"" + key + "\" both in config and beside it", property.place, property.line, "Keep the one in config.");
        config[key] = *found;
    }
    return config;
}

// "2027-01-01" and "2027-01-01 10:00" as dbt writes them, in UTC.
std::string date_member(const Json &object, const char *key) {
    std::string text = text_member(object, key);
    if (text.size() < 10) return text;
    if (text.size() == 10) text += "T00:00:00";
    text[10] = 'T';
    if (text.size() == 16) text += ":00";
    return text.size() == 19 ? text + "+00:00" : text;
}

void check_unpatched(const Draft &draft, const Property &property) {
    if (!draft.patch) return;
    fail("42710", "dbt found two schema.yml entries for the same resource named " + property.name, property.place, property.line,
         "The others are in " + draft.patch->place + ", line " + std::to_string(draft.patch->line) + ".");
}

std::string required_text(const Json &object, const char *key, const std::string &what, const Property &property) {
    if (!object.is_object() || !object.contains(key) || !object[key].is_string())
        fail("22023", what + " of function \"" + property.name + "\" has no " + key, property.place, property.line, "For example: {name: price, data_type: numeric}.");
    return object[key].get<std::string>();
}

// {"name", "data_type", "description", "default_value"} each, those with a default last.
void apply_signature(Node &node, const Property &property) {
    Json arguments = Json::array();
    bool with_default = false;
    for (const Json &argument : list_member(property.entry, "arguments", property)) {
        const std::string name = required_text(argument, "name", "an argument", property);
        const Json value = argument.value("default_value", Json());
        if (with_default && value.is_null())
            fail("22023", "argument \"" + name + "\" of function \"" + property.name + "\" has no default and comes after one that has", property.place, property.line,
                 "Put the arguments with a default_value last.");
        with_default = !value.is_null();
        arguments.push_back({{"name", name}, {"data_type", required_text(argument, "data_type", "argument \"" + name + "\"", property)},
                             {"description", argument.value("description", Json())}, {"default_value", value}});
    }
    const Json returns = property.entry.value("returns", Json());
    node.extra["arguments"] = std::move(arguments);
    node.extra["returns"] = {{"data_type", required_text(returns, "data_type", "returns", property)}, {"description", returns.value("description", Json())}};
}

void apply(Draft &draft, const Property &property, Json config) {
    check_unpatched(draft, property);
    Node &node = draft.node;
    draft.patch = &property;
    if (node.language == "python" && !config.contains("materialized")) config["materialized"] = "table";
    if (!config.empty()) draft.patch_config = std::move(config);
    if (const auto written = property.written_configs.find(""); written != property.written_configs.end()) draft.written_patch = *written;
    node.patch_path = property.file_id();
    node.description = text_member(property.entry, "description");
    node.columns = read_columns(list_member(property.entry, "columns", property), property);
    if (node.resource_type == ResourceType::function) apply_signature(node, property);
    if (node.resource_type != ResourceType::model) return;
    node.constraints = list_member(property.entry, "constraints", property);
    node.deprecation_date = date_member(property.entry, "deprecation_date");
    if (const Json spine = property.entry.value("time_spine", Json()); spine.is_object()) {
        node.extra["time_spine"] = spine;
        if (!spine.contains("custom_granularities")) node.extra["time_spine"]["custom_granularities"] = Json::array();
    }
}

ResourceType type_of_key(const std::string &key) {
    if (key == "seeds") return ResourceType::seed;
    if (key == "snapshots") return ResourceType::snapshot;
    return key == "analyses" ? ResourceType::analysis : ResourceType::model;
}

// The drafts of a name that properties mean: an enabled one of the package, of any package, else the disabled ones of the package.
std::vector<Draft *> targets(const ParseState &state, const std::string &name, const std::string &package) {
    const auto found = state.refables.find(name);
    if (found == state.refables.end()) return {};
    std::vector<Draft *> disabled;
    Draft *other = nullptr;
    for (Draft *draft : found->second) {
        const bool own = draft->node.package_name == package;
        if (draft->enabled_by_itself && own) return {draft};
        if (draft->enabled_by_itself && !other) other = draft;
        if (!draft->enabled_by_itself && own) disabled.push_back(draft);
    }
    if (other) return {other};
    return disabled;
}

std::vector<std::string> names_of(const ParseState &state) {
    std::vector<std::string> names;
    for (const auto &[name, drafts] : state.refables) names.push_back(name);
    return names;
}

void warn_no_node(ParseState &state, const Property &property, const std::string &name) {
    state.need_whole("no " + property.key + " \"" + name + "\" found for the properties in \"" + property.place + "\"");
    const auto close = near(name, names_of(state));
    state.warn(property.place, property.line, "Did not find matching node for patch with name '" + name + "' in the '" + property.key + "' section of file '" + property.original_path + "'" +
                                                  (close.empty() ? "" : ". Perhaps you mean \"" + close[0] + "\"."));
}

void patch_node(ParseState &state, const Property &property) {
    const std::vector<Draft *> found = targets(state, property.name, property.package->name);
    if (found.empty()) return warn_no_node(state, property, property.name);
    const ResourceType wanted = type_of_key(property.key);
    if (found[0]->node.resource_type != wanted) {
        state.warn(property.place, property.line, "\"" + property.name + "\" is a " + resource_type_name(found[0]->node.resource_type) + " and its properties stand under \"" + property.key + "\"");
        return;
    }
    const Json config = patch_config(property.entry, property);
    if (found.size() > 1 && config.value("enabled", Json()) == true)
        fail("42710", "Found " + std::to_string(found.size()) + " matching disabled nodes for " + resource_type_name(wanted) + " '" + property.name + "'", property.place, property.line,
             "Enable one of them in its file or in dbt_project.yml.");
    for (Draft *draft : found) apply(*draft, property, config);
}

void patch_by_type(ParseState &state, const Property &property, ResourceType type) {
    for (Draft &draft : state.drafts)
        if (draft.node.resource_type == type && draft.node.name == property.name && draft.node.package_name == property.package->name)
            return apply(draft, property, patch_config(property.entry, property));
    warn_no_node(state, property, property.name);
}

std::string latest_of(const Json &versions, const Property &property) {
    std::string latest;
    std::vector<std::string> seen;
    for (const Json &version : versions) {
        if (!version.is_object() || !version.contains("v")) fail("22023", "a version of model \"" + property.name + "\" has no \"v\"", property.place, property.line);
        const std::string name = version_name(version["v"]);
        if (std::find(seen.begin(), seen.end(), name) != seen.end())
            fail("42710", "version " + name + " of model \"" + property.name + "\" is defined twice", property.place, property.line);
        seen.push_back(name);
        if (latest.empty() || version_less(latest, name)) latest = name;
    }
    const auto given = property.entry.find("latest_version");
    if (given == property.entry.end() || given->is_null()) return latest;
    const std::string name = version_name(*given);
    if (std::find(seen.begin(), seen.end(), name) == seen.end())
        fail("42704", "latest_version " + name + " is not one of model \"" + property.name + "\"'s versions", property.place, property.line, name_hint(name, seen));
    return name;
}

// The file of a version: defined_in, <name>_v<v>, or for the latest one <name>.
Draft *version_draft(const ParseState &state, const Property &property, const std::string &file, bool latest) {
    std::vector<Draft *> found = targets(state, file, property.package->name);
    if (latest && (found.empty() || !found[0]->enabled_by_itself))
        if (std::vector<Draft *> plain = targets(state, property.name, property.package->name); !plain.empty()) found = std::move(plain);
    return found.empty() ? nullptr : found[0];
}

void apply_version(Draft &draft, const Property &property, const Json &version, const std::string &latest) {
    apply(draft, property, deep_merge(patch_config(property.entry, property), version.value("config", Json::object())));
    Node &node = draft.node;
    node.version = version_name(version["v"]);
    node.latest_version = latest;
    const auto written = property.written_configs.find(python_text(version["v"]));
    draft.written_patch = written != property.written_configs.end() ? *written : Json();
    node.name = property.name;
    node.unique_id = "model." + property.package->name + "." + property.name + ".v" + node.version;
    node.fqn.back() = property.name;
    node.fqn.push_back("v" + node.version);
    node.columns = read_columns(version_columns(property.entry, version, property), property);
    if (const std::string text = text_member(version, "description"); !text.empty()) node.description = text;
    if (const Json &own = list_member(version, "constraints", property); !own.empty()) node.constraints = own;
    node.deprecation_date = date_member(version, "deprecation_date");
    if (draft.patch_config.is_null()) draft.patch_config = Json::object();
}

void patch_versions(ParseState &state, const Property &property, const Json &versions) {
    const std::string latest = latest_of(versions, property);
    std::vector<std::pair<Draft *, const Json *>> found;
    for (const Json &version : versions) {
        const std::string name = version_name(version["v"]);
        std::string file = text_member(version, "defined_in");
        if (file.empty()) file = property.name + "_v" + name;
        Draft *draft = version_draft(state, property, file, name == latest);
        if (!draft || draft->node.resource_type != ResourceType::model) warn_no_node(state, property, file);
        else found.emplace_back(draft, &version);
    }
    for (const auto &[draft, version] : found) apply_version(*draft, property, *version, latest);
}

// docs of its config come in the place of its own, meta beside it.
void describe_macro(MacroInfo &macro, const Json &entry) {
    const auto mapping = [](const Json &from, const char *key) { return from.is_object() && from.contains(key) && from[key].is_object() ? from[key] : Json::object(); };
    const Json config = mapping(entry, "config");
    macro.meta = mapping(entry, "meta");
    macro.meta.update(mapping(config, "meta"));
    Json docs = mapping(config, "docs");
    if (docs.empty()) docs = mapping(entry, "docs");
    if (docs.empty()) return;
    docs = {{"show", docs.value("show", Json(true))}, {"node_color", docs.value("node_color", Json())}};
    macro.extra["docs"] = docs;
    macro.extra["config"] = {{"meta", macro.meta}, {"docs", docs}};
}

void set_checked_arguments(ParseState &state, const Property &property, MacroInfo &macro, Json &described) {
    for (const std::string &fault : argument_faults(macro, described)) state.warn(property.place, property.line, fault);
    macro.arguments = std::move(described);
}

void patch_macro(ParseState &state, const Property &property) {
    const auto found = state.manifest.macros.find("macro." + property.package->name + "." + property.name);
    if (found == state.manifest.macros.end()) {
        state.warn(property.place, property.line, "no macro \"" + property.name + "\" found for these properties. " + name_hint(property.name, state.macros->names("")));
        return;
    }
    MacroInfo &macro = found->second;
    macro.description = text_member(property.entry, "description");
    macro.extra["patch_path"] = property.file_id();
    describe_macro(macro, property.entry);
    Json arguments = Json::array();
    for (const Json &argument : list_member(property.entry, "arguments", property)) {
        const Json type = argument.is_object() ? argument.value("type", Json()) : Json();
        arguments.push_back({{"name", text_member(argument, "name")}, {"type", type}, {"description", text_member(argument, "description")}});
    }
    if (!state.flag("validate_macro_args")) macro.arguments = std::move(arguments);
    else if (!arguments.empty()) set_checked_arguments(state, property, macro, arguments);
}

void patch(ParseState &state, const Property &property) {
    if (property.key == "macros") return patch_macro(state, property);
    if (property.key == "analyses") return patch_by_type(state, property, ResourceType::analysis);
    if (property.key == "functions") return patch_by_type(state, property, ResourceType::function);
    if (property.key == "data_tests") return patch_by_type(state, property, ResourceType::test);
    if (property.key != "models" && property.key != "seeds" && property.key != "snapshots") return;
    const Json &versions = list_member(property.entry, "versions", property);
    if (property.key == "models" && !versions.empty()) patch_versions(state, property, versions);
    else patch_node(state, property);
}

}  // namespace

void apply_properties(ParseState &state) {
    for (Draft &draft : state.drafts) {
        const Node &node = draft.node;
        const Json enabled = state.configs->single("enabled", node.resource_type, node.fqn, node.package_name, draft.calls);
        draft.enabled_by_itself = enabled.is_null() || enabled == true;
        if (node.resource_type == ResourceType::model || node.resource_type == ResourceType::seed || node.resource_type == ResourceType::snapshot)
            state.refables[node.name].push_back(&draft);
    }
    for (const Property &property : state.properties) patch(state, property);
}

}  // namespace mesh::core::project
