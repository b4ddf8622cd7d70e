"""Templates made by hand: each line is about one thing that is easy to get wrong."""
import generate

# Text and white space.
WHITESPACE = r"""
a {{ 1 }} b
a {{- 1 -}} b
a {%- if true -%} b {%- endif -%} c
a {%+ if true +%} b {%+ endif +%} c
{% if true %}
x
{% endif %}
{#- c -#} x {# d #}
a {#- c #} b {# d -#} c
{% raw %}{{ x }}{% y %}{% endraw %}
a {%- raw -%} {{ x }} {%- endraw -%} b
{{ '{{' }}{{ '}}' }}{{ '%}' }}
{{ "a" "b" 'c' }}
{{ {'a': {'b': 1}}.a.b }}
{{ {'a': [1, {'b': (1, 2)}]} }}
{ { } } {% if 1 %}%{% endif %}
{{ 1 }}{{- 2 }}
}} %} #}
{% set x = '%}' %}{{ x }}
{{ "#}" }}
{% if '{%' %}y{% endif %}
{{ 5 -}}
    {{- 6 }}
""".strip("\n")

EXPRESSIONS = r"""
{{ 1 + 2 * 3 - 4 / 2 }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}
{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** -1 }} {{ 4 ** 0.5 }} {{ 0 ** 0 }}
{{ 1 / 3 }} {{ 2 / 1 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789.123 }} {{ 1e-5 }} {{ 0.0001 }} {{ 1.0 }} {{ 100.0 }} {{ 1e100 }} {{ 5e-324 }}
{{ 0.1 + 0.2 }} {{ 1.1 * 3 }} {{ 3.0 * 2 }} {{ -0.0 }} {{ 1e308 * 10 }} {{ -1e308 * 10 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1.0 / 0 }}
{{ 1.5 // 0 }}
{{ 0 ** -1 }}
{{ 10.0 ** 400 }}
{{ true + true }} {{ true * 3 }} {{ -true }} {{ +false }} {{ true == 1 }} {{ 1 == 1.0 }} {{ true is sameas true }}
{{ 0x1f }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }} {{ 1_0.5 }} {{ 1e1_0 }}
{{ 'a' ~ 1 ~ none ~ 2.0 ~ [1] ~ true }}
{{ 'a' * 3 }} {{ 3 * 'ab' }} {{ [1, 2] * 2 }} {{ 'a' * -1 }} {{ (1,) * 2 }}
{{ [1] + [2] }} {{ (1,) + (2,) }} {{ [1] + (2,) }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ 'a' - 'b' }}
{{ none + 1 }}
{{ [] < [1] }} {{ [1, 2] < [1, 3] }} {{ (1, 2) >= (1,) }} {{ 'a' < 'b' }} {{ 'B' < 'a' }} {{ 'é' > 'z' }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ {} < {} }}
{{ [1, 'a'] < [1, 2] }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1 != 2 }} {{ 3 > 2 in [2] }}
{{ 1 in [1] }} {{ 'a' in 'abc' }} {{ '' in '' }} {{ 'k' in {'k': 1} }} {{ 4 not in [1] }} {{ 2.0 in [2] }} {{ 3 in range(5) }} {{ not 1 in [1] }}
{{ 1 in 'abc' }}
{{ 1 in 5 }}
{{ [] in {} }}
{{ 'x' if true }}|{{ 'x' if false }}|{{ 'x' if false else 'y' }}|{{ 1 if 0 else 2 if 0 else 3 }}
{{ ('x' if false) + 'a' }}
{{ ('x' if false).foo }}
{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or [] or none }} {{ not '' }} {{ not not 1 }} {{ 1 and 0 or 3 }}
{{ missing }}|{{ missing or 'd' }}|{{ not missing }}|{{ missing == missing }}|{{ missing == none }}|{{ missing is none }}|{{ missing in [1] }}|{{ 1 in missing }}|{{ missing ~ 'x' }}|{{ [missing] }}
{{ missing + 1 }}
{{ 1 + missing }}
{{ 'a' + missing }}
{{ [1] + missing }}
{{ missing.foo }}
{{ missing['foo'] }}
{{ missing() }}
{{ missing < 1 }}
{{ -missing }}
{{ 'a' * missing }}
{{ missing[1:] }}
{{ missing|length }} {{ missing|list }} {{ missing|join }} {{ missing|upper }}| {{ missing|default(3) }} {{ missing|first is defined }}
{{ missing|int }}
{{ missing|float }}
{{ missing|abs }}
{{ missing|round }}
{{ d.nope }}|{{ d.nope is defined }}|{{ d['nope'] }}|{{ d.nope|default('z') }}|{{ l[10] }}|{{ l.nope }}|{{ s.nope }}|{{ none.x }}|{{ n.x }}
{{ d.nope.deep }}
{{ none.x.y }}
{{ l[10].x }}
{{ d.items }}
{{ d['items'] }} {{ d.get('items') }} {{ d.b.c[1] }} {{ d['b']['c'][-1] }} {{ d.b.c.0 }} {{ d.b.c['0'] is defined }}
{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[5:] }} {{ l[-100:100] }} {{ s[1:4] }} {{ s[::-1] }} {{ s[-3:] }} {{ u[2:5] }} {{ (1,2,3)[1:] }} {{ range(10)[2:5] }} {{ range(10)[::-3]|list }}
{{ l[::0] }}
{{ l['a':] }}
{{ l[true] }} {{ l[1.0] is defined }} {{ s[0] }} {{ u[3] }} {{ s['x'] is defined }}
{{ (1) }} {{ (1,) }} {{ () }} {{ (1, 2) }} {{ 1, 2 }} {{ [1, 2,] }} {{ {'a': 1,} }}
{{ {1: 2, 'a': [none], (1, 2): {}, none: true, 1.5: 'x'} }} {{ {1: 'a', true: 'b', 1.0: 'c'} }} {{ {'x': 1, 'x': 2} }}
{{ {[]: 1} }}
{{ {{}: 1} }}
{{ 'it\'s' }} {{ ["it's", 'a"b', 'a\'b"c', 'a\\b', 'a\nb', 'é', '\x00\x7f\u200b😀\U0001f600'] }}
{{ '\é' }} {{ '\q' }} {{ 'a\
b' }} {{ '\101\x41\u0041' }} {{ '\0' ~ 'x' }}
{{ '\x4' }}
{{ '\N{DASH}' }}
{{ u }} {{ u|length }} {{ [u] }} {{ u|upper }} {{ u|lower }} {{ u|title }} {{ u|capitalize }} {{ u.swapcase() }} {{ u.casefold() }} {{ u.center(40, 'é') }}
{{ 'ΑΣ'|lower }} {{ 'ΑΣ Σ'|lower }} {{ 'ﬁ'|upper }} {{ 'ß'|title }} {{ 'ŉ'|upper }} {{ 'İ'|lower|length }} {{ 'ǆ'|title }}
{{ true }} {{ false }} {{ none }} {{ True }} {{ None }} {{ [true, false, none] }}
{{ 1.foo }}
{{ 'a'.b.c }}
{{ thing }} {{ thing.one }} {{ thing.hello() }} {{ thing.hello(name='x') }} {{ thing['text'] }} {{ thing.nope }} {{ thing._hidden }} {{ [thing] }} {{ thing is callable }} {{ thing is mapping }} {{ thing is iterable }}
{{ thing._hidden + 'x' }}
{{ thing.__class__ }}|{{ ''.__class__ }}|{{ [].__len__ }}|{{ d.__class__ }}|{{ s['__class__'] }}
{{ ''.__class__.mro() }}
{{ ''.__class__() }}
{{ s|attr('__class__') }}|{{ s|attr('nope') }}|{{ d|attr('a') }}|{{ thing|attr('one') }}
{{ (s|attr('__class__')).x }}
{{ rel.schema }} {{ rel['name'] }} {{ rel is mapping }} {{ rel|length }} {{ rel|list }} {{ rel.nope }} {{ rel is iterable }} {{ rel is sequence }} {{ 'schema' in rel }} {{ 'x' in rel }} {{ rel|items|list }}
{{ echo(1, *[2, 3], x=4, **{'y': 5}) }}
{{ echo(**{'a': 1}, b=2) }}
{{ echo(*5) }}
{{ echo(**5) }}
{{ echo(**{1: 2}) }}
{{ echo(a=1, **{'a': 2}) }}
{{ echo(a=1, a=2) }}
{{ echo(a=1, 2) }}
{{ echo(1, 2,) }}
{{ n() }}
{{ 'x'() }}
{{ s.upper.foo }}
{{ s.upper().lower().title() }}
{{ loop }}{{ caller }}{{ varargs }}
{{ [1, 2, 3].append(4) }}
{% set a = [1] %}{% set b = a %}{% do b.append(2) %}{{ a }} {{ a == b }} {{ a is sameas b }} {{ a is sameas [1, 2] }}
{{ dict() }} {{ dict(a=1) }} {{ dict({'a': 1}, b=2) }} {{ dict([('a', 1)]) }} {{ dict([['a', 1], ['b', 2]], c=3) }}
{{ dict(5) }}
{{ dict([1]) }}
{{ dict(['abc']) }}
{{ dict(1, 2) }}
{{ range(3) }} {{ range(1, 4)|list }} {{ range(5, 0, -2)|list }} {{ range(0)|list }} {{ range(3)[1] }} {{ range(3)|length }} {{ range(3)|last }} {{ range(3) == range(0, 3) }} {{ range(1, 9, 3) }}
{{ range(100001) }}
{{ range(1, 2, 0) }}
{{ range('a') }}
{{ range(1.5) }}
{{ range() }}
{{ range(100000)|length }} {{ range(10**6, 10**6 + 3)|list }}
{{ namespace(a=1) }} {{ namespace(a=1).a }} {{ namespace({'b': 2}).b }} {{ namespace().x }} {{ namespace(a=1)['a'] }}
{% set j = joiner(', ') %}{{ j() }}a{{ j() }}b{% set c = cycler('x', 'y') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.next() }}
{{ cycler() }}
{{ [[1, [2, [3]]], {'a': {'b': (1,)}}] }}
{{ 1 is defined }} {{ missing is undefined }} {{ 1 is integer }} {{ true is integer }} {{ true is number }} {{ 1.0 is float }} {{ 1 is float }} {{ 'a' is string }} {{ [] is sequence }} {{ {} is mapping }} {{ {} is sequence }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ missing is iterable }} {{ missing is sequence }} {{ range(3) is sequence }} {{ none is none }} {{ echo is callable }} {{ missing is callable }} {{ true is boolean }} {{ 1 is true }} {{ true is true }} {{ false is false }}
{{ 3 is odd }} {{ 3 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 'A' is upper }} {{ 'a' is lower }} {{ 1 is eq 1 }} {{ 1 is ne 2 }} {{ 2 is gt 1 }} {{ 2 is lessthan 1 }} {{ 1 is in [1] }} {{ 'upper' is filter }} {{ 'odd' is test }} {{ 'zz' is filter }} {{ 1 is not odd }} {{ 1 is == 1 }}
{{ 'a' is odd }}
{{ 2.0 is even }} {{ 2.5 is odd }} {{ true is odd }}
{{ 1 is nope }}
{{ 1|nope }}
{% if false %}{{ 1|nope }}{{ 1 is nope }}{% endif %}ok
{% if true %}{{ 1|nope }}{% endif %}
{% if true %}{% for x in [1] %}{{ 1|nope }}{% endfor %}{% endif %}
{{ 1|nope if false else 2 }}
{{ 1 is string is number }}
{{ 1 is defined and 2 is odd or false }} {{ not 1 is odd }} {{ 1 is odd if true else 2 }}
{{ -1|abs }} {{ (-1)|abs }} {{ -5 // 2|float }} {{ 'a' ~ 'b'|upper }} {{ 2 * 'a'|length }} {{ not x|default(false) }}
{{ 'a,b'.split(',')|join('-')|upper }} {{ ('a' if 1 else 'b')|upper }} {{ [3, 1]|sort|first }}
""".strip("\n")

