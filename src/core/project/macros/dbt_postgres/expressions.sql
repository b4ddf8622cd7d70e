{# Expressions that PostgreSQL writes differently from other databases. #}

{# Every release has min. #}
{% macro postgres__any_value(expression) %}{{ return('min(' ~ expression ~ ')') }}{% endmacro %}

{% macro postgres__equals(expr1, expr2) %}
    {% set operator = 'IS NOT DISTINCT FROM' if adapter.behavior.enable_truthy_nulls_equals_macro.no_warn else '=' %}
    {{ return('(' ~ expr1 ~ ' ' ~ operator ~ ' ' ~ expr2 ~ ')') }}
{% endmacro %}

{% macro postgres__listagg(measure, delimiter_text, order_by_clause, limit_num) %}
    {% set order = order_by_clause ~ ' ' if order_by_clause else '' %}
    {% if limit_num %}
        {{ return('array_to_string( (array_agg( ' ~ measure ~ ' ' ~ order ~ '))[1:' ~ limit_num ~ '], ' ~ delimiter_text ~ ' )') }}
    {% endif %}
    {{ return(' string_agg( ' ~ measure ~ ', ' ~ delimiter_text ~ ' ' ~ order ~ ')') }}
{% endmacro %}

{% macro postgres__split_part(string_text, delimiter_text, part_number) %}
    {% if part_number < 0 %}{{ return(dbt._split_part_negative(string_text, delimiter_text, part_number)) }}{% endif %}
    {{ return(dbt.default__split_part(string_text, delimiter_text, part_number)) }}
{% endmacro %}

{# A function's arguments, with their defaults. #}
{% macro postgres__formatted_scalar_function_args_sql() %}
    {% set arguments = [] %}
    {% for argument in model.arguments %}
        {% set default = argument.get('default_value') %}
        {% do arguments.append(argument.name ~ ' ' ~ argument.data_type ~ (' DEFAULT ' ~ default if default is not none else '')) %}
    {% endfor %}
    {{ return(arguments | join(', ')) }}
{% endmacro %}
