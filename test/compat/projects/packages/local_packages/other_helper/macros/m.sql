{% macro default__part(name) %}'part from other_helper: {{ name }}'{% endmacro %}
{% macro twice(n) %}{{ n }} * 2{% endmacro %}
