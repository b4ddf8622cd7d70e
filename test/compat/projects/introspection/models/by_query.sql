{% set table = run_query('select id, method, amount::numeric / 3 as third, null as nothing, now() > timestamp $$2020-01-01$$ as late, date $$2024-02-03$$ as day from ' ~ ref('payments') ~ ' order by id') %}
{% if execute %}
{% for row in table.rows %}
select {{ row[0] }} as id, '{{ row['method'] }}' as method, {{ row.third | round(2) }} as third, '{{ row[3] }}' as nothing,
    '{{ row['late'] }}' as late, '{{ row.day }}' as day, '{{ table.column_names | join(';') }}' as names, {{ table.rows | length }} as many,
    '{{ table.columns['method'].values() | unique | list | length }}' as methods, '{{ table.columns[2].name }}' as third_name, {{ row.third > 2 and 1000 >= row.third }} as compared
{% if not loop.last %} union all {% endif %}
{% endfor %}
{% else %}select 1 as id{% endif %}
