#include "core/project/config_rules.h"

#include <algorithm>

#include "core/project/colors.h"
#include "core/project/interrupt.h"
#include "core/project/names.h"
#include "core/project/place.h"
#include "core/project/value_rules.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

enum class Rule { replace, append, update, append_by_key };

// Of other types the nearest list replaces the others.
bool appends_tags(ResourceType type) {
    switch (type) {
        case ResourceType::model:
        case ResourceType::seed:
        case ResourceType::snapshot:
        case ResourceType::test:
        case ResourceType::unit_test:
        case ResourceType::analysis:
        case ResourceType::function:
        case ResourceType::operation: return true;
        default: return false;
    }
}

Rule rule_of(const std::string &key, ResourceType type) {
    if (key == "tags") return appends_tags(type) ? Rule::append : Rule::replace;
    if (key == "pre-hook" || key == "post-hook" || key == "packages") return Rule::append;
    if (key == "meta") return type == ResourceType::exposure ? Rule::replace : Rule::update;
    if (key == "quoting" || key == "column_types" || key == "docs" || key == "contract") return Rule::update;
    return key == "grants" ? Rule::append_by_key : Rule::replace;
}

void append(Json &value, const Json &more) {
    value = as_list(value);
    for (const Json &item : as_list(more)) value.push_back(item);
}

void update(Json &value, const Json &more, const std::string &key) {
    if (more.is_null()) return;
    if (!more.is_object()) throw Error("22023", "config \"" + key + "\" must be a mapping", "It is " + more.dump() + ".");
    if (!value.is_object()) value = Json::object();
    for (const auto &item : more.items()) value[item.key()] = item.value();
}

// "+select" adds to what "select" has.
void append_by_key(Json &value, const Json &more, bool keep_plus) {
    if (more.is_null()) return;
    if (!more.is_object()) throw Error("22023", "config \"grants\" must be a mapping", "It is " + more.dump() + ".");
    if (!value.is_object()) value = Json::object();
    for (auto &item : value.items()) item.value() = as_list(item.value());
    for (const auto &item : more.items()) {
        const bool extend = !item.key().empty() && item.key()[0] == '+';
        const std::string key = extend && !keep_plus ? item.key().substr(item.key().find_first_not_of('+')) : item.key();
        if (extend && value.contains(key)) append(value[key], item.value());
        else value[key] = as_list(item.value());
    }
}

// A hook may be text, JSON in text, or a mapping.
Json hook(const Json &written) {
    Json source = written;
    if (written.is_string()) {
        source = Json::parse(written.get_ref<const std::string &>(), nullptr, false);
        if (source.is_discarded() || !source.is_object()) source = {{"sql", written}};
    }
    if (!source.is_object() || !source.contains("sql") || !source["sql"].is_string())
        throw Error("22023", "a hook must be a text or a mapping with \"sql\"", "It is " + written.dump() + ".");
    return {{"sql", source["sql"]}, {"transaction", source.value("transaction", Json(true))}, {"index", source.value("index", Json())}};
}

void finish_hooks(Json &config, const char *key) {
    Json hooks = Json::array();
    for (const Json &item : as_list(config[key])) hooks.push_back(hook(item));
    config[key] = std::move(hooks);
}

// Only the keys that the class has.
void restrict_to(Json &config, const char *key, std::initializer_list<std::pair<const char *, Json>> keys) {
    const Json given = config[key];
    Json result = Json::object();
    for (const auto &[name, usual] : keys) result[name] = given.is_object() ? given.value(name, usual) : usual;
    config[key] = std::move(result);
}

void check_booleans(const Json &config, std::initializer_list<const char *> keys, const std::string &file) {
    for (const char *key : keys) {
        const auto found = config.find(key);
        if (found == config.end() || found->is_null() || found->is_boolean()) continue;
        fail("22023", "config \"" + std::string(key) + "\": " + (found->is_string() ? "'" + found->get<std::string>() + "'" : found->dump()) + " is not of type 'boolean'", file, 0,
             found->is_string() ? "It must be true or false; a template that is to give a value needs \"| as_bool\"." : "");
    }
}

void check_types(const Json &config, std::initializer_list<std::pair<const char *, ValueKind>> members, const std::string &file) {
    if (const std::string problem = problem_of_members(config, members); !problem.empty()) fail("22023", problem, file);
}

// Of what no schema of dbt's says, but its classes.
void check_field(const Json &config, const char *field, const char *type, bool (*takes)(const Json &), const std::string &file) {
    const Json value = config.value(field, Json());
    if (!value.is_null() && !takes(value)) fail("22023", "Field \"" + std::string(field) + "\" of type " + type + " has invalid value " + shown(value), file);
}

