#include "core/project/generic_test.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/near.h"
#include "core/project/finish_node.h"
#include "core/project/written_config.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

const std::vector<std::string> config_keys = {"severity", "tags", "enabled", "where", "limit", "warn_if", "error_if", "fail_calc", "store_failures",
                                              "store_failures_as", "meta", "database", "schema", "alias"};

// A test taken apart.
struct TestBuilder {
    ParseState &state;
    const TestTarget &target;
    std::string name, package;  // of the test: "unique", "dbt_utils"
    Json arguments = Json::object(), config = Json::object();
    std::string description, custom_name;

    [[noreturn]] void refuse(const std::string &message, const std::string &hint = "") const {
        fail("22023", message, target.property->place, target.property->line, hint);
    }
};

// unique | {unique: {...}} | {test_name: unique, ...}
void split(TestBuilder &test, const Json &written) {
    std::string name;
    if (written.is_string()) {
        name = written;
    } else if (written.is_object() && written.contains("test_name")) {
        name = python_text(written["test_name"]);
        test.arguments = written;
        test.arguments.erase("test_name");
    } else if (written.is_object() && written.size() == 1) {
        name = written.begin().key();
        test.arguments = written.begin().value();
    } else {
        test.refuse("a test of \"" + test.target.property->name + "\" is neither a name nor one name with its arguments",
                    written.is_object() ? "Its keys are " + written.dump() + "; perhaps arguments are not indented below the test's name." : "");
    }
    if (test.arguments.is_null()) test.arguments = Json::object();
    if (!test.arguments.is_object()) test.refuse("arguments of test \"" + name + "\" on \"" + test.target.property->name + "\" are not a mapping");
    const std::size_t dot = name.find('.');
    test.package = dot == std::string::npos ? "" : name.substr(0, dot);
    test.name = dot == std::string::npos ? name : name.substr(dot + 1);
}

// arguments: holds what the macro takes, unless the project says that it is an argument itself.
void lift_arguments(TestBuilder &test) {
    if (!test.state.flag("require_generic_test_arguments_property")) return;
    const auto found = test.arguments.find("arguments");
    if (found == test.arguments.end()) return;
    const Json nested = *found;
    test.arguments.erase("arguments");
    if (!nested.is_object()) return;
    for (const auto &item : nested.items()) test.arguments[item.key()] = item.value();
}

// Configs see no macros.
[[noreturn]] void refuse_config(const TestBuilder &test, const std::string &key, const Error &error) {
    const Property &property = *test.target.property;
    const std::string column = text_member(test.arguments, "column_name"), what = error.what();
    std::string told = what;
    if (what.find(" is undefined") != std::string::npos)
        told = "The " + property.name + "." + (column.empty() ? "None" : column) + " column's \"" + test.name + "\" test references an undefined macro in its " + key +
               " configuration argument. The macro " + what + ".\nPlease note that the generic test configuration parser currently does not support using custom macros to populate configuration values";
    fail(error.sqlstate.c_str(), "Invalid generic test configuration given in " + property.original_path + ": \n" + told, property.place, property.line, error.hint);
}

Json rendered(const TestBuilder &test, const std::string &key, const Json &value) {
    if (!value.is_string()) return value;
    try {
        return test.state.yaml_renderer(*test.target.property->package).render(value.get<std::string>(), test.target.property->place);
    } catch (const Error &error) {
        refuse_config(test, key, error);
    }
}

// Falsy in Python.
bool empty(const Json &value) {
    return value.is_null() || value == false || value == 0 || (value.is_string() && value == "") || (value.is_structured() && value.empty());
}

