// Limits, cancelling, and the freeing of what templates tie into knots.
#include "core/jinja/macro.h"
#include "jinja_helper.h"

namespace mesh::core::jinja::testing {

ErrorClass kind_under(const Limits &limits, const std::string &source) {
    auto environment = make<Environment>();
    environment->limits = limits;
    try {
        Template::parse(source, "t", {.dbt_names = false, .limits = limits})->render(context_of(), environment);
    } catch (const TemplateError &error) {
        return error.kind;
    }
    return ErrorClass::assertion;
}

std::string repeat(const std::string &what, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += what;
    return out;
}

TEST(JinjaLimit, EndlessRecursionIsAnError) {
    EXPECT_EQ(kind_under({}, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"), ErrorClass::recursion);
}

TEST(JinjaLimit, DeepNestingInTheSourceIsAnError) {
    EXPECT_EQ(kind_under({}, "{{ " + repeat("(", 100000) + "1" + repeat(")", 100000) + " }}"), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, "{{ " + repeat("[", 100000)), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, "{{ " + repeat("-", 100000) + "1 }}"), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, "{{ 1" + repeat(" + 1", 100000) + " }}"), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, repeat("{% if 1 %}", 50000)), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, "{{ x" + repeat(".a", 100000) + " }}"), ErrorClass::recursion);
}

TEST(JinjaLimit, DeepValuesAreMadeAndFreedAndNotPrinted) {
    const char *source =
        "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}";
    EXPECT_EQ(render(source), "");
    EXPECT_EQ(kind_under({}, std::string(source) + "{{ ns.l }}"), ErrorClass::recursion);
    EXPECT_EQ(kind_under({}, std::string(source) + "{{ ns.l == [ns.l] }}"), ErrorClass::recursion);
}

TEST(JinjaLimit, EndlessLoopsEnd) {
    const std::string loops = "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}{% endfor %}{% endfor %}{% endfor %}";
    EXPECT_EQ(kind_under({.list_items = 2000}, loops), ErrorClass::limit);
}

TEST(JinjaLimit, LooksAtValuesThatHoldOneAnotherEnd) {
    const std::string twice = "{% set n = namespace(l=[1], k=[1], t=(1,)) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% set n.k = [n.k, n.k] %}{% set n.t = (n.t, n.t) %}{% endfor %}";
    for (const char *look : {"n.l == n.k", "n.l < n.k", "[n.l].count(n.k)", "n.k in [n.l]", "{n.t: 1}"})
        EXPECT_EQ(kind_under({.list_items = 2000}, twice + "{{ " + look + " }}"), ErrorClass::limit) << look;
}

TEST(JinjaLimit, TextAndListsHaveABound) {
    EXPECT_EQ(kind_under({}, "{{ 'x' * 10 ** 12 }}"), ErrorClass::limit);
    EXPECT_EQ(kind_under({}, "{{ [1] * 10 ** 12 }}"), ErrorClass::limit);
    EXPECT_EQ(kind_under({}, "{{ '%999999999d' % 1 }}"), ErrorClass::limit);
    EXPECT_EQ(kind_under({}, "{{ 'x'.center(999999999999) }}"), ErrorClass::limit);
    EXPECT_EQ(kind_under({.output_bytes = 1000}, "{% for i in range(1000) %}ab{% endfor %}"), ErrorClass::limit);
    EXPECT_EQ(
        kind_under({.string_bytes = 1000},
                   "{% set ns = namespace(s='ab') %}{% for i in range(50) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"),
        ErrorClass::limit);
}

TEST(JinjaLimit, TheInterruptStopsAnEndlessLoop) {
    struct Cancelled {};
    auto environment = make<Environment>();
    int calls = 0;
    environment->interrupt = [&calls] {
        if (++calls == 3) throw Cancelled();
    };
    const char *source =
        "{% for a in range(99999) %}{% for b in range(99999) %}{% set x = b %}{% endfor %}{% endfor %}";
    EXPECT_THROW(Template::parse(source, "t")->render(context_of(), environment), Cancelled);
    EXPECT_EQ(calls, 3);
}

// Copies of megabytes are many steps each.
TEST(JinjaLimit, InterruptsComeAsSoonBetweenLargeTexts) {
    for (const char *large : {"text * 2", "text ~ text", "text + text", "[0] * 100000"}) {
        auto environment = make<Environment>();
        int calls = 0;
        environment->interrupt = [&calls] { ++calls; };
        const std::string source = std::string("{% set text = 'abcd' * 16384 * 30 %}{% for i in range(60) %}{% set x = ") + large + " %}{% endfor %}";
        (void)Template::parse(source, "t")->render(context_of(), environment);
        EXPECT_GE(calls, 1) << large;
    }
}

class Counted : public Object {
public:
    explicit Counted(int &count) : count_(count) { ++count_; }
    ~Counted() override { --count_; }
    std::string type_name() const override { return "Counted"; }

private:
    int &count_;
};

TEST(JinjaPool, FreesCycles) {
    int alive = 0;
    {
        const Pool pool;
        auto context = context_of();
        context->set("counted", Value(make<Counted>(alive)));
        Template::parse(
            "{% set l = [counted] %}{% do l.append(l) %}{% set ns = namespace() %}{% set ns.me = [ns, counted] %}", "t")
            ->render(context, make<Environment>());
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(JinjaPool, WhatOutlivesItIsEmpty) {
    Value kept;
    {
        const Pool pool;
        kept = Value(std::vector<Value>{Value(1)});
    }
    EXPECT_EQ(to_text(kept), "[]");
}

TEST(JinjaPool, ATemplatesOwnMacrosDoNotKeepItsVariables) {
    int alive = 0;
    auto context = context_of();
    context->set("counted", Value(make<Counted>(alive)));
    Template::parse("{% set c = counted %}{% macro m() %}{{ c }}{% endmacro %}", "t")
        ->render(context, make<Environment>());
    context->set("counted", Value());
    EXPECT_EQ(alive, 0);
}

}  // namespace mesh::core::jinja::testing
