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
