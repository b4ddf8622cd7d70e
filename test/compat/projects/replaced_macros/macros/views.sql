{% macro create_view_as(relation, sql) %}
    create view {{ relation }} with (security_barrier = true) as {{ sql }};
    comment on view {{ relation }} is 'kept by a barrier';
{% endmacro %}
