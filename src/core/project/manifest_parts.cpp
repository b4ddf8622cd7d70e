#include "core/project/manifest_parts.h"

#include <charconv>

namespace mesh::core::project {

namespace {

// nullopt unless the whole text is such a number.
template <class Number>
std::optional<Number> number_in(const std::string &text) {
    Number number{};
    const char *end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    if (text.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return number;
}

Json whole_constraint(const Json &constraint) {
    ObjectBuilder build;
    build("type", constraint.value("type", Json()))("name", nullptr)("expression", nullptr)("warn_unenforced", true)("warn_unsupported", true)(
        "to", nullptr)("to_columns", Json::array());
    return build.overlay(constraint).take();
}

Json column_json(const ColumnInfo &column) {
    Json constraints = Json::array();
    for (const auto &constraint : column.constraints) constraints.push_back(constraint.is_object() ? whole_constraint(constraint) : constraint);
    ObjectBuilder build(10);
    build("name", column.name)("description", column.description)("meta", column.meta)("data_type", text_or_null(column.data_type));
    build("constraints", std::move(constraints))("quote", column.quote ? Json(true) : Json());
    build("config", {{"meta", column.meta}, {"tags", column.tags}})("tags", column.tags)("granularity", nullptr)("doc_blocks", Json::array());
    return build.overlay(column.extra).take();
}

// What column_json() would not bring back goes to `extra`.
ColumnInfo column_from(const Json &json) {
    ColumnInfo column;
    column.name = text_of(json, "name");
    column.description = text_of(json, "description");
    column.data_type = text_of(json, "data_type");
    column.quote = member_or(json, "quote", false) == true;
    column.meta = member_or(json, "meta", Json::object());
    column.tags = member_or(json, "tags", Json::array());
    column.constraints = member_or(json, "constraints", Json::array());
    const Json again = column_json(column);
    for (const auto &[key, value] : json.items())
        if (!again.contains(key) || again[key] != value) column.extra[key] = value;
    return column;
}

}  // namespace

Json text_or_null(const std::string &text) {
    return text.empty() ? Json() : Json(text);
}

bool same_json(const Json &a, const Json &b) {
    return a == b || (a.is_structured() && b.is_structured() && nlohmann::json(a) == nlohmann::json(b));
}

Json version_json(const std::string &version) {
    if (const auto whole = number_in<long>(version)) return *whole;
    if (const auto real = number_in<double>(version)) return *real;
    return text_or_null(version);
}

std::string version_text(const Json &version) {
    if (version.is_null()) return "";
    return version.is_string() ? version.get<std::string>() : version.dump();
}

Json refs_json(const std::vector<Ref> &refs) {
    Json list = Json::array();
    for (const auto &ref : refs)
        list.push_back(ObjectBuilder(3)("name", ref.name)("package", text_or_null(ref.package))("version", version_json(ref.version)).take());
    return list;
}

std::vector<Ref> refs_from(const Json &json) {
    std::vector<Ref> refs;
    for (const auto &ref : json)
        if (ref.is_array() && !ref.empty()) refs.push_back({ref.back().get<std::string>(), ref.size() > 1 ? ref.front().get<std::string>() : "", ""});  // to version 8
        else if (ref.is_object()) refs.push_back({text_of(ref, "name"), text_of(ref, "package"), version_text(ref.value("version", Json()))});
    return refs;
}

Json columns_json(const std::vector<ColumnInfo> &columns) {
    Json object = Json::object();
    for (const auto &column : columns) object[column.name] = column_json(column);
    return object;
}

std::vector<ColumnInfo> columns_from(const Json &json) {
    std::vector<ColumnInfo> columns;
    for (const auto &column : json) columns.push_back(column_from(column));
    return columns;
}

Json depends_on_json(const std::vector<std::string> &macros, const std::vector<std::string> &nodes) {
    return ObjectBuilder(2)("macros", macros)("nodes", nodes).take();
}

Json member_or(const Json &object, const char *key, Json otherwise) {
    const auto found = object.find(key);
    return found != object.end() && !found->is_null() ? *found : otherwise;
}

std::string text_of(const Json &object, const char *key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> texts_of(const Json &object, const char *key) {
    std::vector<std::string> texts;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) return texts;
    for (const auto &text : *found)
        if (text.is_string()) texts.push_back(text.get<std::string>());
    return texts;
}

}  // namespace mesh::core::project
