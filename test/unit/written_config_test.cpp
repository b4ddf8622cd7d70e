#include <gtest/gtest.h>

#include "core/project/written_config.h"

using namespace mesh::core::project;

namespace {

struct Case {
    std::string arguments;
    std::vector<std::string> kept;
};

std::vector<std::string> kept(const std::string &text, bool static_too = true) {
    std::vector<std::string> out;
    const Json config = written_config(text, static_too);
    for (const auto &[name, value] : config.items()) out.push_back(value);
    return out;
}

}  // namespace

// What Jinja2 3.1 says of the same text.
TEST(WrittenConfig, IsWhatPythonShows) {
    const Case cases[] = {
        {"materialized='table'",
         {"Keyword(key='materialized', value=Const(value='table'))"}},
        {"a=\"it's\", b=1, c=1.5, d=true, e=none",
         {"Keyword(key='a', value=Const(value=\"it's\"))", "Keyword(key='b', value=Const(value=1))", "Keyword(key='c', value=Const(value=1.5))", "Keyword(key='d', value=Const(value=True))", "Keyword(key='e', value=Const(value=None))"}},
        {"tags=['x', \"y\"], meta={'a': 1, 'b': [1, 2]}",
         {"Keyword(key='tags', value=List(items=[Const(value='x'), Const(value='y')]))", "Keyword(key='meta', value=Dict(items=[Pair(key=Const(value='a'), value=Const(value=1)), Pair(key=Const(value='b'), value=List(items=[Const(value=1), Const(value=2)]))]))"}},
        {"schema=var('s', 'main') ~ '_x' ~ target.name",
         {"Keyword(key='schema', value=Concat(nodes=[Call(node=Name(name='var', ctx='load'), args=[Const(value='s'), Const(value='main')], kwargs=[], dyn_args=None, dyn_kwargs=None), Const(value='_x'), Getattr(node=Name(name='target', ctx='load'), attr='name', ctx='load')]))"}},
        {"enabled=target.name == 'prod' and not var('off', false) or 1 < 2 <= 3",
         {"Keyword(key='enabled', value=Or(left=And(left=Compare(expr=Getattr(node=Name(name='target', ctx='load'), attr='name', ctx='load'), ops=[Operand(op='eq', expr=Const(value='prod'))]), right=Not(node=Call(node=Name(name='var', ctx='load'), args=[Const(value='off'), Const(value=False)], kwargs=[], dyn_args=None, dyn_kwargs=None))), right=Compare(expr=Const(value=1), ops=[Operand(op='lt', expr=Const(value=2)), Operand(op='lteq', expr=Const(value=3))])))"}},
        {"x=a if b else c, y=a if b",
         {"Keyword(key='x', value=CondExpr(test=Name(name='b', ctx='load'), expr1=Name(name='a', ctx='load'), expr2=Name(name='c', ctx='load')))", "Keyword(key='y', value=CondExpr(test=Name(name='b', ctx='load'), expr1=Name(name='a', ctx='load'), expr2=None))"}},
        {"x=a|upper|replace('a', b=1), y=a is defined, z=a is not divisibleby(3)",
         {"Keyword(key='x', value=Filter(node=Filter(node=Name(name='a', ctx='load'), name='upper', args=[], kwargs=[], dyn_args=None, dyn_kwargs=None), name='replace', args=[Const(value='a')], kwargs=[Keyword(key='b', value=Const(value=1))], dyn_args=None, dyn_kwargs=None))", "Keyword(key='y', value=Test(node=Name(name='a', ctx='load'), name='defined', args=[], kwargs=[], dyn_args=None, dyn_kwargs=None))", "Keyword(key='z', value=Not(node=Test(node=Name(name='a', ctx='load'), name='divisibleby', args=[Const(value=3)], kwargs=[], dyn_args=None, dyn_kwargs=None)))"}},
        {"x=a[0], y=a.b, z=a[1:2], w=a['k'], v=a[::2]",
         {"Keyword(key='x', value=Getitem(node=Name(name='a', ctx='load'), arg=Const(value=0), ctx='load'))", "Keyword(key='y', value=Getattr(node=Name(name='a', ctx='load'), attr='b', ctx='load'))", "Keyword(key='z', value=Getitem(node=Name(name='a', ctx='load'), arg=Slice(start=Const(value=1), stop=Const(value=2), step=None), ctx='load'))", "Keyword(key='w', value=Getitem(node=Name(name='a', ctx='load'), arg=Const(value='k'), ctx='load'))", "Keyword(key='v', value=Getitem(node=Name(name='a', ctx='load'), arg=Slice(start=None, stop=None, step=Const(value=2)), ctx='load'))"}},
        {"x=-1 + 2 * 3 ** 4 // 5 % 6 - 7 / 8, y=+a",
         {"Keyword(key='x', value=Sub(left=Add(left=Neg(node=Const(value=1)), right=Mod(left=FloorDiv(left=Mul(left=Const(value=2), right=Pow(left=Const(value=3), right=Const(value=4))), right=Const(value=5)), right=Const(value=6))), right=Div(left=Const(value=7), right=Const(value=8))))", "Keyword(key='y', value=Pos(node=Name(name='a', ctx='load')))"}},
        {"x=f(1, *a, k=2, **b)",
         {"Keyword(key='x', value=Call(node=Name(name='f', ctx='load'), args=[Const(value=1)], kwargs=[Keyword(key='k', value=Const(value=2))], dyn_args=Name(name='a', ctx='load'), dyn_kwargs=Name(name='b', ctx='load')))"}},
        {"x=(1, 2), y=a in b, z=a not in [1], w=a != b",
         {"Keyword(key='x', value=Tuple(items=[Const(value=1), Const(value=2)], ctx='load'))", "Keyword(key='y', value=Compare(expr=Name(name='a', ctx='load'), ops=[Operand(op='in', expr=Name(name='b', ctx='load'))]))", "Keyword(key='z', value=Compare(expr=Name(name='a', ctx='load'), ops=[Operand(op='notin', expr=List(items=[Const(value=1)]))]))", "Keyword(key='w', value=Compare(expr=Name(name='a', ctx='load'), ops=[Operand(op='ne', expr=Name(name='b', ctx='load'))]))"}},
        {"x='a' 'b', y='tab\\t\\'q'",
         {"Keyword(key='x', value=Const(value='ab'))", "Keyword(key='y', value=Const(value=\"tab\\t'q\"))"}},
    };
    for (const Case &one : cases) EXPECT_EQ(kept("{{ config(" + one.arguments + ") }} select 1"), one.kept) << one.arguments;
}