STATEMENTS = r"""
{% if n > 2 %}a{% elif n > 1 %}b{% else %}c{% endif %}
{% if missing %}a{% elif none %}b{% elif 1 %}c{% endif %}
{% if 1, %}tuple{% endif %}
{% for x in [1, 2, 3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }}{{ loop.changed(x // 2) }} {% endfor %}
{% for x in [] %}a{% else %}b{% endfor %}{% for x in [1] %}a{% else %}b{% endfor %}
{% for x in [1, 2] %}{% continue %}{% else %}never completed{% endfor %}|{% for x in [1, 2] %}{% break %}{% else %}broken{% endfor %}|{% for x in [1, 2] %}{% if x == 2 %}{% break %}{% endif %}{% else %}no{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{% endfor %}
{% for a, b in ['x'] %}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for x in missing %}a{% else %}empty{% endfor %}
{% for x in [1, 2, 3, 4] if x is even %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ loop.last }} {% endfor %}
{% for x in [1, 2, 3] if loop.first %}{{ x }}{% endfor %}
{% set seen = [] %}{% for x in [1, 1, 2] if x not in seen %}{% do seen.append(x) %}{{ x }}{% endfor %}
{% for x in [1, [2, [3, 4]], 5] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}
{% for x in [1] %}{{ loop([2]) }}{% endfor %}
{% for x in [1, 2] recursive %}{{ loop.index }}{{ loop([]) }}{% else %}E{% endfor %}
{% for x in [1, 2] %}{% for y in [3, 4] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{% for x in 'héy' %}{{ x }}.{% endfor %}{% for x in range(3) %}{{ x }}{% endfor %}{% for x in (1, 2) %}{{ x }}{% endfor %}
{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% if false %}{% set y = 1 %}{% endif %}{{ y is defined }}
{% if true %}{% set n = 99 %}{% endif %}{{ n }}
{% for i in [1] %}{% if true %}{% set n = 5 %}{% endif %}{{ n }}{% endfor %}{{ n }}
{% for n in [1] %}{{ n }}{% endfor %}{{ n }}
{% for i in [1, 2] %}{% if i == 1 %}{% set q = 'first' %}{% endif %}{{ q }},{% endfor %}
{% for i in [1, 2] %}{{ zz is defined }}{% set zz = 1 %}{% endfor %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}{% set a = 1, 2 %}{{ a }}
{% set a, b = 5 %}
{% set x %}a{{ 1 }}{% endset %}{{ x }}{{ x is string }}{% set y | upper | replace('A', 'z') %}abc{% endset %}{{ y }}{% set l9 | length %}abc{% endset %}{{ l9 + 1 }}
{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}
{% set d.x = 1 %}
{% set missing.x = 1 %}
{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}{% set ns.c %}blk{% endset %}{{ ns.c }}
{% set _p = 1 %}{{ _p }}{% set loop = 1 %}{{ loop }}
{% for loop in [1] %}{% endfor %}
{% for i in [1] %}{% set loop = 1 %}{% endfor %}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}{% with %}{% set zz = 1 %}{{ zz }}{% endwith %}{{ zz is defined }}{% with a = 1 %}{% with a = 2, b = a %}{{ b }}{% endwith %}{% endwith %}
{% filter upper %}abc{{ 'x' }}{% endfilter %}{% filter replace('a', 'b')|title %}aaa{% endfilter %}{% filter trim|length|string %} abc {% endfilter %}
{% filter length %}abc{% endfilter %}
{% do l.append(9) %}{{ l }}{% do 1 + 1 %}{% do d.update({'z': 1}) %}{{ d.z }}
{% print 1, 'a' %}
{% break %}
{% for i in [1] %}{% macro a() %}{% break %}{% endmacro %}{% endfor %}
{% macro a() %}x{% endmacro %}{{ dbt_macro__a() }}{{ a is defined }}{{ dbt_macro__a }}
{% macro a(x, y=2, z=none) %}{{ x }}{{ y }}{{ z }}{% endmacro %}{{ dbt_macro__a(1) }} {{ dbt_macro__a(1, 3) }} {{ dbt_macro__a(1, z=4) }} {{ dbt_macro__a(y=5, x=6) }} {{ dbt_macro__a() }}
{% macro a(x) %}{{ x }}{% endmacro %}{{ dbt_macro__a(1, 2) }}
{% macro a(x) %}{{ x }}{% endmacro %}{{ dbt_macro__a(y=2) }}
{% macro a(x) %}{{ x }}{% endmacro %}{{ dbt_macro__a(1, x=2) }}
{% macro a(x) %}{{ x is defined }}{{ x }}{{ x.y }}{% endmacro %}{{ dbt_macro__a() }}
{% macro a(x, y) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ dbt_macro__a(1, 2, 3, 4, z=5) }}{{ dbt_macro__a() }}
{% macro a() %}{{ caller is defined }}{{ caller() if caller else '-' }}{% endmacro %}{{ dbt_macro__a() }}{% call dbt_macro__a() %}in{% endcall %}
{% macro a() %}{{ caller() }}{% endmacro %}{{ dbt_macro__a() }}
{% macro a(n) %}{% for i in range(n) %}{{ caller(i, i * 2) }}{% endfor %}{% endmacro %}{% call(x, y=9) dbt_macro__a(2) %}[{{ x }},{{ y }}]{% endcall %}
{% macro a() %}{{ caller(1) }}{% endmacro %}{% call dbt_macro__a() %}x{% endcall %}
{% call echo() %}x{% endcall %}
{% call s.upper() %}x{% endcall %}
{% call 5 %}x{% endcall %}
{% macro a(caller) %}{{ caller() }}{% endmacro %}
{% macro a(caller=none) %}{{ caller() if caller }}{% endmacro %}{{ dbt_macro__a() }}{% call dbt_macro__a() %}x{% endcall %}
{% macro a(x=n) %}{{ x }}{% endmacro %}{{ dbt_macro__a() }}{% set n = 8 %}{{ dbt_macro__a() }}
{% set v = 1 %}{% macro a() %}{{ v }}{% endmacro %}{{ dbt_macro__a() }}{% set v = 2 %}{{ dbt_macro__a() }}
{% macro a() %}{% set inner = 1 %}{{ inner }}{% endmacro %}{{ dbt_macro__a() }}{{ inner is defined }}
{% macro a(x) %}{% if x > 0 %}{{ x }}{{ dbt_macro__a(x - 1) }}{% endif %}{% endmacro %}{{ dbt_macro__a(5) }}
{% macro a() %}{% macro b() %}in{% endmacro %}{{ dbt_macro__b() }}{% endmacro %}{{ dbt_macro__a() }}{{ dbt_macro__b is defined }}
{% for i in [1, 2] %}{% macro a() %}{{ i }}{% endmacro %}{{ dbt_macro__a() }}{% endfor %}
{% macro a(a, a) %}{% endmacro %}
{% macro a(x=1, y) %}{% endmacro %}
{% macro a(x,) %}{% endmacro %}
{% macro none() %}{% endmacro %}
{% macro a(x: int, y: Dict[str, List[int]] = 3) %}{{ x }}{{ y }}{% endmacro %}{{ dbt_macro__a(1) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ dbt_macro__m.name }} {{ dbt_macro__m.arguments }} {{ dbt_macro__m.catch_kwargs }} {{ dbt_macro__m.catch_varargs }} {{ dbt_macro__m.caller }}
{% test t(model, column_name) %}select {{ model }}.{{ column_name }}{% endtest %}{{ dbt_macro__test_t('a', column_name='b') }}
{% docs foo %}text *md*{% enddocs %}{{ dbt_docs__foo() }}
{{ return(1) }}
{% do return([1]) %}after
{% macro a() %}x{{ return(1) }}y{% endmacro %}{{ dbt_macro__a() }}
{% for x in [1] %}
{% if true %}
{% endfor %}
{% endif %}
{% else %}
{% if true %}{% else %}{% else %}{% endif %}
{% unknown %}
{% %}
{% 1 %}
{{ }}
{{ 1 2 }}
{{ 1 + }}
{{ (1 }}
{{ 1) }}
{{ [1 }}
{{ {'a' 1} }}
{{ 'abc }}
{{ a. }}
{{ a.'b' }}
{{ a | }}
{{ a is }}
{{ a[ }}
{{ @ }}
{{ a ! b }}
{{ $x }}
{# unclosed
{% raw %} unclosed
{{ unclosed
{% if x
{% for x y %}{% endfor %}
{% for 1 in x %}{% endfor %}
{% for x.y in z %}{% endfor %}
{% set 1 = 2 %}
{% set x.y.z = 2 %}
{% set x[0] = 2 %}
{% set none = 2 %}
{% set (a, b) = 1, 2 %}{{ a }}{{ b }}
{% set [a, b] = 1, 2 %}
{% set x = %}
{% set x 1 %}
{% do %}
{% macro %}{% endmacro %}
{% macro a %}{% endmacro %}
{% call %}{% endcall %}
{% filter %}{% endfilter %}
{% filter nope %}{% endfilter %}
{% include 'x' %}
{% if true %}{% include 'x' %}{% endif %}
{% import 'x' as y %}
{% extends 'x' %}
{{ 1 if }}
{{ 1 if 2 else }}
{{ not }}
{{ a b }}
{{ 1.5.5 }}
{{ 007 }}
{{ 1__0 }}
{{ ünï }} {{ 2ü }}
{{ a² }}
{% if true: %}colon{% endif %}
{% set x = 1 if false %}{{ x }}|{{ x is defined }}
{% set x = {'a': 1}.items() %}{{ x|list }}{{ x }}{{ x|length }}
{{ d.keys() }} {{ d.values()|list }} {{ 'a' in d.keys() }} {{ d.items()|first }} {{ d.keys()|list == ['a', 'b', 'items', 'k e y'] }} {{ d.keys()[0] is defined }}
{% for k in d %}{% do d.update({k ~ 'x': 1}) %}{% endfor %}
{% for x in l %}{% if l|length < 6 %}{% do l.append(x) %}{% endif %}{{ x }}{% endfor %}
{% set g = [1, 2]|map('string') %}{{ g|join }}{{ g|join }}|{{ [1]|map('string')|length if false }}
{{ [1, 2]|map('string')|length }}
{{ [1]|select('odd')|list|tojson }}
{% set x = [1, 2]|map('nope') %}lazy
{% autoescape false %}{{ '<' }}{% endautoescape %}
{% for x in [1, 2, 3] %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}
{% for item in [1, 2, 3, 4, 5] -%}
  {{ item }}{{ "," if not loop.last }}
{% endfor %}
{%- set cols = ['a', 'b'] -%}
select
{%- for c in cols %}
    {{ c }}{{ ',' if not loop.last }}
{%- endfor %}
from t
""".strip("\n")

