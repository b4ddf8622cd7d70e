// Where errors say they happened.
#include "jinja_helper.h"

namespace mesh::core::jinja::testing {

TEST(JinjaError, SyntaxErrorsNameLineAndColumn) {
    const TemplateError error = error_of("select 1\n{{ a b }}");
    EXPECT_EQ(error.kind, ErrorClass::syntax);
    EXPECT_STREQ(error.what(), "expected token 'end of print statement', got 'b'");
    EXPECT_EQ(error.position().line, 2u);
    EXPECT_EQ(error.position().column, 6u);
    EXPECT_EQ(error.detail, "In t.sql line 2 column 6.");
    EXPECT_EQ(error.sqlstate, "42601");
}

TEST(JinjaError, AMissingEndNamesTheTag) {
    const TemplateError error = error_of("{% if x %}\n{% for y in z %}");
    EXPECT_NE(std::string(error.what()).find("The innermost block that needs to be closed is 'for'"),
              std::string::npos);
}

TEST(JinjaError, RuntimeErrorsNameTheMacrosOnTheWay) {
    const TemplateError error = error_of(
        "{% macro inner(x) %}\n{{ x.y }}{% endmacro %}\n{% macro outer() %}{{ inner() }}{% endmacro %}\n\n{{ outer() "
        "}}");
    EXPECT_EQ(error.kind, ErrorClass::undefined);
    ASSERT_EQ(error.stack.size(), 3u);
    EXPECT_EQ(error.stack[0].macro, "inner");
    EXPECT_EQ(error.stack[0].position.line, 2u);
    EXPECT_EQ(error.stack[1].macro, "outer");
    EXPECT_EQ(error.stack[1].position.line, 3u);
    EXPECT_EQ(error.stack[2].macro, "");
    EXPECT_EQ(error.stack[2].position.line, 5u);
    EXPECT_EQ(error.detail,
              "In macro inner of t.sql line 2 column 5, called from macro outer of t.sql line 3 column 28, "
              "called from t.sql line 5 column 9.");
}

TEST(JinjaError, LinesCountFromTheFirstLineGiven) {
    try {
        Template::parse("\n{{ ) }}", "macros.sql", {.first_line = 10});
        FAIL();
    } catch (const TemplateError &error) {
        EXPECT_EQ(error.position().line, 11u);
        EXPECT_EQ(error.stack.front().template_name, "macros.sql");
    }
}

TEST(JinjaError, WhatAHostFunctionThrowsPassesThrough) {
    auto context = context_of();
    context->set("query",
                 make_function("query", [](Arguments &) -> Value { throw Error("42P01", "relation does not exist"); }));
    auto source = Template::parse("{{ query() }}", "t");
    EXPECT_THROW(
        {
            try {
                source->render(context, make<Environment>());
            } catch (const Error &error) {
                EXPECT_EQ(error.sqlstate, "42P01");
                throw;
            }
        },
        Error);
}

TEST(JinjaError, AHostsTemplateErrorGetsItsPlace) {
    auto context = context_of();
    context->set("fail",
                 make_function("fail", [](Arguments &) -> Value { raise(ErrorClass::compilation, "no such model"); }));
    try {
        Template::parse("\n  {{ fail() }}", "m.sql")->render(context, make<Environment>());
        FAIL();
    } catch (const TemplateError &error) {
        EXPECT_EQ(error.kind, ErrorClass::compilation);
        EXPECT_EQ(error.position().line, 2u);
    }
}

}  // namespace mesh::core::jinja::testing
