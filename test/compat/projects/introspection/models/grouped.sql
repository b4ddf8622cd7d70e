{# A table in groups, in the order in which their keys come; what tables can do, a set of them does with each. -#}
{% if execute %}
{%- set groups = run_query("select i % 3 as part, i, 'n' || i as name from generate_series(1, 7) i order by i").group_by('part') %}
{%- for part, rows in groups.items() %}
select {{ part }} as part, '{{ groups.key_name }}' as by, '{{ rows.columns['name'].values() | join(' ') }}' as names, {{ rows.select(['i']).rows | length }} as count
union all
{%- endfor %}
select {{ groups | length }}, '{{ groups.limit(1).values() | map('length') | join(' ') }}', '{{ groups.keys() | join(' ') }}', {{ groups[1].rows[0]['i'] }}
{%- else %}
select 1 as part, '' as by, '' as names, 1 as count
{%- endif %}