FILTERS = r"""
{{ 'Hello'|replace('l', 'L') }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 123|replace(2, 'x') }} {{ 'abc'|replace('', '-') }} {{ none|replace('N', 'n') }}
{{ 'hello world'|title }} {{ "it's-a (test) <b>"|title }} {{ 'HELLO'|capitalize }} {{ 'ab\ncd ef'|wordcount }} {{ '  x '|trim }}|{{ 'xxaxx'|trim('x') }}
{{ [3, 1, 2]|sort }} {{ ['b', 'A', 'a']|sort }} {{ ['b', 'A', 'a']|sort(case_sensitive=true) }} {{ [3, 1]|sort(reverse=true) }} {{ ld|sort(attribute='v')|map(attribute='name')|join }} {{ ld|sort(attribute='v,name', reverse=true)|map(attribute='name')|join }}
{{ [1, 'a']|sort }}
{{ [none, 1]|sort }}
{{ ['a', 'A', 'b']|unique|list }} {{ ['a', 'A']|unique(case_sensitive=true)|list }} {{ [1, 1.0, true, 2]|unique|list }} {{ ld|unique(attribute='v')|list|length }}
{{ [[1], [1]]|unique|list }}
{{ [1, 2, 3]|sum }} {{ [1.5, 2]|sum }} {{ []|sum }} {{ [[1], [2]]|sum(start=[]) }} {{ ld|sum(attribute='v') }} {{ [1, 2]|sum(start=10) }}
{{ ['a']|sum }}
{{ ['a']|sum(start='') }}
{{ [3, 1]|max }} {{ [3, 1]|min }} {{ ['b', 'A']|min }} {{ ['b', 'A']|max(case_sensitive=true) }} {{ []|max }}|{{ ld|max(attribute='v') }} {{ 'hello'|max }}
{{ [1, 'a']|max }}
{{ [1, 2]|first }} {{ [1, 2]|last }} {{ 'abc'|first }} {{ ''|first }}|{{ []|last }}|{{ {'a': 1}|first }} {{ {'a': 1, 'b': 2}|last }} {{ range(3)|last }}
{{ 5|first }}
{{ [1]|map('string')|last }}
{{ [1, none, 'a']|join }} {{ [1, 2]|join(', ') }} {{ [1, 2]|join(3) }} {{ 'abc'|join('-') }} {{ ld|join(',', attribute='name') }} {{ [[1], {}]|join('|') }}
{{ 5|join }}
{{ '42'|int }} {{ '4.7'|int }} {{ 'x'|int }} {{ 'x'|int(5) }} {{ '0x1f'|int(0, 16) }} {{ '0x1f'|int(base=0) }} {{ 4.9|int }} {{ -4.9|int }} {{ none|int }} {{ []|int(9) }} {{ ' 7 '|int }} {{ '1_0'|int }} {{ true|int }} {{ '1e3'|int }} {{ ''|int }} {{ '٣'|int }} {{ 'inf'|int }} {{ '-5'|int }} {{ '+5'|int }} {{ '0b11'|int(base=2) }} {{ '11'|int(base=2) }}
{{ '4.7'|float }} {{ 'x'|float }} {{ 'x'|float(1.5) }} {{ 4|float }} {{ none|float }} {{ 'inf'|float }} {{ 'nan'|float }} {{ '1e5'|float }} {{ ' 2.5 '|float }} {{ '1_0.5'|float }} {{ '.5'|float }} {{ '5.'|float }} {{ true|float }} {{ 'infinity'|float }} {{ '-Inf'|float }} {{ '1e400'|float }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 1234.5678|round(-2) }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(0, 'floor') }} {{ 5|round }} {{ 15|round(-1) }} {{ 25|round(-1) }} {{ 2.345|round(2, 'ceil') }} {{ 7|round(1, 'floor') }} {{ -2.5|round }} {{ 0.5|round|int }} {{ true|round }} {{ 1e300|round(2) }} {{ 42.55|round(1, 'floor') }} {{ 42.55|round|int }}
{{ 'a'|round }}
{{ 1|round(1, 'x') }}
{{ -5|abs }} {{ -2.5|abs }} {{ true|abs }}
{{ 'a'|abs }}
{{ none|default('x') }} {{ none|default('x', true) }} {{ ''|default('x', true) }} {{ missing|d('y') }} {{ 0|default(1, boolean=true) }} {{ missing|default }}| {{ missing|default(default_value='k') }}
{{ {'b': 1, 'A': 2}|dictsort }} {{ {'b': 1, 'A': 2}|dictsort(true) }} {{ {'b': 1, 'a': 2}|dictsort(by='value') }} {{ {'b': 1, 'A': 2}|dictsort(reverse=true) }}
{{ []|dictsort }}
{{ {'a': 1, 2: 3}|dictsort }}
{{ [1, 2, 3, 4, 5]|batch(2)|list }} {{ [1, 2, 3]|batch(2, 'x')|list }} {{ []|batch(2)|list }} {{ 'abcde'|batch(2)|map('join')|list }} {{ [1, 2, 3]|batch(0)|list }} {{ [1, 2, 3]|batch(-1)|list }}
{{ [1, 2, 3, 4, 5]|slice(2)|list }} {{ [1, 2, 3]|slice(2, 'x')|list }} {{ [1, 2]|slice(5)|list }} {{ [1]|slice(-1)|list }}
{{ [1]|slice(0)|list }}
{{ ld|groupby('v') }} {% for g in ld|groupby('v') %}{{ g.grouper }}:{{ g.list|length }};{{ g[0] }}{% endfor %} {% for v, items in ld|groupby('g') %}{{ v }}={{ items|map(attribute='name')|join }}{% endfor %} {{ ld|groupby('zz', default='none')|length }} {{ ld|groupby('g', case_sensitive=true)|map(attribute='grouper')|list }}
{{ [1, 2]|map('string')|list }} {{ ['a', 'b']|map('upper')|join }} {{ ld|map(attribute='name')|list }} {{ ld|map(attribute='zz')|list }} {{ ld|map(attribute='zz', default=0)|list }} {{ [[1, 2], [3, 4]]|map(attribute=1)|list }} {{ [[1, 2]]|map('first')|list }} {{ ['a']|map('replace', 'a', 'b')|list }} {{ [{'a': {'b': 1}}]|map(attribute='a.b')|list }} {{ ['1']|map('int', 5)|list }} {{ [[[1]]]|map(attribute='0.0')|list }}
{{ [1]|map()|list }}
{{ [1]|map(attribute='a', zz=1)|list }}
{{ [1]|map(missing)|list }}
{{ []|map()|list }} {{ none|map('upper')|list }} {{ 0|select|list }}
{{ 5|map('upper')|list }}
{{ [1, 2, 3]|select('odd')|list }} {{ [1, 2, 3]|reject('odd')|list }} {{ [0, 1, '']|select|list }} {{ [1, 5]|select('gt', 3)|list }} {{ [1, 2]|select('in', [1])|list }} {{ ['a', 'b']|select('equalto', 'a')|list }} {{ [1, none]|reject('none')|list }} {{ [1, 2, 3, 4]|select('divisibleby', 2)|list }}
{{ ld|selectattr('v', 'eq', 2)|map(attribute='name')|list }} {{ ld|rejectattr('v', 'eq', 2)|list|length }} {{ ld|selectattr('name')|list|length }} {{ ld|selectattr('zz', 'defined')|list }} {{ ld|selectattr('zz')|list }} {{ ld|selectattr('v', '>', 1)|list|length }}
{{ ld|selectattr()|list }}
{{ [1]|select('nope')|list }}
{{ [1]|select(missing)|list }}
{{ 'abc'|reverse }} {{ [1, 2]|reverse|list }} {{ {'a': 1, 'b': 2}|reverse|list }} {{ range(3)|reverse|list }} {{ [1, 2]|map('string')|reverse }}
{{ 5|reverse }}
{{ 'abc'|list }} {{ {'a': 1}|list }} {{ (1, 2)|list }} {{ range(2)|list }}
{{ 5|list }}
{{ 'abc'|length }} {{ 'é😀'|length }} {{ {'a': 1}|count }} {{ range(4)|length }}
{{ 5|length }}
{{ none|length }}
{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb'|indent(2, true) }}|{{ 'a\n\nb'|indent(2, blank=true) }}|{{ 'a\nb'|indent('> ') }}|{{ ''|indent }}|{{ 'a\n'|indent }}|{{ 'a\r\nb'|indent(1) }}
{{ 5|indent }}
{{ missing|indent }}
{{ 'hello world foo bar'|truncate(9) }} {{ 'hello world'|truncate(9) }} {{ 'hello world'|truncate(5, true) }} {{ 'hello world'|truncate(5, false, '!') }} {{ 'hello world'|truncate(9, leeway=0) }} {{ 'héllo wörld again'|truncate(8, true, '…', 0) }}
{{ 'hello'|truncate(2) }}
{{ 5|truncate }}
{{ 'abc'|center(9) }}| {{ 'ab'|center(5) }}| {{ 'ab'|center(1) }}|
{{ '%s-%d-%5.1f' | format('a', 3, 2.25) }} {{ '%(x)s' | format(x=1) }} {{ '%s' | format([1]) }} {{ '%%' | format }}
{{ '%s' | format }}
{{ '%s' | format(1, 2) }}
{{ '%s' | format(1, x=2) }}
{{ '%d' | format('a') }}
{{ {'a': [1, 2.5, none, true, 'x"y\n<é😀>&\'']}|tojson }} {{ {'b': 1, 'a': 2}|tojson }} {{ (1, 2)|tojson }} {{ [1, {'a': []}]|tojson(2) }} {{ {1: 2, none: 3, true: 4, 1.5: 5}|list|tojson }} {{ {}|tojson(2) }} {{ 'nan'|float|tojson }} {{ 1e22|tojson }} {{ [1]|tojson(indent='--') }}
{{ missing|tojson }}
{{ thing|tojson }}
{{ {(1,): 2}|tojson }}
{{ {'a': 1, 2: 3}|tojson }}
{{ range(2)|tojson }}
{{ 'a b&c/d?é'|urlencode }} {{ {'a b': 1, 'c': '/'}|urlencode }} {{ [('a', 1)]|urlencode }} {{ 5|urlencode }}
{{ '<a b="c">&\'</a>'|e }} {{ '<'|escape|e }} {{ '<'|safe|e }} {{ ('<'|e) ~ '>' }} {{ ('<'|e) + '>' }} {{ '<'|forceescape }} {{ '<'|e|forceescape }} {{ ['<'|e] }} {{ '<'|e is escaped }} {{ 5|e }} {{ '<' + ('>'|safe) }}
{{ '<p>a  b</p> <!-- c --> &lt;x&gt; &amp;'|striptags }} {{ {'class': 'x', 'id': none, 'a': 1}|xmlattr }} {{ {}|xmlattr }}|
{{ {'a b': 1}|xmlattr }}
{{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1536|filesizeformat(true) }} {{ 1000000|filesizeformat }} {{ '123456789'|filesizeformat }} {{ 1e30|filesizeformat }} {{ 0|filesizeformat }}
{{ 'x'|filesizeformat }}
{{ {'a': 1}|items|list }} {{ missing|items|list }}
{{ [1]|items|list }}
{{ [1]|is_list }} {{ (1,)|is_list }} {{ 5|string ~ 'x' }} {{ 'a'|as_text }} {{ '1'|as_number + 'x' }} {{ [1]|as_native }}
{{ 'a'|upper(1) }}
{{ 'a'|replace }}
{{ 'a'|replace('b') }}
{{ 'a'|default(1, 2, 3) }}
{{ 'a'|trim(foo=1) }}
{{ [1, 2]|random in [1, 2] }} {{ []|random }}|
{{ ['a', 'b']|map('upper')|map('lower')|select('ne', 'a')|list }}
""".strip("\n")

