#include "core/project/columns.h"

#include <algorithm>

#include "core/project/place.h"

namespace mesh::core::project {

namespace {

const Json empty_list = Json::array();

void check_constraints(const Json &constraints, const std::string &what, const Property &property) {
    static const std::vector<std::string> types = {"check", "not_null", "unique", "primary_key", "foreign_key", "custom"};
    for (const Json &constraint : constraints)
        if (!constraint.is_object() || std::find(types.begin(), types.end(), text_member(constraint, "type")) == types.end())
            fail("22023", "invalid constraint of " + what, property.place, property.line,
                 "Its type is one of check, not_null, unique, primary_key, foreign_key, custom.");
}

Json merged_meta(const Json &column) {
    Json meta = column.value("meta", Json::object());
    if (!meta.is_object()) meta = Json::object();
    const auto config = column.find("config");
    if (config == column.end() || !config->is_object()) return meta;
    if (const auto more = config->find("meta"); more != config->end() && more->is_object())
        for (const auto &item : more->items()) meta[item.key()] = item.value();
    return meta;
}

ColumnInfo read_column(const Json &json, const Property &property) {
    if (!json.is_object() || !json.contains("name")) fail("22023", "a column of \"" + property.name + "\" has no name", property.place, property.line);
    ColumnInfo column;
    column.name = python_text(json["name"]);
    column.description = text_member(json, "description");
    column.data_type = text_member(json, "data_type");
    column.meta = merged_meta(json);
    column.tags = column_tags(json);
    column.constraints = list_member(json, "constraints", property);
    check_constraints(column.constraints, "column \"" + column.name + "\" of \"" + property.name + "\"", property);
    static const std::vector<std::string> known = {"name", "description", "data_type", "meta", "tags", "constraints", "docs", "config", "data_tests", "tests"};
    for (const auto &item : json.items()) {
        if (item.key() == "quote" && item.value() == true) column.quote = true;
        else if (std::find(known.begin(), known.end(), item.key()) == known.end() && !item.value().is_null()) column.extra[item.key()] = item.value();
    }
    return column;
}

bool names(const Json &list, const std::string &name) {
    if (list.is_string()) return list == "*" || list == "all";
    return list.is_array() && std::any_of(list.begin(), list.end(), [&](const Json &item) { return item == name; });
}

}  // namespace

const Json &list_member(const Json &object, const char *key, const Property &property) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return empty_list;
    if (!found->is_array()) fail("22023", "\"" + std::string(key) + "\" of \"" + property.name + "\" is not a list", property.place, property.line);
    return *found;
}

std::string text_member(const Json &object, const char *key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? "" : python_text(*found);
}

std::vector<std::string> column_tags(const Json &column) {
    std::vector<std::string> tags;
    const auto add = [&](const Json &object) {
        const auto found = object.find("tags");
        if (found == object.end() || found->is_null()) return;
        for (const Json &tag : as_list(*found))
            if (tag.is_string() && std::find(tags.begin(), tags.end(), tag.get<std::string>()) == tags.end()) tags.push_back(tag);
    };
    add(column);
    if (const auto config = column.find("config"); config != column.end() && config->is_object()) add(*config);
    return tags;
}

std::vector<ColumnInfo> read_columns(const Json &columns, const Property &property) {
    std::vector<ColumnInfo> found;
    std::unordered_map<std::string, std::size_t> places;
    for (const Json &json : columns) {
        ColumnInfo column = read_column(json, property);
        const auto [place, fresh] = places.emplace(column.name, found.size());
        if (fresh) found.push_back(std::move(column));
        else found[place->second] = std::move(column);
    }
    return found;
}

const Json &tests_of(const Json &object, const Property &property) {
    const auto tests = object.find("tests");
    if (tests == object.end() || tests->empty()) return list_member(object, "data_tests", property);
    if (object.contains("data_tests"))
        fail("22023", "\"" + property.name + "\" has both \"tests\" and \"data_tests\"", property.place, property.line, "Keep \"data_tests\" only.");
    return list_member(object, "tests", property);
}

Json version_columns(const Json &model, const Json &version, const Property &property) {
    Json include = "*", exclude = Json::array(), own = Json::array();
    bool said = false;
    for (const Json &item : list_member(version, "columns", property)) {
        if (!item.is_object() || (!item.contains("include") && !item.contains("exclude"))) {
            own.push_back(item);
            continue;
        }
        if (std::exchange(said, true))
            fail("22023", "a version of \"" + property.name + "\" has more than one include or exclude", property.place, property.line);
        include = item.value("include", Json::array());
        exclude = item.value("exclude", Json::array());
    }
    Json columns = Json::array();
    for (const Json &column : list_member(model, "columns", property)) {
        const std::string name = column.is_object() ? text_member(column, "name") : "";
        if (names(include, name) && !names(exclude, name)) columns.push_back(column);
    }
    for (Json &column : own) columns.push_back(std::move(column));
    return columns;
}

}  // namespace mesh::core::project
