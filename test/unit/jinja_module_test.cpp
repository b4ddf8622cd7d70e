// What dbt needs of the engine: macros called from outside, return(), blocks, native rendering, host objects.
#include "core/jinja/blocks.h"
#include "jinja_helper.h"

namespace mesh::core::jinja::testing {

Value call(const char *source, const char *name, Arguments arguments = {}) {
    const Module module(Template::parse(source, "macros.sql"), context_of(), make<Environment>());
    return module.call(name, arguments);
}

TEST(JinjaModule, AMacroGivesItsTextOrWhatItReturned) {
    EXPECT_EQ(repr(call("{% macro m(a) %} x{{ a }} {% endmacro %}", "dbt_macro__m", {{Value(1)}})), "' x1 '");
    EXPECT_EQ(repr(call("{% macro m() %}text{% do return([1, 2]) %}never{% endmacro %}", "dbt_macro__m")), "[1, 2]");
    EXPECT_EQ(repr(call("{% macro m() %}{{ return({'a': none}) }}{% endmacro %}", "dbt_macro__m")), "{'a': None}");
    EXPECT_EQ(repr(call("{% macro m() %}{% for i in [1, 2] %}{% if i == 2 %}{% do return(i) %}{% endif %}{% endfor "
                        "%}{% endmacro %}",
                        "dbt_macro__m")),
              "2");
    EXPECT_EQ(repr(call("{% macro m() %}{% set x = return(5) %}{% endmacro %}", "dbt_macro__m")), "5");
    EXPECT_EQ(repr(call("{% macro m() %}{% set x %}{% do return(6) %}{% endset %}{% endmacro %}", "dbt_macro__m")),
              "6");
}

TEST(JinjaModule, ReturnGoesThroughTheTemplatesOwnMacros) {
    const char *source =
        "{% macro inner() %}{% do return(7) %}{% endmacro %}{% macro m() %}a{{ dbt_macro__inner() }}b{% endmacro %}";
    EXPECT_EQ(repr(call(source, "dbt_macro__m")), "7");
}

TEST(JinjaModule, ReturnOutsideAMacroReachesTheHost) {
    EXPECT_THROW(render("{{ return(1) }}"), MacroReturn);
}

TEST(JinjaModule, AnUnknownMacroIsAnError) {
    EXPECT_THROW(call("", "dbt_macro__nope"), TemplateError);
}

TEST(JinjaModule, VariablesCanBeRead) {
    const Module module(Template::parse("{% set x = 1 %}{% if true %}{% set y = [2] %}{% endif %}text", "t"),
                        context_of(), make<Environment>());
    EXPECT_EQ(repr(module.get("x")), "1");
    EXPECT_EQ(repr(module.get("y")), "[2]");
    EXPECT_TRUE(module.get("z").is_missing());
    EXPECT_EQ(module.text(), "text");
}

TEST(JinjaTemplate, ListsItsBlocks) {
    const auto blocks =
        Template::parse(
            "{% macro a(x, y: int = 2) %}{% endmacro %}\n{% test t(model, column_name) %}{% endtest %}"
            "{% materialization m, adapter='postgres', supported_languages=['sql', 'python'] %}{% endmaterialization %}"
            "{% materialization d, default %}{% endmaterialization %}{% docs p %}text{% enddocs %}"
            "{% data_test u(model) %}{% enddata_test %}",
            "t")
            ->blocks();
    ASSERT_EQ(blocks.size(), 6u);
    EXPECT_EQ(blocks[0].export_name, "dbt_macro__a");
    EXPECT_EQ(blocks[0].parameters, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(blocks[0].required, 1u);
    EXPECT_EQ(blocks[1].kind, BlockKind::test);
    EXPECT_EQ(blocks[1].export_name, "dbt_macro__test_t");
    EXPECT_EQ(blocks[1].position.line, 2u);
    EXPECT_EQ(blocks[2].export_name, "dbt_macro__materialization_m_postgres");
    EXPECT_EQ(blocks[2].supported_languages, (std::vector<std::string>{"sql", "python"}));
    EXPECT_EQ(blocks[3].adapter, "default");
    EXPECT_EQ(blocks[3].supported_languages, (std::vector<std::string>{"sql"}));
    EXPECT_EQ(blocks[4].export_name, "dbt_docs__p");
    EXPECT_EQ(blocks[5].name, "u");
}

TEST(JinjaBlocks, AreTakenOutAsText) {
    const auto blocks = find_blocks("-- {% snapshot no %}\n", {"macro"});
    EXPECT_TRUE(blocks.empty());
    const auto found = find_blocks(
        "{# {% macro c() %} #}\n{% snapshot s %}\nselect '{% endsnapshot %}' {{ \"}}\" }}\n{% endsnapshot %}{% raw "
        "%}{% snapshot r %}{% endraw %}",
        {"snapshot"});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].name, "s");
    EXPECT_EQ(found[0].position.line, 2u);
    EXPECT_EQ(found[0].contents, "\nselect '");
}