void check_node_types(const Json &config, ResourceType type, const std::string &file) {
    using enum ValueKind;
    check_types(config, {{"alias", optional_text}, {"schema", optional_text}, {"database", optional_text}, {"group", optional_text}, {"tags", text_or_texts}}, file);
    if (type == ResourceType::test) return check_types(config, {{"fail_calc", text}, {"warn_if", text}, {"error_if", text}, {"where", optional_text}}, file);
    check_types(config, {{"unique_key", text_or_texts}, {"on_schema_change", optional_text}, {"incremental_strategy", optional_text}}, file);
    check_field(config, "persist_docs", "Dict[str, Any]", [](const Json &value) { return value.is_object(); }, file);
    check_field(config, "on_configuration_change", "OnConfigurationChangeOption", [](const Json &value) { return value == "apply" || value == "continue" || value == "fail"; }, file);
    if (type == ResourceType::seed) check_types(config, {{"delimiter", text}, {"quote_columns", optional_boolean}}, file);
    if (type != ResourceType::snapshot) return;
    check_types(config, {{"target_schema", optional_text}, {"target_database", optional_text}, {"updated_at", optional_text}, {"dbt_valid_to_current", optional_text}}, file);
    check_field(config, "snapshot_meta_column_names", "SnapshotMetaColumnNames", [](const Json &value) { return value.is_object(); }, file);
}

// Of these there is one kind of relation.
void check_materialized(const Json &config, ResourceType type, const std::string &file) {
    const std::string own = type == ResourceType::seed ? "seed" : type == ResourceType::snapshot ? "snapshot" : type == ResourceType::test ? "test" : "";
    const Json given = config.value("materialized", Json());
    if (!own.empty() && !given.is_null() && given != "" && given != own) fail("22023", "A " + own + " must have a materialized value of '" + own + "'", file);
}

void check_color(const Json &docs, const std::string &file) {
    const Json color = docs.value("node_color", Json());
    if (color.is_null() || color == "" || (color.is_string() && is_color(color.get<std::string>()))) return;
    fail("22023", "Invalid color name for docs.node_color: " + python_text(color) + ". It is neither a valid HTML color name nor a valid HEX code.", file);
}

void finish_test(Json &config, const std::string &file) {
    const std::string given = python_text(config["severity"]), severity = lowered(given);
    if (severity != "warn" && severity != "error") fail("22023", "Severity must be either 'warn' or 'error'. Got '" + given + "'", file);
    Json &as = config["store_failures_as"], &store = config["store_failures"];
    if (!as.is_null()) store = as != "ephemeral";
    else if (store.is_boolean()) as = store.get<bool>() ? "table" : "ephemeral";
}

// Of what kind a function is, and whether it may give other results for the same arguments.
void check_function(const Json &config, const std::string &file) {
    const auto one_of = [&](const char *key, std::initializer_list<const char *> known) {
        const Json &value = config[key];
        if (value.is_null() || std::any_of(known.begin(), known.end(), [&](const char *word) { return value == word; })) return;
        std::string list;
        for (const char *word : known) list += std::string(list.empty() ? "" : ", ") + "\"" + word + "\"";
        fail("22023", "config \"" + std::string(key) + "\" of a function must be one of " + list + ", not " + value.dump(), file);
    };
    one_of("type", {"scalar", "aggregate", "table"});
    one_of("volatility", {"deterministic", "stable", "non-deterministic"});
}

// When a model is to be built again. What has another shape is not a model's: it is left out, as dbt leaves it out.
void finish_freshness(Json &config, const std::string &file) {
    const Json given = config["freshness"];
    config["freshness"] = nullptr;
    if (!given.is_object() || !given.contains("build_after")) return;
    Json after = given["build_after"];
    if (!after.is_object()) fail("22023", "`freshness.build_after` must be a mapping, not " + after.dump(), file);
    const Json count = after.value("count", Json()), period = after.value("period", Json()), updates_on = after.value("updates_on", Json("any"));
    const auto refuse = [&](const std::string &text) { fail("22023", "`freshness.build_after` " + text, file); };
    const auto is_one_of = [](const Json &value, std::initializer_list<const char *> words) { return std::any_of(words.begin(), words.end(), [&](const char *word) { return value == word; }); };
    if (!count.is_null() && !count.is_number_integer()) refuse("must have a number as `count`, not " + count.dump());
    if (!period.is_null() && !is_one_of(period, {"minute", "hour", "day"})) refuse("must have a `period` of minute, hour or day, not " + period.dump());
    if (!is_one_of(updates_on, {"all", "any"})) refuse("must have `updates_on` all or any, not " + updates_on.dump());
    if (!period.is_null() && count.is_null()) refuse("must have a value for `count` if a `period` is provided");
    if (!count.is_null() && period.is_null()) refuse("must have a value for `period` if a `count` is provided");
    config["freshness"] = {{"build_after", {{"count", count}, {"period", period}, {"updates_on", updates_on}}}};
}

