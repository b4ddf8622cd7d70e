// sources: and the patches that the root project puts over those of packages.
#include <algorithm>
#include <map>

#include "core/project/finish_node.h"
#include "core/project/generic_test.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

Json object_member(const Json &object, const char *key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : Json::object();
}

// config.<key> of a source or table, or the key beside config.
const Json *said(const Json &object, const char *key) {
    if (const auto found = object.find(key); found != object.end()) return &*found;
    const auto config = object.find("config");
    if (config == object.end() || !config->is_object()) return nullptr;
    const auto found = config->find(key);
    return found == config->end() ? nullptr : &*found;
}

bool counts(const Json &threshold) {
    return threshold.is_object() && !threshold.value("count", Json()).is_null() && !threshold.value("period", Json()).is_null();
}

// A freshness with all its keys; null stays null.
Json whole_freshness(const Json &written) {
    if (written.is_null()) return nullptr;
    const auto threshold = [&](const char *key) -> Json {
        const auto found = written.find(key);
        if (found == written.end()) return {{"count", nullptr}, {"period", nullptr}};
        if (found->is_null()) return nullptr;
        return {{"count", found->value("count", Json())}, {"period", found->value("period", Json())}};
    };
    return {{"warn_after", threshold("warn_after")}, {"error_after", threshold("error_after")}, {"filter", written.value("filter", Json())}};
}

Json merged_threshold(const Json &base, const Json &over) {
    if (over.is_null()) return nullptr;
    if (!counts(base)) return counts(over) ? over : base;
    if (!counts(over)) return base;
    return over;
}

// The nearer over the farther, thresholds one by one; a null says that there is none.
Json merge_freshness(const Json &base, const Json &over) {
    if (over.is_null()) return nullptr;
    if (base.is_null()) return counts(over["warn_after"]) || counts(over["error_after"]) ? over : Json();
    return {{"warn_after", merged_threshold(base["warn_after"], over["warn_after"])},
            {"error_after", merged_threshold(base["error_after"], over["error_after"])},
            {"filter", over["filter"].is_null() ? base["filter"] : over["filter"]}};
}

Json nothing_said() {
    return whole_freshness(Json::object());
}

Json freshness_of(const Json &source, const Json &table) {
    Json merged = nothing_said();
    bool first = true;
    for (const Json *object : {&source, &table}) {
        const Json config = object_member(*object, "config");
        for (const Json *where : {object, &config}) {
            const auto found = where->find("freshness");
            const Json written = found == where->end() ? nothing_said() : whole_freshness(*found);
            merged = std::exchange(first, false) ? written : merge_freshness(merged, written);
        }
    }
    return merged;
}