TEST(JinjaBlocks, MustBeClosedAndAtTheTop) {
    EXPECT_THROW(find_blocks("{% macro a() %}", {"macro"}), TemplateError);
    EXPECT_THROW(find_blocks("{% macro a() %}{% macro b() %}{% endmacro %}{% endmacro %}", {"macro"}), TemplateError);
    EXPECT_THROW(find_blocks("{% if x %}{% macro a() %}{% endmacro %}{% endif %}", {"macro"}), TemplateError);
    EXPECT_THROW(find_blocks("{% endif %}", {"macro"}), TemplateError);
    EXPECT_EQ(find_blocks("{%- macro a() -%} x {%- endmacro -%}  y", {"macro"})[0].full,
              "{%- macro a() -%} x {%- endmacro -%}  ");
}

std::string native(const char *source, const char *json = R"({"n": 3, "l": [1], "s": "5"})") {
    return repr(Template::parse(source, "t")->render_native(context_of(json), make<Environment>()));
}

TEST(JinjaNative, ALoneExpressionKeepsItsValue) {
    EXPECT_EQ(native("{{ n }}"), "3");
    EXPECT_EQ(native("{{ l }}"), "[1]");
    EXPECT_EQ(native("{{ s }}"), "'5'");
    EXPECT_EQ(native("{{ n }} "), "'3 '");
    EXPECT_EQ(native(""), "''");
    EXPECT_EQ(native("{{ 1 }}"), "'1'");  // a constant is text, in dbt too
}

TEST(JinjaNative, MarkersConvert) {
    EXPECT_EQ(native("{{ s | as_number }}"), "5");
    EXPECT_EQ(native("{{ 'True' | as_bool }}"), "True");
    EXPECT_EQ(native("{{ \"{'a': [1, (2,)]}\" | as_native }}"), "{'a': [1, (2,)]}");
    EXPECT_EQ(native("{{ n | as_text }}"), "'3'");
    EXPECT_THROW(native("{{ 'x' | as_number }}"), TemplateError);
    EXPECT_EQ(render("{{ 'x' | as_number }}"), "x");
}

TEST(JinjaLenient, UndefinedGivesMoreUndefined) {
    auto environment = make<Environment>();
    environment->lenient_undefined = true;
    EXPECT_EQ(Template::parse("[{{ a.b.c('x')[0].d }}]{{ a.name }}", "t")->render(context_of(), environment), "[]a");
    EXPECT_THROW(Template::parse("{{ a.b + 1 }}", "t")->render(context_of(), environment), TemplateError);
}

class Relation : public Object {
public:
    std::string type_name() const override { return "Relation"; }
    bool mapping() const override { return true; }
    std::string str() const override { return "\"s\".\"t\""; }
    std::optional<Value> attribute(std::string_view name) override {
        return name == "schema" ? std::optional<Value>("s") : std::nullopt;
    }
    std::optional<Value> operate(std::string_view op, const Value &other, bool) override {
        return op == "+" ? std::optional<Value>(str() + to_text(other)) : std::nullopt;
    }
};

TEST(JinjaObject, TheHostsObjectsTakePart) {
    auto context = context_of();
    context->set("this", Value(make<Relation>()));
    auto text = [&](const char *source) { return Template::parse(source, "t")->render(context, make<Environment>()); };
    EXPECT_EQ(text("{{ this }} {{ this.schema }} {{ this is mapping }} {{ this.nope is defined }}"),
              "\"s\".\"t\" s True False");
    EXPECT_EQ(text("{{ this + 1 }}"), "\"s\".\"t\"1");
    EXPECT_THROW(text("{{ this() }}"), TemplateError);
}

}  // namespace mesh::core::jinja::testing
