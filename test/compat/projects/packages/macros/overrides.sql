{% macro postgres__greet(name) %}'postgres in root: {{ name }}'{% endmacro %}
{% macro default__type_string() %}text{% endmacro %}
{% macro default__current_timestamp() %}'2024-01-01 00:00:00'::timestamp{% endmacro %}
{% macro postgres__current_timestamp() %}'2024-02-02 00:00:00'::timestamp{% endmacro %}
{% macro only_in_root() %}'macro of the root'{% endmacro %}
{% macro shadowed() %}'root'{% endmacro %}
