{{ config(materialized='table') }}
with numbers as ({{ dbt.generate_series(10) }}), days as ({{ dbt.date_spine('day', "'2024-02-27'::date", "'2024-03-02'::date") }})
select 'numbers' as what, string_agg(generated_number::text, ',') as value from numbers
union all select 'days', string_agg(date_day::text, ',' order by 1) from days
{% for part in ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'] %}
union all select '{{ part }}', ({{ dbt.datediff("'2023-12-31 23:59:59.5'::timestamp", "'2024-03-03 01:00:00'::timestamp", part) }})::text
union all select '{{ part }} back', ({{ dbt.datediff("'2024-03-03 01:00:00'::timestamp", "'2023-12-31 23:59:59.5'::timestamp", part) }})::text
{% endfor %}
{% for n in [1, 3, -1, -3] %}union all select 'part', {{ dbt.split_part("'a|bc|d'", "'|'", n) }}
{% endfor %}
union all select 'agg', {{ dbt.listagg('name', "'; '", 'order by id') }} from {{ ref('people') }}
union all select 'agg2', {{ dbt.listagg('name', "'; '", 'order by id desc', 2) }} from {{ ref('people') }}
