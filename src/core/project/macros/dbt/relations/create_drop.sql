{# Statements that create, drop and rename a relation of any kind: text, except for drop_relation and rename_relation, which run them. #}

{% macro get_create_sql(relation, sql) %}
    {% do log('Applying CREATE to: ' ~ relation) %}
    {{ return(adapter.dispatch('get_create_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_create_sql(relation, sql) %}
    {% if relation.is_table %}{{ return(get_create_table_as_sql(False, relation, sql)) }}{% endif %}
    {% if relation.is_view %}{{ return(get_create_view_as_sql(relation, sql)) }}{% endif %}
    {% if relation.is_materialized_view %}{{ return(get_create_materialized_view_as_sql(relation, sql)) }}{% endif %}
    {% do mesh_raise_cannot_build('get_create_sql (' ~ relation.type ~ ')') %}
{% endmacro %}

{% macro get_drop_sql(relation) %}
    {% do log('Applying DROP to: ' ~ relation) %}
    {{ return(adapter.dispatch('get_drop_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_drop_sql(relation) %}
    {% if relation.is_table %}{{ return(drop_table(relation)) }}{% endif %}
    {% if relation.is_view %}{{ return(drop_view(relation)) }}{% endif %}
    {% if relation.is_materialized_view %}{{ return(drop_materialized_view(relation)) }}{% endif %}
    {{ return('drop ' ~ relation.type ~ ' if exists ' ~ relation.render() ~ ' cascade') }}
{% endmacro %}

{% macro drop_relation(relation) %}{{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}{% endmacro %}

{% macro default__drop_relation(relation) %}
    {% call statement('drop_relation', auto_begin=False) %}{{ get_drop_sql(relation) }}{% endcall %}
{% endmacro %}

{# Of a relation that may be none. #}
{% macro drop_relation_if_exists(relation) %}
    {% if relation is not none %}{% do adapter.drop_relation(relation) %}{% endif %}
{% endmacro %}

{% macro get_rename_sql(relation, new_name) %}
    {% do log('Applying RENAME to: ' ~ relation) %}
    {{ return(adapter.dispatch('get_rename_sql', 'dbt')(relation, new_name)) }}
{% endmacro %}

{% macro default__get_rename_sql(relation, new_name) %}
    {% if relation.is_table %}{{ return(get_rename_table_sql(relation, new_name)) }}{% endif %}
    {% if relation.is_view %}{{ return(get_rename_view_sql(relation, new_name)) }}{% endif %}
    {% if relation.is_materialized_view %}{{ return(get_rename_materialized_view_sql(relation, new_name)) }}{% endif %}
    {% do mesh_raise_cannot_build('get_rename_sql (' ~ relation.type ~ ')') %}
{% endmacro %}

{% macro rename_relation(from_relation, to_relation) %}
    {{ return(adapter.dispatch('rename_relation', 'dbt')(from_relation, to_relation)) }}
{% endmacro %}

{# "alter table" renames views as well. #}
{% macro default__rename_relation(from_relation, to_relation) %}
    {% call statement('rename_relation') %}
        alter table {{ from_relation.render() }} rename to {{ adapter.quote_as_configured(to_relation.identifier, 'identifier') }}
    {% endcall %}
{% endmacro %}