// Configs stand beside the arguments or in config:.
void lift_config(TestBuilder &test) {
    Json nested = Json::object();
    if (const auto found = test.arguments.find("config"); found != test.arguments.end()) {
        nested = found->is_object() ? *found : Json::object();
        test.arguments.erase("config");
    }
    for (const std::string &key : config_keys) {
        Json value;
        if (const auto found = test.arguments.find(key); found != test.arguments.end()) {
            value = *found;
            test.arguments.erase(key);
        }
        if (!empty(value) && nested.contains(key)) test.refuse("Test cannot have the same key at the top-level and in config: \"" + key + "\" of test \"" + test.name + "\"");
        if (empty(value) && nested.contains(key)) {
            value = nested[key];
            nested.erase(key);
        }
        if (value = rendered(test, key, value); !value.is_null()) test.config[key] = std::move(value);
    }
    for (const auto &item : nested.items())
        if (Json value = rendered(test, item.key(), item.value()); !value.is_null()) test.config[item.key()] = std::move(value);
}

std::string take_text(Json &object, const char *key) {
    const std::string text = text_member(object, key);
    object.erase(key);
    return text;
}

TestNames name_test(TestBuilder &test) {
    if (!test.custom_name.empty()) return {test.custom_name, test.custom_name};
    std::string kind = (test.target.is_source ? "source_" : "") + test.name;
    if (!test.package.empty()) kind = test.package + "_" + kind;
    TestNames names = make_test_names(kind, test.target.name, test.arguments);
    if (names.full != names.shortened && !test.config.contains("alias")) test.config["alias"] = names.shortened;
    return names;
}

// {{ test_unique(**_dbt_generic_test_kwargs) }}{{ config(severity="warn") }}
std::string raw_code(const TestBuilder &test) {
    std::string code = "{{ " + (test.package.empty() ? "" : test.package + ".") + "test_" + test.name + "(**_dbt_generic_test_kwargs) }}";
    if (test.config.empty()) return code;
    code += "{{ config(";
    bool first = true;
    for (const auto &item : test.config.items()) {
        if (!std::exchange(first, false)) code += ',';
        code += item.key() + '=';
        if (!item.value().is_string()) {
            code += python_text(item.value());
            continue;
        }
        code += '"';
        for (const char c : item.value().get_ref<const std::string &>()) {
            if (c == '"') code += '\\';
            code += c;
        }
        code += '"';
    }
    return code + ") }}";
}

const MacroInfo *find_macro(const TestBuilder &test) {
    const std::string name = "test_" + test.name;
    const MacroFinder &macros = *test.state.macros;
    if (!test.package.empty())
        if (const MacroInfo *named = macros.find_in(test.package, name)) return named;
    return macros.find(test.target.property->package->name, name);
}

// What the four tests that come with dbt ask for can be read off their arguments.
bool known_by_heart(const TestBuilder &test, const MacroInfo &macro) {
    if (!MacroFinder::built_in(macro.package_name)) return false;
    if (test.name == "not_null" || test.name == "unique") return true;
    if (test.name != "accepted_values" && test.name != "relationships") return false;
    if (const MacroInfo *where = test.state.macros->find(test.state.manifest.project_name, "get_where_subquery"); !where || !MacroFinder::built_in(where->package_name))
        return false;
    for (const auto &item : test.arguments.items()) {
        if (item.key() == "model" || item.key() == "column_name") continue;
        if (item.value().is_string() && has_template(item.value().get_ref<const std::string &>())) return false;
        if (!item.value().is_string() && item.value().dump().find("{{") != std::string::npos) return false;
        if (item.key() == "to" && (!item.value().is_string() || parse_ref_or_source(item.value().get<std::string>()).index() == 0)) return false;
    }
    return true;
}

void take_by_heart(const TestBuilder &test, Node &node) {
    if (const auto to = test.arguments.find("to"); to != test.arguments.end() && test.name == "relationships") {
        const auto parsed = parse_ref_or_source(to->get<std::string>());
        if (const Ref *ref = std::get_if<Ref>(&parsed)) node.refs.push_back(*ref);
        else node.sources.push_back(std::get<std::vector<std::string>>(parsed));
    }
    if (test.target.ref) node.refs.push_back(*test.target.ref);
    else node.sources.push_back(test.target.source);
    if (test.name != "not_null" && test.name != "unique") node.depends_on_macros.push_back("macro.dbt.get_where_subquery");
}

