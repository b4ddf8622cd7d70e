{# Aggregates and set operations. #}

{# Some value of the group. #}
{% macro any_value(expression) %}{{ return(adapter.dispatch('any_value', 'dbt')(expression)) }}{% endmacro %}

{% macro default__any_value(expression) %}{{ return('any_value(' ~ expression ~ ')') }}{% endmacro %}

{% macro bool_or(expression) %}{{ return(adapter.dispatch('bool_or', 'dbt')(expression)) }}{% endmacro %}

{% macro default__bool_or(expression) %}{{ return('bool_or(' ~ expression ~ ')') }}{% endmacro %}

{# The group's values as one text; of the first limit_num ones if that is given. #}
{% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) %}
    {{ return(adapter.dispatch('listagg', 'dbt')(measure, delimiter_text, order_by_clause, limit_num)) }}
{% endmacro %}

{% macro default__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- set order = ' within group (' ~ order_by_clause ~ ')' if order_by_clause else '' -%}
    {%- if limit_num -%}
        array_to_string(array_slice(array_agg( {{ measure }} ){{ order }}, 0, {{ limit_num }}), {{ delimiter_text }})
    {%- else -%}
        listagg( {{ measure }}, {{ delimiter_text }} ){{ order }}
    {%- endif -%}
{%- endmacro %}

{% macro except() %}{{ return(adapter.dispatch('except', 'dbt')()) }}{% endmacro %}

{% macro default__except() %} except {% endmacro %}

{% macro intersect() %}{{ return(adapter.dispatch('intersect', 'dbt')()) }}{% endmacro %}

{% macro default__intersect() %} intersect {% endmacro %}

{# Are two expressions equal? With the flag enable_truthy_nulls_equals_macro two nulls are, without it that is null. #}
{% macro equals(expr1, expr2) %}{{ return(adapter.dispatch('equals', 'dbt')(expr1, expr2)) }}{% endmacro %}

{% macro default__equals(expr1, expr2) %}
    {% if adapter.behavior.enable_truthy_nulls_equals_macro.no_warn %}
        case when (({{ expr1 }} = {{ expr2 }}) or ({{ expr1 }} is null and {{ expr2 }} is null)) then 0 else 1 end = 0
    {% else %}
        {{ return('(' ~ expr1 ~ ' = ' ~ expr2 ~ ')') }}
    {% endif %}
{% endmacro %}
