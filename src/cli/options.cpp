#include "cli/options.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "cli/text.h"
#include "cli/yaml.h"
#include "core/text.h"

namespace mesh::cli {
namespace {

// One option by its name in flags: and, in capitals behind DBT_, in the environment. Not every one may stand in flags:.
struct SwitchName {
    const char *name;
    Switch Options::*field;
};
const SwitchName switches[] = {
    {"full_refresh", &Options::full_refresh}, {"fail_fast", &Options::fail_fast},       {"empty", &Options::empty},
    {"defer", &Options::defer},               {"favor_state", &Options::favor_state},   {"quiet", &Options::quiet},
    {"debug", &Options::debug},               {"use_colors", &Options::use_colors},     {"print", &Options::print},
    {"introspect", &Options::introspect},     {"warn_error", &Options::warn_error},     {"write_json", &Options::write_json},
    {"partial_parse", &Options::partial_parse}, {"store_failures", &Options::store_failures},
    {"version_check", &Options::version_check},
    {"clean_project_files_only", &Options::clean_project_files_only}};

struct TextName {
    const char *name;
    Text Options::*field;
};
const TextName texts[] = {
    {"indirect_selection", &Options::indirect_selection}, {"log_format", &Options::log_format},
    {"log_level", &Options::log_level},                   {"sample", &Options::sample},
    {"target_path", &Options::target_path},               {"warn_error_options", &Options::warn_error_options},
    {"event_time_start", &Options::event_time_start},     {"event_time_end", &Options::event_time_end}};

// What dbt_project.yml may say under flags:, as with dbt: it has no word for what one command shall do.
const char *const project_flags[] = {"fail_fast",  "debug",         "use_colors", "warn_error",         "write_json",         "partial_parse",
                                     "log_format", "version_check", "log_level",  "warn_error_options", "indirect_selection"};

bool is_project_flag(const std::string &name) {
    return std::find(std::begin(project_flags), std::end(project_flags), name) != std::end(project_flags);
}

// These say where things are, which a project's file cannot.
const TextName places[] = {{"project_dir", &Options::project_dir}, {"profiles_dir", &Options::profiles_dir},
                           {"profile", &Options::profile},         {"target", &Options::target},
                           {"state", &Options::state},             {"defer_state", &Options::defer_state}};

bool truth(const std::string &name, const std::string &value) {
    const std::string word = core::lowered(trim(value));
    for (const char *yes : {"1", "t", "true", "y", "yes", "on"})
        if (word == yes) return true;
    for (const char *no : {"0", "f", "false", "n", "no", "off"})
        if (word == no) return false;
    refuse(name + " is neither true nor false: \"" + value + "\"");
}

std::string capitals(const std::string &name) {
    std::string upper;
    for (char c : name) upper += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return upper;
}

const std::string *find_text(const Environment &environment, const std::string &variable) {
    const auto found = environment.find(variable);
    return found != environment.end() && !found->second.empty() ? &found->second : nullptr;
}

// What dbt called some of them once; what they say still comes before their new names.
const std::string *find_former(const Environment &environment, const std::string &name) {
    for (const auto &[now, former] : {std::pair{"defer", "DBT_DEFER_TO_STATE"}, {"favor_state", "DBT_FAVOR_STATE_MODE"}, {"state", "DBT_ARTIFACT_STATE_PATH"}})
        if (name == now) return find_text(environment, former);
    return nullptr;
}

// DBT_ENGINE_X, or DBT_X. An empty one says nothing, as with dbt.
const std::string *find_variable(const Environment &environment, const std::string &name) {
    if (const auto *former = find_former(environment, name)) return former;
    for (const char *prefix : {"DBT_ENGINE_", "DBT_"})
        if (const auto *found = find_text(environment, prefix + capitals(name))) return found;
    return nullptr;
}

template <class Names>
void texts_from(Options &options, const Environment &environment, const Names &names) {
    for (const auto &[name, field] : names)
        if (const auto *value = find_variable(environment, name); value && !(options.*field)) options.*field = *value;
}

long number(const std::string &name, const std::string &value) {
    char *end = nullptr;
    const long result = std::strtol(value.c_str(), &end, 10);
    if (value.empty() || *end) refuse(name + " is not a number: \"" + value + "\"");
    return result;
}

void list_from(std::vector<std::string> &list, const Environment &environment, const char *name) {
    if (const auto *value = find_variable(environment, name); value && list.empty()) list = split(*value, ' ');
}

void put(Json &json, const char *key, const Text &value) {
    if (value) json[key] = *value;
}
void put(Json &json, const char *key, const Switch &value) {
    if (value) json[key] = *value;
}
void put(Json &json, const char *key, const std::optional<long> &value) {
    if (value) json[key] = *value;
}

std::string as_text(const Json &value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Environment read_environment() {
    Environment environment;
    for (char **entry = environ; *entry; ++entry) {
        const std::string line = *entry;
        if (const auto equals = line.find('='); equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
    }
    return environment;
}

Json custom_environment(const Environment &environment) {
    const std::string prefix = "DBT_ENV_CUSTOM_ENV_";
    Json custom = Json::object();
    for (const auto &[name, value] : environment)
        if (starts_with(name, prefix)) custom[name.substr(prefix.size())] = value;
    return custom;
}

void add_env_file(Environment &environment, const std::string &path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        line = trim(line);
        if (starts_with(line, "export ")) line = trim(line.substr(7));
        const auto equals = line.find('=');
        if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
        std::string value = trim(line.substr(equals + 1));
        const bool quoted = value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
        if (quoted)
            value = value.substr(1, value.size() - 2);
        else if (const auto comment = value.find(" #"); comment != std::string::npos)
            value = trim(value.substr(0, comment));
        environment.emplace(trim(line.substr(0, equals)), value);
    }
}

void apply_environment(Options &options, const Environment &environment) {
    if (const auto *silent = find_text(environment, "DBT_NO_PRINT"); silent && !options.print) options.print = !truth("DBT_NO_PRINT", *silent);
    texts_from(options, environment, texts);
    texts_from(options, environment, places);
    for (const auto &[name, field] : switches)
        if (const auto *value = find_variable(environment, name); value && !(options.*field))
            options.*field = truth("DBT_" + capitals(name), *value);
    list_from(options.resource_types, environment, "resource_types");
    list_from(options.exclude_resource_types, environment, "exclude_resource_types");
    if (const auto *width = find_variable(environment, "printer_width"); width && !options.printer_width)
        options.printer_width = number("DBT_PRINTER_WIDTH", *width);
    if (find_text(environment, "NO_COLOR") && !options.use_colors) options.use_colors = false;
}

void apply_project_flags(Options &options, const Json &flags) {
    if (!flags.is_object()) return;
    for (const auto &[name, field] : switches)
        if (is_project_flag(name) && flags.contains(name) && flags[name].is_boolean() && !(options.*field)) options.*field = flags[name].get<bool>();
    for (const auto &[name, field] : texts)
        if (is_project_flag(name) && flags.contains(name) && !flags[name].is_null() && !(options.*field)) options.*field = as_text(flags[name]);
    if (flags.contains("printer_width") && flags["printer_width"].is_number_integer() && !options.printer_width)
        options.printer_width = flags["printer_width"].get<long>();
}

void refuse_contradictions(const Options &options) {
    const auto exclude = [](bool first, bool second, const char *name, const char *other) {
        if (first && second) refuse(std::string(name) + ": not allowed with argument " + other);
    };
    exclude(options.warn_error.has_value(), options.warn_error_options.has_value(), "warn_error_options", "warn_error");
    exclude(!options.select.empty(), options.inline_sql.has_value(), "inline", "select");
    exclude(options.selector.has_value(), options.inline_sql.has_value(), "inline", "selector");
}

Json server_options(const Options &options, const Json &vars) {
    Json json = Json::object();
    const auto &selected = options.models.empty() ? options.select : options.models;
    if (!selected.empty()) json["select"] = selected;
    if (!options.exclude.empty()) json["exclude"] = options.exclude;
    if (!options.resource_types.empty()) json["resource_types"] = options.resource_types;
    if (!options.models.empty()) json["resource_types"] = {"model"};
    if (!options.exclude_resource_types.empty()) json["exclude_resource_types"] = options.exclude_resource_types;
    for (const auto &[key, value] : {std::pair{"selector", &options.selector}, {"indirect_selection", &options.indirect_selection},
                                     {"sample", &options.sample}, {"event_time_start", &options.event_time_start},
                                     {"event_time_end", &options.event_time_end}, {"inline", &options.inline_sql}})
        put(json, key, *value);
    for (const auto &[key, value] : {std::pair{"full_refresh", &options.full_refresh}, {"fail_fast", &options.fail_fast},
                                     {"empty", &options.empty}, {"store_failures", &options.store_failures}, {"defer", &options.defer},
                                     {"favor_state", &options.favor_state}, {"warn_error", &options.warn_error},
                                     {"introspect", &options.introspect}})
        put(json, key, *value);
    if (!options.unique_ids.is_null()) json["unique_ids"] = options.unique_ids;
    if (!options.batches.empty()) json["batches"] = options.batches;
    put(json, "threads", options.threads);
    put(json, "limit", options.limit);
    if (options.warn_error_options) json["warn_error_options"] = parse_mapping(*options.warn_error_options, "--warn-error-options");
    if (options.command == "run-operation") json["macro"] = options.macro;
    if (options.args) json["args"] = parse_mapping(*options.args, "--args");
    if (!vars.empty()) json["vars"] = vars;
    return json;
}

Json template_flags(const Options &options) {
    Json json = {{"WHICH", options.command == "source freshness" ? "freshness" : options.command == "docs generate" ? "generate" : options.command}};
    for (const auto &[name, field] : switches) put(json, capitals(name).c_str(), options.*field);
    put(json, "INDIRECT_SELECTION", options.indirect_selection);
    return json;
}

}  // namespace mesh::cli