// As with dbt, the test alone fails, when it runs.
void note_unknown(TestBuilder &test, Node &node) {
    const Property &property = *test.target.property;
    const std::string text = "test \"" + (test.package.empty() ? "" : test.package + ".") + test.name + "\" on \"" + property.name + "\" does not exist";
    test.state.warn(property.place, property.line, text + ". " + name_hint(test.name, test.state.macros->names("test_")));
    if (test.target.ref) node.refs.push_back(*test.target.ref);
    else node.sources.push_back(test.target.source);
    node.depends_on_macros.push_back("macro.dbt.get_where_subquery");
}

Node make_node(const TestBuilder &test, const TestNames &names, std::vector<std::string> tags, const Json *column) {
    const Property &property = *test.target.property;
    Node node;
    node.resource_type = ResourceType::test;
    node.name = node.alias = names.full;
    node.package_name = property.package->name;
    node.package_root = property.package->root;
    node.test_metadata = TestMetadata{test.name, test.package, test.arguments};
    node.unique_id = "test." + node.package_name + "." + names.full + "." + test_hash(names.full, *node.test_metadata);
    node.path = names.shortened + ".sql";
    node.original_file_path = property.original_path;
    const std::size_t slash = property.original_path.find('/');
    node.fqn = make_fqn(node.package_name, slash == std::string::npos ? "" : property.original_path.substr(slash + 1), names.full);
    node.raw_code = raw_code(test);
    node.description = test.description;
    node.line = property.line;
    node.database = test.state.manifest.target.database;
    node.schema = test.state.manifest.target.schema;
    if (column) node.column_name = test.arguments["column_name"];
    node.file_key_name = test.target.file_key;
    if (const auto own = test.config.find("tags"); own != test.config.end())
        for (const Json &tag : as_list(*own)) {
            if (!tag.is_string()) test.refuse("a tag of test \"" + test.name + "\" on \"" + property.name + "\" is not text");
            tags.push_back(tag);
        }
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    node.tags = std::move(tags);
    return node;
}

// Config calls of the test: what properties say, then the macro's own, then the properties' again as the text calls config() with it.
Json take_rendered(const TestBuilder &test, const MacroInfo &macro, Node &node) {
    Json calls = test.config;
    ParsedText parsed = test.state.renderer->render_test(node, macro.unique_id, test.arguments);
    for (const Json &call : parsed.config_calls) merge_config_call(calls, call);
    if (!test.config.empty()) merge_config_call(calls, test.config);
    node.refs = std::move(parsed.refs);
    node.sources = std::move(parsed.sources);
    node.functions = std::move(parsed.functions);
    for (std::string &id : parsed.macros)
        if (std::find(node.depends_on_macros.begin(), node.depends_on_macros.end(), id) == node.depends_on_macros.end())
            node.depends_on_macros.push_back(std::move(id));
    return calls;
}

// The config as its text calls it; dbt renders no text of these two.
void keep_written(ParseState &state, const MacroInfo &macro, Node &node) {
    if (macro.unique_id == "macro.dbt.test_not_null" || macro.unique_id == "macro.dbt.test_unique") return;
    const Json written = written_config(node.raw_code, true);
    if (!written.empty()) node.unrendered_config = state.configs->unrendered(node.resource_type, node.fqn, node.package_name, written, nullptr);
}

void set_column(TestBuilder &test, const Json *column) {
    if (!column) return;
    std::string name = text_member(*column, "name");
    const auto quote = column->find("quote");
    const bool unsaid = quote == column->end() || quote->is_null();
    if (unsaid ? test.target.quotes_columns : *quote == true) name = '"' + name + '"';
    test.arguments["column_name"] = name;
}

}  // namespace

