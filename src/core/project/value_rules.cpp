#include "core/project/value_rules.h"

#include <algorithm>

#include "core/jinja/text.h"
#include "core/project/names.h"

namespace mesh::core::project {

namespace {

bool all_text(const Json &value) {
    return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json &one) { return one.is_string(); });
}

// The type's name, of a kind that takes one alone.
const char *only_type(ValueKind kind) {
    switch (kind) {
        case ValueKind::text: return "string";
        case ValueKind::object: return "object";
        case ValueKind::list:
        case ValueKind::texts: return "array";
        case ValueKind::boolean: return "boolean";
        default: return nullptr;
    }
}

}  // namespace

bool takes(ValueKind kind, const Json &value) {
    switch (kind) {
        case ValueKind::anything: return true;
        case ValueKind::text: return value.is_string();
        case ValueKind::optional_text: return value.is_null() || value.is_string();
        case ValueKind::texts: return all_text(value);
        case ValueKind::optional_texts: return value.is_null() || all_text(value);
        case ValueKind::text_or_texts: return value.is_null() || value.is_string() || all_text(value);
        case ValueKind::object: return value.is_object();
        case ValueKind::optional_object: return value.is_null() || value.is_object();
        case ValueKind::list: return value.is_array();
        case ValueKind::boolean: return value.is_boolean();
        case ValueKind::optional_boolean: return value.is_null() || value.is_boolean();
        case ValueKind::optional_whole: return value.is_null() || value.is_number_integer();
    }
    return true;
}

std::string shown(const Json &value) {
    return value.is_string() ? jinja::repr_text(value.get<std::string>()) : python_text(value);
}

std::string type_problem(const std::string &path, ValueKind kind, const Json &value) {
    const char *type = only_type(kind);
    return "at path " + path + ": " + shown(value) + (type ? " is not of type '" + std::string(type) + "'" : " is not valid under any of the given schemas");
}

std::string problem_of_members(const Json &object, std::initializer_list<std::pair<const char *, ValueKind>> members, const std::string &path) {
    if (!object.is_object()) return "";
    for (const auto &[name, kind] : members) {
        const auto found = object.find(name);
        if (found != object.end() && !found->is_null() && !takes(kind, *found)) return type_problem(path + "[" + jinja::repr_text(name) + "]", kind, *found);
    }
    return "";
}

}  // namespace mesh::core::project
