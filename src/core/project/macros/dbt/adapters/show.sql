{# Looking at a query's rows without building anything. #}

{# What dbt show runs. A limit of none: all rows. #}
{% macro get_show_sql(compiled_code, sql_header, limit) -%}
    {{ '' if sql_header is none else sql_header }}
    {{ get_limit_subquery_sql(compiled_code, limit) }}
{% endmacro %}

{% macro get_limit_subquery_sql(sql, limit) %}{{ return(adapter.dispatch('get_limit_sql', 'dbt')(sql, limit)) }}{% endmacro %}

{% macro default__get_limit_sql(sql, limit) %}
    {{ sql }}
    {{ 'limit ' ~ limit if limit is not none }}
{% endmacro %}

{# Plans a query without running it; the statement's result. #}
{% macro validate_sql(sql) %}{{ return(adapter.dispatch('validate_sql', 'dbt')(sql)) }}{% endmacro %}

{% macro default__validate_sql(sql) %}
    {% call statement('validate_sql') %}explain {{ sql }}{% endcall %}
    {{ return(load_result('validate_sql')) }}
{% endmacro %}
