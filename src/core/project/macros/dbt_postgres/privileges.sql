{# Grants and comments in PostgreSQL. #}

{# Other roles' privileges that this one has granted. #}
{% macro postgres__get_show_grant_sql(relation) %}
    select grantee, privilege_type
    from {{ relation.information_schema('role_table_grants') }}
    where table_schema = '{{ relation.schema }}' and table_name = '{{ relation.identifier }}'
        and grantor = current_role and grantee <> current_role
{% endmacro %}

{# A replaced relation is a new one. #}
{% macro postgres__copy_grants() %}{{ return(False) }}{% endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) %}
    {% set kind = 'materialized view' if relation.type == 'materialized_view' else relation.type %}
    comment on {{ kind }} {{ relation }} is {{ postgres_escape_comment(comment) }};
{% endmacro %}

{# Columns that are not there are passed over. #}
{% macro postgres__alter_column_comment(relation, column_dict) %}
    {% set present = get_list_of_column_names(adapter.get_columns_in_relation(relation)) %}
    {% for name, column in column_dict.items() if name in present %}
    comment on column {{ relation }}.{{ adapter.quote(name) if column['quote'] else name }} is {{ postgres_escape_comment(column['description']) }};
    {% endfor %}
{% endmacro %}

{# Quoted by dollars, so that any text but the tag itself can stand in it. #}
{% macro postgres_escape_comment(comment) %}
    {% set tag = '$dbt_comment_literal_block$' %}
    {% if comment is not string %}{% do exceptions.raise_compiler_error('a comment is a string, not: ' ~ comment) %}{% endif %}
    {% if tag in comment %}{% do exceptions.raise_compiler_error('The string ' ~ tag ~ ' is not allowed in comments.') %}{% endif %}
    {{ return(tag ~ comment ~ tag) }}
{% endmacro %}