void finish_node(Json &config, ResourceType type, const std::string &file) {
    finish_hooks(config, "pre-hook");
    finish_hooks(config, "post-hook");
    if (const std::string problem = problem_of_members(config["docs"], {{"show", ValueKind::boolean}}, "['docs']"); !problem.empty()) fail("22023", problem, file);
    restrict_to(config, "docs", {{"show", true}, {"node_color", nullptr}});
    check_color(config["docs"], file);
    restrict_to(config, "contract", {{"enforced", false}, {"alias_types", true}});
    check_booleans(config["contract"], {"enforced"}, file);
    check_booleans(config, {"full_refresh"}, file);
    if (type == ResourceType::function) check_function(config, file);
    if (type == ResourceType::snapshot)
        restrict_to(config, "snapshot_meta_column_names",
                    {{"dbt_valid_to", nullptr}, {"dbt_valid_from", nullptr}, {"dbt_scd_id", nullptr}, {"dbt_updated_at", nullptr}, {"dbt_is_deleted", nullptr}});
    if (type != ResourceType::model) return;
    finish_freshness(config, file);
    const Json &change = config["on_schema_change"];
    if (config["contract"]["enforced"] == true && config["materialized"] == "incremental" && change != "append_new_columns" && change != "fail")
        fail("22023", "Invalid value for on_schema_change: " + python_text(change) + ". Models materialized as incremental with contracts enabled must set on_schema_change to "
                      "'append_new_columns' or 'fail'", file);
}

}  // namespace

Json deep_merge(Json base, const Json &over) {
    if (over.is_array() && !base.is_null()) {
        Json both = over;
        for (const Json &item : as_list(base)) both.push_back(item);
        return both;
    }
    if (!base.is_object() || !over.is_object()) return over;
    for (const auto &item : over.items()) base[item.key()] = base.contains(item.key()) ? deep_merge(base[item.key()], item.value()) : item.value();
    return base;
}

Json as_list(const Json &value) {
    return value.is_array() ? value : Json::array({value});
}

std::string config_key(const std::string &key) {
    if (key == "pre_hook") return "pre-hook";
    if (key == "post_hook") return "post-hook";
    if (key == "dbname") return "database";
    const std::size_t start = key.find_first_not_of(' '), end = key.find_last_not_of(' ');
    return start == std::string::npos || (start == 0 && end + 1 == key.size()) ? key : key.substr(start, end - start + 1);
}

void merge_config(Json &config, const Json &layer, ResourceType type) {
    for (const auto &item : layer.items()) {
        const std::string key = config_key(item.key());
        Json &value = config[key];
        switch (rule_of(key, type)) {
            case Rule::append: append(value, item.value()); break;
            case Rule::update: update(value, item.value(), key); break;
            case Rule::append_by_key: append_by_key(value, item.value(), false); break;
            case Rule::replace: value = item.value();
        }
    }
}

void merge_config_call(Json &calls, const Json &call) {
    check_interrupt();  // of very many calls each copies what the ones before it gave
    const bool first = calls.empty();
    for (const auto &item : call.items()) {
        const std::string key = config_key(item.key());
        const bool known = calls.contains(key);
        Json &value = calls[key];
        const Rule rule = first ? Rule::replace : rule_of(key, ResourceType::model);
        if (rule == Rule::append) known ? append(value, item.value()) : void(value = as_list(item.value()));
        else if (rule == Rule::update) known ? update(value, item.value(), key) : void(value = item.value());
        else if (rule == Rule::append_by_key) append_by_key(value, item.value(), true);
        else value = item.value();
    }
}

void finish_config(Json &config, ResourceType type, const std::string &file) {
    check_booleans(config, {"enabled"}, file);
    check_materialized(config, type, file);
    if (config.contains("static_analysis") && config["static_analysis"].is_boolean())
        config["static_analysis"] = config["static_analysis"].get<bool>() ? "on" : "off";
    switch (type) {
        case ResourceType::test: return check_node_types(config, type, file), finish_test(config, file);
        case ResourceType::model:
        case ResourceType::seed:
        case ResourceType::snapshot:
        case ResourceType::analysis:
        case ResourceType::function:
        case ResourceType::operation: return check_node_types(config, type, file), finish_node(config, type, file);
        default: return;
    }
}

}  // namespace mesh::core::project
