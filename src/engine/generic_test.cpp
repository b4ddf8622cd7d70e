#include "engine/generic_test.h"

#include <algorithm>

#include "core/exact_json.h"
#include "core/near.h"
#include "engine/check.h"
#include "pg/fragment.h"

namespace mesh::engine {

using core::Error;

namespace {

// dbt's four, and two of dbt_utils with its names and meaning.
std::vector<GenericTest> builtin_tests() {
    return {
        {"not_null", "", "", {}, true, true},
        {"unique", "", "", {}, true, true},
        {"accepted_values", "", "", {{"values", {}}, {"quote", Json(true)}}, true, true},
        {"relationships", "", "", {{"to", {}}, {"field", {}}}, true, true},
        {"accepted_range", "", "", {{"min_value", Json()}, {"max_value", Json()}, {"inclusive", Json(true)}}, true, true},
        {"expression_is_true", "", "", {{"expression", {}}}, false, true},
    };
}

std::vector<std::string> all_names() {
    std::vector<std::string> out;
    for (const GenericTest &test : builtin_tests()) out.push_back(test.name);
    for (const pg::Row &row : registry("select name from mesh.generic_test_registry order by name").rows) out.push_back(row[0].value());
    return out;
}

std::string range_template(const Json &arguments) {
    std::string equal = arguments.value("inclusive", true) ? "=" : "", condition;
    if (!arguments.at("min_value").is_null()) condition = "not ({{ column_name }} >" + equal + " ({{ min_value }}\n))";
    if (!arguments.at("max_value").is_null())
        condition += std::string(condition.empty() ? "" : " or ") + "not ({{ column_name }} <" + equal + " ({{ max_value }}\n))";
    return "select * from {{ model }} where " + condition;
}

void need_text(const Json &arguments, const char *name) {
    if (!arguments.at(name).is_string() || arguments.at(name).get<std::string>().empty())
        throw Error("22023", std::string("argument \"") + name + "\" must be a text");
}

void need_boolean(const Json &arguments, const char *name) {
    if (!arguments.at(name).is_boolean()) throw Error("22023", std::string("argument \"") + name + "\" must be true or false");
}

void check_values(const Json &arguments) {
    const Json &values = arguments.at("values");
    if (!values.is_array() || values.empty())
        throw Error("22023", "argument \"values\" must be a list that is not empty", "", "For example arguments => '{\"values\": [\"new\", \"paid\"]}'.");
    for (const Json &value : values)
        if (value.is_null() || value.is_structured())
            throw Error("22023", "argument \"values\" must hold texts, numbers and booleans only", "",
                        "A null passes accepted_values; forbid it with not_null.");
    need_boolean(arguments, "quote");
}

// As Python prints a value, which is what dbt's names are made of.
std::string as_python(const Json &value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
    if (core::is_exact(value)) {
        std::string text = core::exact_text(value);
        return text.find_first_of(".eE") == std::string::npos ? text : Json::parse(text, nullptr, false).dump();
    }
    return value.is_null() ? "None" : value.dump();
}

// Runs of anything but ASCII letters, digits and underscores become one underscore.
std::string clean(const std::string &text) {
    std::string out;
    bool in_run = false;
    for (char c : text) {
        bool plain = isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80;
        if (plain || c == '_') out += c;
        else if (!in_run) out += '_';
        in_run = !plain && c != '_';
    }
    return out;
}

}  // namespace

std::optional<GenericTest> find_generic_test(const std::string &name) {
    for (const GenericTest &test : builtin_tests())
        if (test.name == name) return test;
    pg::Result found = registry("select sql, owner, pg_catalog.to_jsonb(arguments) from mesh.generic_test_registry where name = $1", {name});
    if (found.empty()) return std::nullopt;
    GenericTest out{name, found.rows[0][0].value(), found.rows[0][1].value(), {}};
    for (const Json &argument : Json::parse(found.rows[0][2].value())) out.arguments.push_back(parse_argument(argument));
    std::vector<std::string> used = pg::placeholder_names(out.sql);
    out.needs_column = out.takes_column = std::find(used.begin(), used.end(), "column_name") != used.end();
    return out;
}

GenericTest get_generic_test(const std::string &name) {
    std::optional<GenericTest> test = find_generic_test(name);
    if (test) return *test;
    std::string hint = core::name_hint(name, all_names());
    throw Error("42704", "generic test \"" + name + "\" does not exist", "",
                hint + (hint.empty() ? "" : " ") + "Create your own with mesh.create_generic_test().");
}

bool is_builtin_test(const std::string &name) {
    std::vector<GenericTest> tests = builtin_tests();
    return std::any_of(tests.begin(), tests.end(), [&](const GenericTest &test) { return test.name == name; });
}

TestArgument parse_argument(const std::string &text) {
    size_t equal = text.find('=');
    auto trim = [](std::string part) {
        part.erase(0, part.find_first_not_of(" \t\n"));
        part.erase(part.find_last_not_of(" \t\n") + 1);
        return part;
    };
    std::string name = trim(text.substr(0, equal));
    bool plain = !name.empty() && !isdigit(static_cast<unsigned char>(name[0])) && clean(name) == name;
    if (!plain || name == "model" || name == "column_name")
        throw Error("42602", "invalid name of an argument: \"" + name + "\"", "",
                    "Use letters, digits and underscores; model and column_name are always there and need no mention.");
    if (equal == std::string::npos) return {name, std::nullopt};
    std::string value = trim(text.substr(equal + 1));
    return {name, Json::accept(value) ? core::parse_exact(value) : Json(value)};
}

Json complete_arguments(const GenericTest &test, const Json &given) {
    Json out = Json::object();
    std::vector<std::string> names;
    for (const TestArgument &argument : test.arguments) names.push_back(argument.name);
    for (const auto &[name, value] : given.items())
        if (std::find(names.begin(), names.end(), name) == names.end())
            throw Error("22023", "test \"" + test.name + "\" has no argument \"" + name + "\"", "", core::name_hint(name, names));
    for (const TestArgument &argument : test.arguments) {
        if (given.contains(argument.name)) out[argument.name] = given.at(argument.name);
        else if (argument.standard) out[argument.name] = *argument.standard;
        else throw Error("22023", "test \"" + test.name + "\" needs argument \"" + argument.name + "\"", "",
                         "Give it in arguments => '{\"" + argument.name + "\": ...}'.");
    }
    return out;
}

void check_builtin_arguments(const std::string &test, const Json &arguments) {
    if (test == "accepted_values") check_values(arguments);
    if (test == "expression_is_true") need_text(arguments, "expression");
    if (test == "relationships") {
        need_text(arguments, "to");
        need_text(arguments, "field");
    }
    if (test != "accepted_range") return;
    need_boolean(arguments, "inclusive");
    if (arguments.at("min_value").is_null() && arguments.at("max_value").is_null())
        throw Error("22023", "test \"accepted_range\" needs argument \"min_value\" or \"max_value\"");
}

std::string failing_template(const TestDef &test) {
    if (test.sql) return *test.sql;
    if (test.is_rendered) throw Error("55000", "test \"" + test.id() + "\" has no SQL before it runs");
    if (test.test == "not_null") return "select * from {{ model }} where {{ column_name }} is null";
    if (test.test == "unique")
        return "select {{ column_name }} as unique_field, count(*) as n_records from {{ model }}"
               " where {{ column_name }} is not null group by {{ column_name }} having count(*) > 1";
    if (test.test == "accepted_values")
        return "select {{ column_name }} as value_field, count(*) as n_records from {{ model }}"
               " where {{ column_name }} not in ({{ values }}) group by {{ column_name }}";
    if (test.test == "relationships")
        return "select child.* from {{ model }} as child where child.{{ column_name }} is not null and not exists"
               " (select 1 from {{ to }} as parent where parent.{{ field }} = child.{{ column_name }})";
    if (test.test == "accepted_range") return range_template(test.arguments);
    if (test.test == "expression_is_true")
        return std::string("select * from {{ model }} where not (") + (test.column ? "{{ column_name }} " : "") + "{{ expression }}\n)";
    throw Error("42704", "generic test \"" + test.test + "\" does not exist");
}

std::string detecting_template(const TestDef &test) {
    if (test.test == "accepted_values" && !test.sql) return "select * from {{ model }} where {{ column_name }} not in ({{ values }})";
    return failing_template(test);
}

std::string standard_test_name(const std::string &test, const std::string &model, const Value &column, const Json &given) {
    Json arguments = given;  // in the order of their names, as dbt sorts them
    if (column) arguments["column_name"] = *column;
    std::string out = test + "_" + model, separator = "_";
    for (const auto &[name, value] : arguments.items()) {
        Json parts = value.is_structured() ? value : Json::array({value});
        for (const Json &part : parts) {
            out += separator + clean(as_python(part));
            separator = "__";
        }
    }
    return fit_identifier(out);
}

}  // namespace mesh::engine
