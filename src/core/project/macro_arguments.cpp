#include "core/project/macro_arguments.h"

#include <map>

#include "core/jinja/template.h"

namespace mesh::core::project {

namespace {

// The types that dbt knows, and of how many others each is made: list[int], dict[str, any].
const std::map<std::string, int, std::less<>> types = {{"str", 0},  {"string", 0}, {"bool", 0}, {"int", 0},      {"integer", 0},  {"float", 0},
                                                       {"any", 0},  {"list", 1},   {"dict", 2}, {"optional", 1}, {"relation", 0}, {"column", 0}};

bool take(std::string_view &rest, char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
}

bool take_type(std::string_view &rest, int depth = 0) {
    std::size_t length = 0;
    while (length < rest.size() && rest[length] >= 'a' && rest[length] <= 'z') ++length;
    const auto type = types.find(rest.substr(0, length));
    if (type == types.end() || depth > 100) return false;
    rest.remove_prefix(length);
    if (type->second == 0) return true;
    for (int i = 0; i < type->second; ++i)
        if (!take(rest, i == 0 ? '[' : ',') || !take_type(rest, depth + 1)) return false;
    return take(rest, ']');
}

bool is_type(const std::string &text) {
    std::string dense;
    for (const char c : text)
        if (c != ' ' && c != '\t') dense += c;
    std::string_view rest = dense;
    return take_type(rest) && rest.empty();
}

bool is_blank(const std::string &text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

Json declared_arguments(const MacroInfo &macro) {
    Json arguments = Json::array();
    const auto parsed = jinja::Template::parse(macro.macro_sql, macro.original_file_path, {.first_line = macro.line});
    for (const jinja::BlockInfo &block : parsed->blocks())
        for (const std::string &name : block.parameters) arguments.push_back({{"name", name}, {"type", nullptr}, {"description", ""}});
    return arguments;
}

std::vector<std::string> argument_faults(const MacroInfo &macro, const Json &described) {
    std::vector<std::string> faults;
    const std::string of_macro = " for macro " + macro.name;
    for (std::size_t i = 0; i < described.size() && i < macro.arguments.size(); ++i)
        if (described[i]["name"] != macro.arguments[i]["name"])
            faults.push_back("Argument " + described[i]["name"].get<std::string>() + " in yaml" + of_macro + " does not match the jinja definition.");
    if (described.size() != macro.arguments.size())
        faults.push_back("The number of arguments in the yaml" + of_macro + " does not match the jinja definition.");
    for (const Json &one : described)
        if (one["type"].is_string() && !is_blank(one["type"].get<std::string>()) && !is_type(one["type"].get<std::string>()))
            faults.push_back("Argument " + one["name"].get<std::string>() + " in the yaml" + of_macro + " has an invalid type.");
    return faults;
}

}  // namespace mesh::core::project