METHODS = r"""
{{ 'a-b-c'.split('-') }} {{ 'a b  c'.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a-b-c'.rsplit('-', 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ ' a '.split(' ') }} {{ 'a,b'.split(sep=',') }} {{ 'a b c d'.split(maxsplit=2) }} {{ ' a  b '.rsplit(none, 1) }} {{ 'aXbX'.split('X') }}
{{ 'a'.split('') }}
{{ 'a'.split(1) }}
{{ 'a\nb\r\nc\rd\x0be\x85f'.splitlines() }} {{ 'a\nb'.splitlines(true) }} {{ ''.splitlines() }} {{ '\n'.splitlines() }}
{{ 'abc'.startswith('a') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith('c', 0, 2) }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.startswith('') }} {{ 'abc'.startswith('', 4) }} {{ ''.endswith('') }}
{{ 'abc'.startswith(1) }}
{{ 'abc'.startswith(['a']) }}
{{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }} {{ 'hello'.index('l') }} {{ 'hello'.count('l') }} {{ 'héllo'.find('l') }} {{ 'hello'.find('l', 3) }} {{ 'hello'.find('l', -2) }} {{ 'hello'.find('', 9) }} {{ 'aaa'.count('aa') }} {{ 'abc'.count('') }} {{ 'hello'.find('o', 0, -1) }}
{{ 'hello'.index('z') }}
{{ 'a'.find(1) }}
{{ 'ab'.center(5) }}|{{ 'abc'.center(6, '*') }}|{{ 'abc'.ljust(5, '.') }}|{{ 'abc'.rjust(5) }}|{{ '42'.zfill(5) }}|{{ '-42'.zfill(5) }}|{{ '+é'.zfill(4) }}
{{ 'a'.center(5, 'xx') }}
{{ 'a'.center(5, '') }}
{{ 'a'.ljust('x') }}
{{ 'xxaxx'.strip('x') }} {{ '  a '.strip() }}| {{ 'abc'.strip('') }} {{ 'abca'.lstrip('ab') }} {{ '\u00a0a\u2003'.strip() }}| {{ 'a'.strip(none) }}
{{ 'a'.strip(1) }}
{{ 'a.b.c'.partition('.') }} {{ 'a.b.c'.rpartition('.') }} {{ 'abc'.partition('.') }} {{ 'abc'.rpartition('.') }}
{{ 'a'.partition('') }}
{{ ', '.join(['a', 'b']) }} {{ '-'.join('abc') }} {{ ''.join([]) }} {{ ','.join({'a': 1, 'b': 2}) }}
{{ ','.join([1]) }}
{{ ','.join(5) }}
{{ 'abc'.replace('b', 'x') }} {{ 'aaa'.replace('a', 'b', 1) }} {{ 'ab'.replace('', '-') }} {{ 'ab'.replace('', '-', 1) }} {{ ''.replace('', 'x') }} {{ 'abc'.replace('b', '', -1) }}
{{ 'a'.replace('a') }}
{{ 'a'.replace(1, 2) }}
{{ 'aBc'.upper() }} {{ 'aBc'.lower() }} {{ 'aBc'.swapcase() }} {{ 'aBc dEf'.title() }} {{ "they're bill's".title() }} {{ 'aBc'.capitalize() }} {{ 'ß'.upper() }} {{ 'ß'.casefold()|length }}
{{ '12'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ '½'.isnumeric() }} {{ 'a1'.isalnum() }} {{ 'é'.isalpha() }} {{ ''.isalpha() }} {{ ' \t'.isspace() }} {{ 'Ab'.istitle() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ '1'.islower() }} {{ 'a_1'.isidentifier() }} {{ '1a'.isidentifier() }} {{ 'a\n'.isprintable() }} {{ 'é'.isascii() }} {{ ''.isascii() }} {{ ''.isprintable() }} {{ 'ǅ'.istitle() }} {{ 'A Bc'.istitle() }}
{{ 'prefix_x'.removeprefix('prefix_') }} {{ 'x_suf'.removesuffix('_suf') }} {{ 'abc'.removesuffix('') }} {{ 'a\tb'.expandtabs() }} {{ 'a\tb\n\tc'.expandtabs(4) }} {{ 'abc'.translate({97: 'X', 98: none, 99: 100}) }} {{ 'abc'.translate('x'.maketrans('ab', 'cd')) }} {{ 'a'.maketrans({'a': 'b'}) }}
{{ '{} {}'.format(1, 'a') }} {{ '{1} {0}'.format(1, 2) }} {{ '{a}'.format(a=1) }} {{ '{0.one}'.format(thing) }} {{ '{0[a]}'.format({'a': 1}) }} {{ '{0[1]}'.format([1, 2]) }} {{ '{:>5}|{:<5}|{:^5}'.format(1, 2, 3) }} {{ '{:05.1f}'.format(2.25) }} {{ '{:,}'.format(1234567) }} {{ '{:x} {:X} {:o} {:b} {:#x}'.format(255, 255, 8, 5, 255) }} {{ '{:e}'.format(12345.678) }} {{ '{:.3}'.format('abcdef') }} {{ '{!r}'.format('a') }} {{ '{{}}'.format(1) }} {{ '{:%}'.format(0.25) }} {{ '{:+}'.format(5) }} {{ '{:*^9}'.format('mid') }} {{ '{:.2}'.format(1.0) }} {{ '{:.0f}'.format(2.5) }} {{ '{:g}'.format(1e10) }} {{ '{}'.format(none) }} {{ '{:>6}'.format(true) }} {{ '{!a}'.format('é') }} {{ '{:c}'.format(65) }} {{ '{:_}'.format(1234567) }} {{ '{:010,}'.format(1234) }} {{ '{:>{w}}'.format('a', w=4) }} {{ '{:{}}'.format('a', 3) }}|
{{ '{}'.format() }}
{{ '{a}'.format() }}
{{ '{0} {}'.format(1, 2) }}
{{ '{} {0}'.format(1, 2) }}
{{ '{'.format(1) }}
{{ '}'.format(1) }}
{{ '{0'.format(1) }}
{{ '{:d}'.format('a') }}
{{ '{:s}'.format(1) }}
{{ '{:x}'.format(1.5) }}
{{ '{:5}'.format([1]) }}
{{ '{!z}'.format(1) }}
{{ '{.__class__}'.format('a') }}|
{{ '{.__class__.mro}'.format('a') }}
{{ '{0.nope}'.format(1) }}|{{ '{0[nope]}'.format({}) }}|
{{ '{0..a}'.format(1) }}
{{ '{0[a}'.format(1) }}
{{ '%s' % 'a' }} {{ '%s %s' % (1, 2) }} {{ '%d' % 3.7 }} {{ '%5d|%-5d|%05d' % (1, 2, 3) }} {{ '%+d % d' % (1, 2) }} {{ '%x %X %o %#x' % (255, 255, 8, 255) }} {{ '%e %.2f %g %G' % (1234.5, 2.345, 1e10, 1e-10) }} {{ '%c%c' % (65, 'b') }} {{ '%r' % 'a' }} {{ '%(a)s %(b)d' % {'a': 1, 'b': 2} }} {{ '%%' % () }} {{ '%s' % [1, 2] }} {{ '%s' % (none,) }} {{ '%.2s' % 'abc' }} {{ '%*d' % (5, 3) }} {{ '%.3d' % 5 }} {{ '%s' % {'a': 1} }} {{ '%08.3f' % -3.14159 }} {{ '%a' % 'é' }} {{ '%i' % true }} {{ '%-+6d|' % 5 }} {{ '%ld' % 5 }} {{ 'no' % {} }} {{ 'no' % [] }} {{ '%5s|%-5s|' % ('é', 'é') }}
{{ '%s %s' % 1 }}
{{ '%s' % (1, 2) }}
{{ 'a' % 1 }}
{{ '%d' % 'a' }}
{{ '%x' % 1.5 }}
{{ '%y' % 1 }}
{{ '%' % 1 }}
{{ '%(a)s' % 1 }}
{{ '%(a)s' % {} }}
{{ '%(a' % {} }}
{{ '%c' % 'ab' }}
{{ '%d' % none }}
{{ '%f' % 'a' }}
{{ '%*d' % ('a', 1) }}
{% set x = [1, 2] %}{{ x.append(3) }}{{ x.extend([4]) }}{{ x.insert(0, 0) }}{{ x.pop() }}{{ x.pop(0) }}{{ x.remove(2) }}{{ x.index(3) }}{{ x.count(1) }}{{ x.reverse() }}{{ x }}{{ x.copy() }}{{ x.sort() }}{{ x }}{{ x.clear() }}{{ x }}
{{ [].pop() }}
{{ [1].pop(5) }}
{{ [1].remove(2) }}
{{ [1].index(2) }}
{{ [1].append() }}
{{ [1].insert(1) }}
{{ [1].pop('a') }}
{{ [1].extend(5) }}
{{ [2, 'a'].sort() }}
{{ (1, 2, 1).count(1) }} {{ (1, 2).index(2) }} {{ (1, 2).append is defined }}
{% set x = {'a': 1} %}{{ x.get('a') }}{{ x.get('b') }}{{ x.get('b', 2) }}{{ x.setdefault('c', 3) }}{{ x.update({'d': 4}) }}{{ x.update(e=5) }}{{ x.pop('a') }}{{ x.pop('zz', 'no') }}{{ x }}{{ x.keys() }}{{ x.values() }}{{ x.items() }}{{ x.popitem() }}{{ x.copy() == x }}{{ x.clear() }}{{ x }}
{{ {}.pop('a') }}
{{ {}.popitem() }}
{{ {}.get() }}
{{ {}.get([]) }}
{{ {}.update(1) }}
{{ {}.update([1]) }}
{{ {'a': 1}.items()|list }} {{ {'a': 1}.keys()|list }} {{ {'b': 1, 'a': 2}.items()|sort }} {{ {'a': 1}.items()|map('first')|list }} {{ {}.fromkeys(['a', 'b'], 0) }} {{ {'a': {'b': 1}}.a.get('b') }}
{{ (5).bit_length() }} {{ (2.0).is_integer() }} {{ (5).real }} {{ (2.5).imag }} {{ true.real }} {{ (5).numerator }} {{ (7).conjugate() }} {{ (6).as_integer_ratio() }}
{{ [1, 2] == [1, 2] }} {{ {'a': 1} == {'a': 1} }} {{ (1,) == [1] }} {{ 'a' == 1 }} {{ none == false }} {{ 0 == false }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }} {{ range(3) == [0, 1, 2] }} {{ d.keys() == d.keys() }}
""".strip("\n")

