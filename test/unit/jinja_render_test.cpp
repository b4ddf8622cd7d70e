// The language: statements, expressions, scoping, white space.
#include "jinja_helper.h"

namespace mesh::core::jinja::testing {

TEST(JinjaRender, TextPassesAndOneLineEndIsDropped) {
    EXPECT_EQ(render("select 1\n"), "select 1");
    EXPECT_EQ(render("a\r\nb\rc\n\n"), "a\nb\nc\n");
    EXPECT_EQ(render(""), "");
}

TEST(JinjaRender, WhiteSpaceControl) {
    EXPECT_EQ(render("a \n {%- if true -%} \n b {% endif %} c"), "ab  c");
    EXPECT_EQ(render("a {{- 1 -}} b {#- note -#} c"), "a1bc");
    EXPECT_EQ(render("{% raw %}{{ x }}{% endraw %}"), "{{ x }}");
}

TEST(JinjaRender, PythonsNumbers) {
    EXPECT_EQ(render("{{ 7 // -2 }} {{ -7 % 3 }} {{ 2 ** -1 }} {{ 7 / 2 }} {{ 4 / 2 }}"), "-4 2 0.5 3.5 2.0");
    EXPECT_EQ(render("{{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 1e-5 }} {{ -0.0 }}"),
              "0.30000000000000004 1e+16 1000000000000000.0 1e-05 -0.0");
    EXPECT_EQ(render("{{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }}"),
              "9223372036854775807 -9223372036854775808");
    EXPECT_EQ(error_of("{{ 9223372036854775807 + 1 }}").kind, ErrorClass::overflow);
    EXPECT_EQ(error_of("{{ 10 ** 19 }}").kind, ErrorClass::overflow);
}

TEST(JinjaRender, ContainersPrintAsPythonPrintsThem) {
    EXPECT_EQ(render("{{ {'a': [1, 2.5, none, true], (1,): 'it\\'s'} }}"),
              "{'a': [1, 2.5, None, True], (1,): \"it's\"}");
    EXPECT_EQ(render("{{ ['é', '\\n', '\\x00'] }}"), "['é', '\\n', '\\x00']");
    EXPECT_EQ(render("{% set l = [1] %}{% do l.append(l) %}{{ l }}"), "[1, [...]]");
    EXPECT_EQ(render("{{ {1: 'a', true: 'b', 1.0: 'c'} }}"), "{1: 'c'}");
}

TEST(JinjaRender, LoopsKnowWhereTheyAre) {
    EXPECT_EQ(render("{% for x in 'abc' %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}"), "1a,2b,3c");
    EXPECT_EQ(render("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% else %}none{% endfor %}"), "a=1");
    EXPECT_EQ(render("{% for x in [] %}x{% else %}none{% endfor %}"), "none");
    EXPECT_EQ(render("{% for x in [1, [2, [3]]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}"), "123");
    EXPECT_EQ(render("{% for x in range(9) if x is odd %}{% if x > 6 %}{% break %}{% endif %}{{ x }}{% endfor %}"),
              "135");
}

TEST(JinjaRender, ALoopCannotSetWhatIsOutside) {
    EXPECT_EQ(render("{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}"), "231");
    EXPECT_EQ(
        render("{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}"),
        "4");
    EXPECT_EQ(render("{% if true %}{% set x = 2 %}{% endif %}{{ x }}"), "2");
}

TEST(JinjaRender, MacrosBindAsPythonFunctionsDo) {
    const char *macro = "{% macro m(a, b=a, c='z') %}{{ a }}{{ b }}{{ c }}{{ varargs }}{{ kwargs }}{% endmacro %}";
    EXPECT_EQ(render((std::string(macro) + "{{ m(1) }}").c_str()), "11z(){}");
    EXPECT_EQ(render((std::string(macro) + "{{ m(1, 2, 3, 4, x=5) }}").c_str()), "123(4,){'x': 5}");
    EXPECT_EQ(render("{% macro m(n) %}{% for i in range(n) %}{{ caller(i) }}{% endfor %}{% endmacro %}"
                     "{% call(x) m(2) %}<{{ x }}>{% endcall %}"),
              "<0><1>");
    EXPECT_EQ(error_of("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}").kind, ErrorClass::type);
    EXPECT_EQ(error_of("{% macro m(a) %}{% endmacro %}{{ m(z=2) }}").kind, ErrorClass::type);
}

TEST(JinjaRender, MacrosSeeTheVariablesAroundThemAsTheyAreNow) {
    EXPECT_EQ(render("{% set v = 1 %}{% macro m() %}{{ v }}{% endmacro %}{{ m() }}{% set v = 2 %}{{ m() }}"), "12");
}

TEST(JinjaRender, BlocksAsValues) {
    EXPECT_EQ(render("{% set x | upper %}a{{ 1 }}{% endset %}{{ x }}"), "A1");
    EXPECT_EQ(render("{% filter replace('a', 'b') | upper %}aa{% endfilter %}"), "BB");
    EXPECT_EQ(render("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}"), "3False");
}

TEST(JinjaRender, UndefinedPrintsNothingAndRefusesTheRest) {
    EXPECT_EQ(render("[{{ missing }}{{ {}.a }}{{ 'x' if false }}]{{ missing is defined }}{{ missing | default('d') }}"),
              "[]Falsed");
    EXPECT_EQ(error_of("{{ missing.x }}").kind, ErrorClass::undefined);
    EXPECT_STREQ(error_of("{{ {'a': 1}.b.c }}").what(), "'dict object' has no attribute 'b'");
    EXPECT_STREQ(error_of("{{ missing + 1 }}").what(), "'missing' is undefined");
}

TEST(JinjaRender, TheSandboxHidesWhatBeginsWithAnUnderscore) {
    EXPECT_EQ(render("[{{ ''.__class__ }}]"), "[]");
    EXPECT_EQ(error_of("{{ ''.__class__.mro() }}").kind, ErrorClass::security);
    EXPECT_EQ(error_of("{{ '{0.__class__.mro}'.format('') }}").kind, ErrorClass::security);
    EXPECT_EQ(error_of("{{ range(100001) }}").kind, ErrorClass::overflow);
}

TEST(JinjaRender, GeneratorsAreLazyAndRunOnce) {
    EXPECT_EQ(render("{% set g = [1, 2] | map('string') %}{{ g | join }}{{ g | join }}."), "12.");
    EXPECT_EQ(render("{% set x = [1] | map('nope') %}fine"), "fine");
    EXPECT_EQ(error_of("{{ [1] | map('nope') | list }}").kind, ErrorClass::runtime);
    EXPECT_EQ(
        render(
            "{% set seen = [] %}{% for x in [1, 1, 2] if x not in seen %}{% do seen.append(x) %}{{ x }}{% endfor %}"),
        "12");
}

TEST(JinjaRender, ATemplateRendersManyTimes) {
    auto source = Template::parse("{% set l = [n] %}{% do l.append(1) %}{{ l }}", "t");
    auto environment = make<Environment>();
    EXPECT_EQ(source->render(context_of(R"({"n": 1})"), environment), "[1, 1]");
    EXPECT_EQ(source->render(context_of(R"({"n": 2})"), environment), "[2, 1]");
}

}  // namespace mesh::core::jinja::testing
