// Filters, tests, methods and formatting; test/jinja compares far more of them with Python itself.
#include "jinja_helper.h"

namespace mesh::core::jinja::testing {

constexpr const char *rows = R"({"rows": [{"n": "b", "v": 2}, {"n": "A", "v": 1}, {"n": "c", "v": 2}]})";

TEST(JinjaFilter, SelectsSortsAndGroupsRows) {
    EXPECT_EQ(render("{{ rows | map(attribute='n') | join(',') }}", rows), "b,A,c");
    EXPECT_EQ(render("{{ rows | sort(attribute='n') | map(attribute='n') | join }}", rows), "Abc");
    EXPECT_EQ(render("{{ rows | selectattr('v', 'eq', 2) | map(attribute='n') | list }}", rows), "['b', 'c']");
    EXPECT_EQ(render("{% for g in rows | groupby('v') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}", rows),
              "1:1 2:2 ");
    EXPECT_EQ(render("{{ rows | sum(attribute='v') }} {{ rows | max(attribute='v') }}", rows), "5 {'n': 'b', 'v': 2}");
}

TEST(JinjaFilter, SortingIsStableAndReversedKeepsTheOrderOfEquals) {
    EXPECT_EQ(render("{{ rows | sort(attribute='v', reverse=true) | map(attribute='n') | join }}", rows), "bcA");
    EXPECT_EQ(error_of("{{ [1, 'a'] | sort }}").kind, ErrorClass::type);
}

TEST(JinjaFilter, NumbersFromText) {
    EXPECT_EQ(render("{{ '4.7' | int }} {{ 'x' | int(5) }} {{ '0x1f' | int(0, 16) }} {{ '1e3' | float }}"),
              "4 5 31 1000.0");
    EXPECT_EQ(render("{{ 2.5 | round }} {{ 2.675 | round(2) }} {{ 25 | round(-1) }} {{ 2.1 | round(0, 'ceil') }}"),
              "2.0 2.67 20 3.0");
}

TEST(JinjaFilter, JsonIsSafeInHtmlAndSorted) {
    EXPECT_EQ(render("{{ {'b': '<é>', 'a': [1.0, none]} | tojson }}"),
              R"({"a": [1.0, null], "b": "\u003c\u00e9\u003e"})");
    EXPECT_EQ(error_of("{{ missing | tojson }}").kind, ErrorClass::type);
}

TEST(JinjaFilter, EscapedTextStaysEscaped) {
    EXPECT_EQ(render("{{ '<' | e | e }}{{ ('<' | e) + '>' }}{{ ('<' | e) ~ '>' }}"), "&lt;&lt;&gt;&lt;>");
}

TEST(JinjaFilter, AnUnknownOneIsAnErrorUnlessItIsInABranchNotTaken) {
    EXPECT_EQ(error_of("{{ 1 | nope }}").kind, ErrorClass::syntax);
    EXPECT_EQ(render("{% if false %}{{ 1 | nope }}{% endif %}ok"), "ok");
    EXPECT_EQ(error_of("{% if true %}{{ 1 | nope }}{% endif %}").kind, ErrorClass::runtime);
}

TEST(JinjaMethod, TextKnowsUnicode) {
    EXPECT_EQ(
        render("{{ 'Straße'.upper() }} {{ 'ÉCOLE'.lower() }} {{ 'é😀'|length }} {{ 'héllo'[1:3] }} {{ 'ǆ'.title() }}"),
        "STRASSE école 2 él ǅ");
    EXPECT_EQ(render("{{ ' a b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a-b'.partition('-') }}"),
              "['a', 'b'] ['a', 'b,c'] ('a', '-', 'b')");
}

TEST(JinjaMethod, ListsAndDictsAreShared) {
    EXPECT_EQ(render("{% set a = {'x': 1} %}{% set b = a %}{% do b.update(y=2) %}{{ a }}{{ a.pop('x') }}{{ b }}"),
              "{'x': 1, 'y': 2}1{'y': 2}");
    EXPECT_EQ(error_of("{{ {}.pop('x') }}").kind, ErrorClass::key);
    EXPECT_EQ(error_of("{% set d = {'a': 1} %}{% for k in d %}{% do d.update(b=1) %}{% endfor %}").kind,
              ErrorClass::runtime);
}

TEST(JinjaFormat, PercentAndBraces) {
    EXPECT_EQ(render("{{ '%05.1f|%-4s|%x' % (2.25, 'a', 255) }}"), "002.2|a   |ff");
    EXPECT_EQ(render("{{ '{0:>6,}|{a!r:^5}|{1[0]}'.format(1234, [7], a='x') }}"), " 1,234| 'x' |7");
    EXPECT_EQ(error_of("{{ '{:>6,}'.format([1]) }}").kind, ErrorClass::type);
    EXPECT_EQ(error_of("{{ '%d' % 'a' }}").kind, ErrorClass::type);
}

}  // namespace mesh::core::jinja::testing
