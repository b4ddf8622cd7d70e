// A unit test: its model's SQL with the given rows as CTEs in place of what it reads.
#include <algorithm>

#include "core/jinja/text.h"
#include "core/project/compile.h"
#include "core/project/members.h"
#include "core/project/names.h"
#include "core/project/ref_lookup.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

// What a given input stands for.
struct Input {
    std::string unique_id, identifier;  // identifier: of its CTE
    const Json *given = nullptr;
    Node node;                          // as `this` and `model` of the fixture
};

const Node &tested_node(const Session &session, const OtherResource &test) {
    for (const std::string &id : test.depends_on_nodes)
        if (const auto at = session.manifest().nodes.find(id); at != session.manifest().nodes.end()) return at->second;
    throw Error("42704", "unit test \"" + test.name + "\" has no model");
}

Node node_of_source(const Source &source) {
    Node node;
    node.resource_type = ResourceType::model;
    node.unique_id = source.unique_id;
    node.name = source.name;
    node.package_name = source.package_name;
    node.original_file_path = source.original_file_path;
    node.database = source.database;
    node.schema = source.schema;
    node.alias = source.identifier.empty() ? source.name : source.identifier;
    node.config["quoting"] = source.quoting;
    return node;
}

Input find_input(const Session &session, const OtherResource &test, const Node &tested, const Json &given) {
    const std::string text = given.value("input", "");
    if (text == "this") return {tested.unique_id, tested.alias, &given, tested};
    const RefLookup lookup(session.manifest());
    const auto parsed = parse_ref_or_source(text);
    if (const auto *ref = std::get_if<Ref>(&parsed)) {
        if (const auto found = lookup.ref(*ref, test.package_name); found.node) return {found.node->unique_id, found.node->alias, &given, *found.node};
    } else if (const auto *names = std::get_if<std::vector<std::string>>(&parsed)) {
        if (const auto found = lookup.source((*names)[0], (*names)[1], test.package_name); found.source)
            return {found.source->unique_id, found.source->source_name + "__" + found.source->name, &given, node_of_source(*found.source)};
    }
    throw Error("42704", "unit test \"" + test.name + "\" had an input (" + text + ") which was not found in the manifest");
}

// The rows as SQL; text of format sql is the fixture itself.
std::string fixture_sql(Session &session, const Input &input) {
    const Json rows = input.given->value("rows", Json());
    Frame frame = run_frame(input.node);
    frame.package = session.manifest().project_name;
    const Session::Entered entered(session, frame);
    if (rows.is_string()) return session.render(rows.get<std::string>(), "fixture of " + input.unique_id);
    const Value macro = session.macros().visible_macro(frame.package, "get_fixture_sql");
    if (macro.is_missing()) raise_compilation("macro 'get_fixture_sql' was not found");
    Arguments arguments{{to_value(rows), Value()}};
    return jinja::to_text(macro.object().call(arguments));
}

// A macro whose result a unit test gives.
Value constant_macro(const Json &result) {
    return jinja::make_function("macro", [value = to_value(result)](Arguments &) { return value; });
}

bool is_value(const Value &value) {
    return value.is(jinja::Kind::string) || value.is(jinja::Kind::boolean) || value.is(jinja::Kind::integer) || value.is(jinja::Kind::real);
}

// overrides.macros: "name" for all who call it, "package.name" in the package (dbt's also without one).
void override_macros(Session &session, Frame &frame, const Json &macros) {
    const auto &visible = session.macros().visible(frame.package);
    for (const auto &[name, result] : macros.items()) {
        const auto dot = name.find('.');
        const std::string package = dot == std::string::npos ? "dbt" : name.substr(0, dot);
        const std::string plain = dot == std::string::npos ? name : name.substr(dot + 1);
        Value is_now;
        session.find(plain, is_now);
        // invocation_id and the like are no functions: their value is another one.
        const Value value = package == "dbt" && is_value(is_now) ? to_value(result) : constant_macro(result);
        if (dot == std::string::npos || package == "dbt") frame.extra->set(Value(plain), value);
        const Value *own = frame.extra->find(std::string_view(package)), *old = own ? own : visible->find(std::string_view(package));
        if (!old || !old->is(jinja::Kind::dict) || !old->dict().find(std::string_view(plain))) continue;
        auto copy = own ? jinja::Ptr<jinja::Dict>(&own->dict()) : old->dict().copy();
        copy->set(Value(plain), value);
        frame.extra->set(Value(package), Value(copy));
    }
}

// var() and env_var() with the test's own values before the project's.
void override_function(Session &session, Frame &frame, const char *name, const Json &values) {
    if (!values.is_object() || values.empty()) return;
    Value original;
    session.find(name, original);
    frame.extra->set(Value(name), jinja::make_function(name, [original, values](Arguments &arguments) {
        const auto own = arguments.positional.empty() ? values.end() : values.find(jinja::to_text(arguments.positional[0]));
        return own != values.end() ? to_value(*own) : original.object().call(arguments);
    }));
}

void apply_overrides(Session &session, Frame &frame, const OtherResource &test) {
    const auto overrides = test.content.find("overrides");
    if (overrides == test.content.end() || !overrides->is_object()) return;
    if (const auto macros = overrides->find("macros"); macros != overrides->end() && macros->is_object()) override_macros(session, frame, *macros);
    override_function(session, frame, "var", overrides->value("vars", Json::object()));
    override_function(session, frame, "env_var", overrides->value("env_vars", Json::object()));
}

}  // namespace

Compiled compile_unit_test(Session &session, const OtherResource &test) {
    const Session::Rendering rendering(session);
    session.asked_database = false;
    const Node &tested = tested_node(session, test);
    Frame frame = run_frame(tested);
    frame.unit_test = &test;
    const Session::Entered entered(session, frame);
    Compiled compiled;
    return hinted(session, [&] {
        apply_overrides(session, frame, test);
        const std::string sql = session.render(tested.raw_code, file_of(session.manifest(), tested.package_name, tested.original_file_path));
        std::vector<Input> inputs;
        const Json given = test.content.value("given", Json::array());
        for (const Json &one : given) inputs.push_back(find_input(session, test, tested, one));
        for (const std::string &id : frame.ephemeral) {
            const auto at = std::find_if(inputs.begin(), inputs.end(), [&](const Input &one) { return one.unique_id == id; });
            if (at == inputs.end())
                throw Error("42704", "unit test \"" + test.name + "\" gives no rows for \"" + id + "\", which its model reads", "",
                            "Add an input for it under given:, with rows: [] when none are needed.");
            compiled.ctes.emplace_back(id, cte_text(at->identifier, fixture_sql(session, *at)));
        }
        compiled.code = inject_ctes(sql, compiled.ctes);
        compiled.asked_database = session.asked_database;
        return compiled;
    });
}

}  // namespace mesh::core::project