std::vector<std::string> tags_of(const Json &source, const Json &table) {
    std::vector<std::string> tags;
    for (const Json *object : {&source, &table})
        for (std::string &tag : column_tags(*object)) tags.push_back(std::move(tag));
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

Json meta_of(const Json &source, const Json &table) {
    Json meta = Json::object();
    for (const Json *object : {&source, &table}) {
        for (const Json &more : {object_member(*object, "meta"), object_member(object_member(*object, "config"), "meta")})
            for (const auto &item : more.items()) meta[item.key()] = item.value();
    }
    return meta;
}

std::string text_of(const Json *value) {
    return !value || value->is_null() ? "" : python_text(*value);
}

// loaded_at_field and loaded_at_query: a table's word for one silences its source's word for the other.
void set_loaded_at(Json &config, const Json &source, const Json &table, const Property &property) {
    const Json *table_field = said(table, "loaded_at_field"), *table_query = said(table, "loaded_at_query");
    if (table_field && table_query && !text_of(table_query).empty())
        fail("22023", "a table of source \"" + property.name + "\" has both loaded_at_field and loaded_at_query", property.place, property.line);
    for (const Json *object : {&source, &table})
        if (object->value("loaded_at_field", Json()) == "") fail("22023", "loaded_at_field cannot be an empty string.", property.place, property.line);
    const std::string field = table_field ? text_of(table_field) : text_of(said(source, "loaded_at_field"));
    std::string query = text_of(table_query);
    if (query.empty() && !table_field) query = text_of(said(source, "loaded_at_query"));
    config["loaded_at_field"] = field.empty() ? Json() : Json(field);
    config["loaded_at_query"] = query.empty() ? Json() : Json(query);
}

Json patch_of(const Json &source, const Json &table, const Property &property) {
    Json config = object_member(source, "config");
    const Json nearer = object_member(table, "config");
    for (const auto &item : nearer.items()) config[item.key()] = item.value();
    const Json freshness = freshness_of(source, table);
    if (freshness.is_null() || counts(freshness["warn_after"]) || counts(freshness["error_after"])) config["freshness"] = freshness;
    else config.erase("freshness");
    set_loaded_at(config, source, table, property);
    config["meta"] = meta_of(source, table);
    config["tags"] = tags_of(source, table);
    return config;
}

Json quoting_of(const Json &source, const Json &table) {
    Json quoting = {{"database", nullptr}, {"schema", nullptr}, {"identifier", nullptr}, {"column", nullptr}};
    for (const Json *object : {&source, &table}) {
        const Json own = object_member(*object, "quoting");
        for (const auto &item : own.items())
            if (!item.value().is_null()) quoting[item.key()] = item.value();
    }
    return quoting;
}

void set_properties(Source &built, const Json &source, const Json &table, const Property &property) {
    built.loader = text_member(source, "loader");
    built.description = text_member(table, "description");
    built.source_description = text_member(source, "description");
    built.source_meta = object_member(source, "meta");
    const Json more = object_member(object_member(source, "config"), "meta");
    for (const auto &item : more.items()) built.source_meta[item.key()] = item.value();
    built.columns = read_columns(list_member(table, "columns", property), property);
    built.external = table.value("external", Json());
    if (built.external.is_object())
        for (const char *key : {"location", "file_format", "row_format", "tbl_properties", "partitions"})
            if (!built.external.contains(key)) built.external[key] = nullptr;
}

void set_config(ParseState &state, Source &built, const Json &source, const Json &table, const Property &property) {
    const Json patch = patch_of(source, table, property);
    built.config = state.configs->build(ResourceType::source, built.fqn, built.package_name, Json::object(), &patch, property.place);
    if (!built.config["freshness"].is_null()) built.config["freshness"] = whole_freshness(built.config["freshness"]);
    built.extra["unrendered_config"] = state.configs->unrendered(ResourceType::source, built.fqn, built.package_name, Json::object(), &patch);
    built.freshness = built.config["freshness"];
    built.loaded_at_field = text_member(built.config, "loaded_at_field");
    built.loaded_at_query = text_member(built.config, "loaded_at_query");
    built.meta = built.config["meta"];
    for (const Json &tag : as_list(built.config["tags"])) built.tags.push_back(python_text(tag));
    built.enabled = built.config["enabled"] != false;
}

Source make_source(ParseState &state, const Property &property, const Json &source, const Json &table) {
    Source built;
    built.name = text_member(table, "name");
    built.source_name = property.name;
    built.package_name = property.package->name;
    built.unique_id = "source." + built.package_name + "." + built.source_name + "." + built.name;
    built.path = built.original_file_path = property.original_path;
    built.fqn = make_fqn(built.package_name, property.path, built.source_name);
    built.fqn.push_back(built.name);
    const auto or_else = [](const std::string &text, const std::string &otherwise) { return text.empty() ? otherwise : text; };
    built.database = or_else(text_member(source, "database"), state.manifest.target.database);
    built.schema = or_else(text_member(source, "schema"), built.source_name);
    built.identifier = or_else(text_member(table, "identifier"), built.name);
    built.quoting = quoting_of(source, table);
    Quoting quoting = state.quoting;
    quoting.apply(built.quoting);
    built.relation_name = make_relation_name(quoting, built.database, built.schema, built.identifier);
    for (const auto &item : property.unrendered.items()) built.extra["unrendered_" + item.key()] = item.value();
    set_properties(built, source, table, property);
    set_config(state, built, source, table, property);
    return built;
}

void add_source_tests(ParseState &state, const Property &property, const Json &source, const Json &table) {
    TestTarget target;
    target.property = &property;
    const std::string name = text_member(table, "name");
    target.name = property.name + "_" + name;
    target.file_key = "sources." + property.name;
    target.model = "source('" + property.name + "', '" + name + "')";
    target.source = {property.name, name};
    target.is_source = true;
    target.quotes_columns = quoting_of(source, table)["column"] == true;
    std::vector<std::string> tags;
    for (const Json *object : {&source, &table})
        if (const auto own = object->find("tags"); own != object->end())
            for (const Json &tag : as_list(*own)) tags.push_back(python_text(tag));
    add_tests(state, target, list_member(table, "columns", property), tests_of(table, property), tags);
}

void add_source(ParseState &state, Source source, const Property &property) {
    if (!source.enabled) return void(state.manifest.disabled_sources.push_back(std::move(source)));
    const auto [found, added] = state.manifest.sources.emplace(source.unique_id, std::move(source));
    if (!added)
        fail("42710", "dbt found two sources with the name \"" + property.name + "_" + found->second.name + "\"", property.place, property.line,
             "It is also in " + found->second.original_file_path + ".");
}

// {package, source} -> the entry with overrides:.
using Patches = std::map<std::pair<std::string, std::string>, const Property *>;

Patches find_patches(ParseState &state) {
    Patches patches;
    for (const Property &property : state.properties) {
        if (property.key != "sources" || !property.entry.contains("overrides")) continue;
        const auto [found, added] = patches.emplace(std::pair(text_member(property.entry, "overrides"), property.name), &property);
        if (!added) fail("42710", "dbt found two schema.yml entries for the same source named " + property.name + " in package " + found->first.first + ". Sources may only be overridden a single time.",
                         property.place, property.line, "To fix this, remove one of them: one of these files is " + found->second->place + ".");
    }
    return patches;
}

void overlay(Json &object, const Json &patch) {
    for (const auto &item : patch.items())
        if (item.key() != "name" && item.key() != "overrides" && item.key() != "tables") object[item.key()] = item.value();
}

const Json *table_named(const Property &property, const std::string &name) {
    for (const Json &table : list_member(property.entry, "tables", property))
        if (table.is_object() && text_member(table, "name") == name) return &table;
    return nullptr;
}

void rename_key(Json &object, const char *alias, const char *key) {
    if (!object.is_object() || !object.contains(alias)) return;
    object[key] = object[alias];
    object.erase(alias);
}

void read_source(ParseState &state, const Property &property, const Patches &patches) {
    const auto found = patches.find({property.package->name, property.name});
    Json source = property.entry;
    rename_key(source, "dbname", "database");
    if (found != patches.end()) overlay(source, found->second->entry);
    for (const Json &written : list_member(property.entry, "tables", property)) {
        if (!written.is_object() || !written.contains("name")) fail("22023", "a table of source \"" + property.name + "\" has no name", property.place, property.line);
        Json table = written;
        if (found != patches.end())
            if (const Json *patch = table_named(*found->second, text_member(table, "name"))) overlay(table, *patch);
        add_source_tests(state, property, source, table);
        add_source(state, make_source(state, property, source, table), property);
    }
}

}  // namespace

void read_sources(ParseState &state) {
    const Patches patches = find_patches(state);
    for (const Property &property : state.properties)
        if (property.key == "sources" && !property.entry.contains("overrides")) read_source(state, property, patches);
}

}  // namespace mesh::core::project