NATIVE = r"""
{{ 1 }}
{{ n }}
{{ l }}
{{ [1, 2] }}
{{ [n, 2] }}
{{ d }}
{{ s }}
{{ none }}
{{ nothing }}
{{ true }}
{{ yes }}
{{ missing is none }}
 {{ n }}
{{ n }}{{ n }}
{{ n }} text
text
{{ '1' | as_number }}
{{ '1.5' | as_number }}
{{ 'x' | as_number }}
{{ 'true' | as_bool }}
{{ 'True' | as_bool }}
{{ yes | as_bool }}
{{ 1 | as_bool }}
{{ '[1, "a", None, (1,), {"b": 2.5}]' | as_native }}
{{ "{'a': True}" | as_native }}
{{ 'not a literal' | as_native }}
{{ '1 + 1' | as_native }}
{{ '-5' | as_native }}
{{ ' 5' | as_native }}
{{ '5 ' | as_native }}
{{ '{1, 2}' | as_native }}
{{ '"a" "b"' | as_native }}
{{ '1,' | as_native }}
{{ '1, 2' | as_native }}
{{ '()' | as_native }}
{{ '(1)' | as_native }}
{{ '0x10' | as_native }}
{{ '1e3' | as_native }}
{{ '1_000' | as_native }}
{{ '007' | as_native }}
{{ 'r"a\\n"' | as_native }}
{{ ('"' * 3 ~ 'a' ~ '"' * 3) | as_native }}
{{ '' | as_native }}
{{ '[' | as_native }}
{{ 'set()' | as_native }}
{{ l | as_native }}
{{ n | as_number }}
{{ num | as_number }}
{{ num | as_text }}
{{ 5 | as_text }}
{{ l | as_text }}
{{ num }}
{{ num | as_number }} 
{{ num | as_number + 1 }}
{{ (num | as_number) ~ 'x' }}
{{ l | length }}
{{ l | map('string') | list }}
{{ 1 + 1 }}
{{ n + 1 }}
{{ 'a' ~ 'b' }}
{{ 'a' ~ n }}
{{ true or missing }}
{{ 1 if yes else 2 }}
{{ 1 if true else n }}
{{ n if true else 2 }}
{{ 'x'|upper }}
{{ [1, 2]|join(',') }}
{{ [1]|map('string')|list }}
{{ {}.a }}
{% if yes %}{{ n }}{% endif %}
{% if yes %} {{ n }} {% endif %}
{% for x in l %}{{ x }}{% endfor %}
{% for x in [n] %}{{ x }}{% endfor %}
{% set x = 5 %}{{ x }}
{% set x %}{{ n }}{% endset %}{{ x }}
{% set x %}5{% endset %}{{ x }}
{% macro a() %}{{ n }}{% endmacro %}{{ dbt_macro__a() }}
{% macro a() %}5{% endmacro %}{{ dbt_macro__a() }}
{% call echo() %}x{% endcall %}
{% filter length %}abc{% endfilter %}
{{ echo(1) }}
{{ missing }}
{{ thing }}
{{ rel }}
{{ '<'|e }}
{{ [1]|tojson }}
{{ range(3) }}
{{ 'a'.upper() }}
{{ (1, 'a') }}
{# c #}
{% do l.append(1) %}
""".strip("\n")

