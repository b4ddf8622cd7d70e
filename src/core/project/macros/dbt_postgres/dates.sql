{# Time in PostgreSQL. #}

{% macro postgres__current_timestamp() %}{{ return('now()') }}{% endmacro %}

{% macro postgres__snapshot_get_time() %}{{ return(current_timestamp() ~ '::timestamp without time zone') }}{% endmacro %}

{% macro postgres__snapshot_string_as_time(timestamp) %}
    {{ return("'" ~ timestamp ~ "'::timestamp without time zone") }}
{% endmacro %}

{% macro postgres__current_timestamp_backcompat() %}
    current_timestamp::{{ type_timestamp() }}
{% endmacro %}

{% macro postgres__current_timestamp_in_utc_backcompat() %}
    (current_timestamp at time zone 'utc')::{{ type_timestamp() }}
{% endmacro %}

{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) %}
    {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))
{% endmacro %}

{# A quarter is not a unit of intervals; three months are. #}
{% macro postgres__last_day(date, datepart) %}
    {% if datepart != 'quarter' %}{{ return(dbt.default_last_day(date, datepart)) }}{% endif %}
    {% set next_quarter = dbt.dateadd('month', '3', dbt.date_trunc(datepart, date)) %}
    {{ return('cast( ' ~ dbt.dateadd('day', '-1', next_quarter) ~ ' as date)') }}
{% endmacro %}

{# Years, days and weeks by themselves; any other part is a coarser difference in its own units plus the difference of that part. #}
{% macro postgres__datediff(first_date, second_date, datepart) %}
    {% set coarser = {
        'quarter': ['year', 4], 'month': ['year', 12], 'hour': ['day', 24], 'minute': ['hour', 60],
        'second': ['minute', 60], 'millisecond': ['minute', 60000], 'microsecond': ['minute', 60000000],
    } %}
    {% if datepart == 'year' %}
        ({{ postgres__datepart_step('year', first_date, second_date) }})
    {% elif datepart == 'day' %}
        (({{ second_date }})::date - ({{ first_date }})::date)
    {% elif datepart == 'week' %}
        {% set in_order = 'case when ' ~ first_date ~ ' <= ' ~ second_date ~ ' then ' %}
        ({{ datediff(first_date, second_date, 'day') }} / 7 + case
            when date_part('dow', ({{ first_date }})::timestamp) <= date_part('dow', ({{ second_date }})::timestamp)
            then {{ in_order }}0 else -1 end
            else {{ in_order }}1 else 0 end
        end)
    {% elif datepart in coarser %}
        {% set unit, factor = coarser[datepart] %}
        ({{ datediff(first_date, second_date, unit) }} * {{ factor }} + {{ postgres__datepart_step(datepart, first_date, second_date) }})
    {% else %}
        {% do exceptions.raise_compiler_error("Unsupported datepart for macro datediff in postgres: '" ~ datepart ~ "'") %}
    {% endif %}
{% endmacro %}

{# How far one part of a time lies from that of another, the rest left aside. Seconds have fractions, which do not count. #}
{% macro postgres__datepart_step(datepart, first_date, second_date) %}
    {% set type = 'date' if datepart in ('year', 'quarter', 'month') else 'timestamp' %}
    {% set before, after = ['floor(', ')'] if datepart.endswith('second') else ['', ''] %}
    {% set sides = [] %}
    {% for side in (second_date, first_date) %}
        {% do sides.append(before ~ "date_part('" ~ datepart ~ "', (" ~ side ~ ')::' ~ type ~ ')' ~ after) %}
    {% endfor %}
    {{ return(sides | join(' - ')) }}
{% endmacro %}
