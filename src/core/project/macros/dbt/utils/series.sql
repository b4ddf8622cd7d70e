{# Queries that return a series: numbers from 1, or times. #}

{# The smallest n of which 2 to the n is at least upper_bound, but 1 at least. #}
{% macro get_powers_of_two(upper_bound) %}{{ return(adapter.dispatch('get_powers_of_two', 'dbt')(upper_bound)) }}{% endmacro %}

{% macro default__get_powers_of_two(upper_bound) %}
    {% if upper_bound <= 0 %}{% do exceptions.raise_compiler_error('upper bound must be positive') %}{% endif %}
    {% for n in range(1, 100) if upper_bound <= 2 ** n %}{{ return(n) }}{% endfor %}
{% endmacro %}

{# The numbers 1 to upper_bound in the column generated_number: as many binary digits as needed, combined in every way. #}
{% macro generate_series(upper_bound) %}{{ return(adapter.dispatch('generate_series', 'dbt')(upper_bound)) }}{% endmacro %}

{% macro default__generate_series(upper_bound) %}
    {% set terms, digits = [], [] %}
    {% for n in range(dbt.get_powers_of_two(upper_bound)) %}
        {% do terms.append('p' ~ n ~ '.generated_number * power(2, ' ~ n ~ ')') %}
        {% do digits.append('p as p' ~ n) %}
    {% endfor %}
    with p as (
        select 0 as generated_number union all select 1
    ), unioned as (
        select {{ terms | join(' + ') }} + 1 as generated_number
        from {{ digits | join(' cross join ') }}
    )
    select * from unioned where generated_number <= {{ upper_bound }} order by generated_number
{% endmacro %}

{# datediff as a number, asked of the database. #}
{% macro get_intervals_between(start_date, end_date, datepart) %}
    {{ return(adapter.dispatch('get_intervals_between', 'dbt')(start_date, end_date, datepart)) }}
{% endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) %}
    {% call statement('get_intervals_between', fetch_result=True) %}select {{ dbt.datediff(start_date, end_date, datepart) }}{% endcall %}
    {% set result = load_result('get_intervals_between') %}
    {{ return(result['data'][0][0] if result and result['data'] else 1) }}
{% endmacro %}

{# Every datepart from start_date on, as long as it is before end_date, in the column date_<datepart>. #}
{% macro date_spine(datepart, start_date, end_date) %}
    {{ return(adapter.dispatch('date_spine', 'dbt')(datepart, start_date, end_date)) }}
{% endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) %}
    {% set column = 'date_' ~ datepart %}
    with rawdata as (
        {{ dbt.generate_series(dbt.get_intervals_between(start_date, end_date, datepart)) }}
    ), all_periods as (
        select ( {{ dbt.dateadd(datepart, 'row_number() over (order by 1) - 1', start_date) }} ) as {{ column }} from rawdata
    ), filtered as (
        select * from all_periods where {{ column }} <= {{ end_date }}
    )
    select * from filtered
{% endmacro %}