LENIENT = r"""
{{ missing }}|{{ missing.a.b.c }}|{{ missing['a'] }}|{{ missing() }}|{{ missing.a() }}|{{ missing.a(1).b[2]('x') }}
{{ missing.name }}|{{ missing.hint }}|{{ missing.node }}|{{ missing.a.name }}
{{ missing + 1 }}
{{ missing.a + 1 }}
{{ d.nope.a }}|{{ s.nope() }}|{{ none.a.b }}
{% for x in missing.rows %}x{% else %}none{% endfor %}{{ missing.a is defined }}{{ missing|list }}{{ missing.a|length }}
{% for x in missing %}{% endfor %}{{ missing.items()|list }}
{{ missing._x }}|{{ missing.__class__ }}
{{ missing._x() }}
{{ (missing.a).b ~ 'x' }}{{ missing.a == missing.b }}{{ 'a' in missing.x }}
{{ missing < 1 }}
{{ l[99].name }}
{% set x = missing.columns %}{{ x|map(attribute='name')|list }}
{{ 'a' + missing }}
{{ -missing }}
{{ missing|int }}
""".strip("\n")

SECTIONS = [("white space", WHITESPACE, {}), ("expression", EXPRESSIONS, {}), ("statement", STATEMENTS, {}), ("filter", FILTERS, {}), ("method", METHODS, {}),
            ("native", NATIVE, {"native": True}), ("lenient", LENIENT, {"lenient": True})]
