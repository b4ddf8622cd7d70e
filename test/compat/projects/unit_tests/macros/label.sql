{% macro label(column) %} upper({{ column }}) {% endmacro %}