void add_generic_test(ParseState &state, const TestTarget &target, const Json &written, const Json *column, const std::vector<std::string> &tags) {
    TestBuilder test{state, target, "", "", Json::object(), Json::object(), "", ""};
    split(test, written);
    set_column(test, column);
    lift_arguments(test);
    if (test.arguments.contains("model")) test.refuse("test \"" + test.name + "\" on \"" + target.property->name + "\" has an argument \"model\"");
    test.arguments["model"] = "{{ get_where_subquery(" + target.model + ") }}";
    lift_config(test);
    test.description = take_text(test.arguments, "description");
    test.custom_name = take_text(test.arguments, "name");
    const TestNames names = name_test(test);
    const MacroInfo *macro = find_macro(test);
    Node node = make_node(test, names, tags, column);
    Json calls = test.config;
    if (macro) node.depends_on_macros.push_back(macro->unique_id);
    if (!macro) note_unknown(test, node);
    else if (known_by_heart(test, *macro)) take_by_heart(test, node);
    else calls = take_rendered(test, *macro, node);
    finish_node(state, node, calls, nullptr, target.property->place);
    if (macro && state.flag("state_modified_compare_more_unrendered_values")) keep_written(state, *macro, node);
    if (target.attached) {
        node.attached_node = target.attached->unique_id;
        node.group = target.attached->group;
    }
    state.add(std::move(node), target.property->place);
}

void add_tests(ParseState &state, const TestTarget &target, const Json &columns, const Json &tests, const std::vector<std::string> &tags) {
    for (const Json &column : columns) {
        if (!column.is_object()) continue;
        const Json &own = tests_of(column, *target.property);
        if (own.empty()) continue;
        std::vector<std::string> all = tags;
        for (std::string &tag : column_tags(column)) all.push_back(std::move(tag));
        for (const Json &test : own) add_generic_test(state, target, test, &column, all);
    }
    for (const Json &test : tests) add_generic_test(state, target, test, nullptr, tags);
}

namespace {

void add_model_tests(ParseState &state, const RefLookup &lookup, const Property &property, const Json *version) {
    TestTarget target;
    target.property = &property;
    const std::string v = version ? version_name((*version)["v"]) : "";
    target.name = v.empty() ? property.name : property.name + "_v" + v;
    target.file_key = property.key + "." + property.name;
    target.model = v.empty() ? "ref('" + property.name + "')" : "ref('" + property.name + "', version='" + v + "')";
    target.ref = Ref{property.name, "", v};
    target.quotes_columns = property.entry.value("quote_columns", Json()) == true;
    target.attached = lookup.in_package(property.name, v, property.package->name, true);
    const Json own_columns = version ? version_columns(property.entry, *version, property) : Json();
    const Json &columns = version ? own_columns : list_member(property.entry, "columns", property);
    const bool own_tests = version && (version->contains("data_tests") || version->contains("tests"));
    add_tests(state, target, columns, tests_of(own_tests ? *version : property.entry, property), {});
}

}  // namespace

void read_generic_tests(ParseState &state) {
    const RefLookup lookup(state.manifest);
    // Aside while tests that are switched off come: the lookup and the tests' targets point to what is in it, which has to stay where it is.
    std::vector<Node> disabled = std::exchange(state.manifest.disabled, {});
    for (const Property &property : state.properties) {
        if (property.key != "models" && property.key != "seeds" && property.key != "snapshots") continue;
        const Json &versions = list_member(property.entry, "versions", property);
        if (versions.empty() || property.key != "models") add_model_tests(state, lookup, property, nullptr);
        for (const Json &version : versions) add_model_tests(state, lookup, property, &version);
    }
    std::move(state.manifest.disabled.begin(), state.manifest.disabled.end(), std::back_inserter(disabled));
    state.manifest.disabled = std::move(disabled);
}

}  // namespace mesh::core::project