TEST(WrittenConfig, FirstCallThatIsNoMethod) {
    EXPECT_EQ(kept("{% if x %}{{ config(a=1) }}{% endif %}{{ config(a=2) }}"), std::vector<std::string>{"Keyword(key='a', value=Const(value=1))"});
    EXPECT_EQ(kept("{{ model.config(a=1) }}{% set y = f(config(a=2)) %}"), std::vector<std::string>{"Keyword(key='a', value=Const(value=2))"});
    EXPECT_EQ(kept("{{ config({'a': 1}) }} {{ my_config(a=2) }}"), std::vector<std::string>{});
    for (const char *none : {"select 'config('", "config(a=1)", "{{ config() }}"}) EXPECT_EQ(kept(none), std::vector<std::string>{}) << none;
    for (const char *broken : {"{{ config(a=", "{{ config(a='", "{{ config(", "{{ config(a"}) EXPECT_EQ(kept(broken), std::vector<std::string>{}) << broken;
}

// As dbt's parser without Jinja: what it reads has nothing that is written otherwise than it comes out.
TEST(WrittenConfig, NothingWhereAllIsLiteral) {
    for (const char *text : {"{{ config(a='x', b=True, c=['x', ['y']], d={'x': {'y': False}}) }} {{ ref('a') }}{{ ref('p', 'a', v=1) }}{{ source('a', 'b') }} {# c #}",
                             "{{ config (a='x',) }} {{ config(b='y') }} {{ 1 }} {{ 'lit' }}"})
        EXPECT_EQ(kept(text, false), std::vector<std::string>{}) << text;
    for (const char *more : {"{{ config(b=1) }}", "{{ config(b=true) }}", "{{ config(b=none) }}", "{{ config(b=('x', 'y')) }}", "{{ config(b={1: 'x'}) }}", "{{ config(pre_hook='x') }}",
                             "{{ this }}", "{{ ref(x) }}", "{{ ref('a') ~ 'x' }}", "{{ ref('a').identifier }}", "{% if x %}{% endif %}", "{{- ref('a') }}", "{{ ref('a', 'b', 'c') }}", "{{ f('a') }}"})
        EXPECT_EQ(kept("{{ config(a='x') }} " + std::string(more), false), std::vector<std::string>{"Keyword(key='a', value=Const(value='x'))"}) << more;
}
