{% macro get_grant_sql(relation, privilege, grantees) %}
    grant {{ privilege }}, references on {{ relation }} to {{ grantees | join(', ') }}
{% endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) %}
    comment on {{ relation.type }} {{ relation }} is {{ postgres_escape_comment('our ' ~ relation.type ~ ': ' ~ comment) }};
{% endmacro %}
