{% macro greet(name) %}{{ return(adapter.dispatch('greet', 'helper')(name)) }}{% endmacro %}
{% macro default__greet(name) %}'default: {{ name }}'{% endmacro %}
{% macro part(name) %}{{ adapter.dispatch('part', 'helper')(name) }}{% endmacro %}
{% macro default__part(name) %}'default part'{% endmacro %}
{% macro plain() %}{{ helper.shadowed() }}{% endmacro %}
{% macro shadowed() %}'helper'{% endmacro %}
{% test starts_with(model, column_name, prefix) %}
select * from {{ model }} where {{ column_name }} not like '{{ prefix }}%'
{% endtest %}
{% macro only_in_helper() %}{{ log('helped') }}{% endmacro %}
{# What an operation and, while dbt reads it, a test of another package call finds the macros beside it. #}
{% macro speak() %}{{ log('said ' ~ words(), info=true) }}{% endmacro %}
{% macro words() %}words{% endmacro %}
{% test spoken(model) %}
select * from {{ model }} where '{{ '' if execute else helper.speak() }}' <> ''
{% endtest %}