# Templates of several lines, which the lists above would take apart.
BLOCKS = [
    "line 1\nline 2 {{ 1 +\n }}\n", "\n\n{% if x %}\n{% endfor %}", "{{ 'a\nb' }}\n{{ nope( }}", "a\r\nb\rc\n{{ 1 }}\r\n", "x\n", "x\n\n", "\n", "",
    "{#\n\n#}{{ ) }}", "{% raw %}\n\n{% endraw %}\n{{ ] }}", "{%- if true %}\n\n{%- endif %}\n{{ } }}", "a\n  {%- set x = 1 -%}\n\n b {{ x\n|\nnope }}",
    "{% set q %}\n  a\n{%- endset %}[{{ q }}]", "  {%- for x in [1,2] %}\n  {{ x }}\n  {%- endfor %}\n", "{{\n'a'\n'b'\n}}", "{% macro a(\n x,\n y=1\n) -%}\n{{ x }}\n{%- endmacro %}{{ dbt_macro__a(\n1\n) }}",
    "{% if a %}{# {% endif %} #}x{% endif %}", "{% call(x)\necho() %}{% endcall %}", "{{ {\n'a': 1,\n'b': [\n1,\n],\n} }}", "{%\nif\ntrue\n%}x{%\nendif\n%}",
]


def cases():
    for title, text, flags in SECTIONS:
        for number, template in enumerate(text.split("\n"), 1):
            # Typed macro arguments are dbt's own.
            yield {"name": f"{title} {number}", "template": template, "context": generate.CONTEXT, "dbt_names": True,
                   "needs_dbt": "x: int" in template, **flags}
    for number, template in enumerate(BLOCKS, 1):
        yield {"name": f"block {number}", "template": template, "context": generate.CONTEXT, "dbt_names": True}
        yield {"name": f"plain block {number}", "template": template.replace("dbt_macro__", ""), "context": generate.CONTEXT}
