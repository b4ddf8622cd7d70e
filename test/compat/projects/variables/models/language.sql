{%- set ns = namespace(total=0, words=[]) -%}
{%- for i in range(1, 6) if i != 3 -%}{%- set ns.total = ns.total + i -%}{%- do ns.words.append('w' ~ loop.index0 ~ loop.last) -%}{%- endfor -%}
{%- set block -%}  set block {{ ns.total }}  {%- endset -%}
{%- set a, b = (1, [2, 3]) -%}
{%- call(x) caller_macro() -%}called {{ x }}{%- endcall -%}
as c0, '{{ ns.total }} {{ ns.words | join(",") }}' as c1, '{{ local(1) }} {{ local(1, 2, 3, 4, k="v") }}' as c2, '{{ block }}' as c3, '{{ a + b[1] }} {{ b[::-1] }}' as c4,
'{{ {"b": 1, "a": [true, none, 1.50]} | tojson }}' as c5, '{{ fromjson("[1, 2.5]") }} {{ fromyaml("a: [x, 2024-01-01]")["a"][0] }}' as c6,
'{{ zip([1, 2], ["x", "y"]) | list | length }} {{ set([1, 1, 2]) | list | length }} {{ local_md5("x") }}' as c7,
'{{ "%s-%05.2f" | format("s", 3.14159) }} {{ "{:>5}|{!r}".format("ab", 1) | replace("\x27", "") }} {{ 7 // 2 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 1 / 4 }} {{ 10 / 2 }}' as c8,
'{{ [3, 1, 2] | sort | join }} {{ "a,b".split(",") | last | upper }} {{ "TiTle case" | title }} {{ "x" in ["x"] and not false }} {{ [1, 2, 3] | sum }} {{ "abc"[1:] }}' as c9,
'{{ [{"g": 1, "v": 2}, {"g": 1, "v": 3}] | groupby("g") | length }} {{ [1, 2, 3, 4, 5] | batch(2) | map("sum") | list }} {{ none | default("d", true) }} {{ undefined_thing | default("u") }}' as c10
