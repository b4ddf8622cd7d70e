{# Statements for views. #}

{% macro get_create_view_as_sql(relation, sql) %}
    {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) %}{{ return(create_view_as(relation, sql)) }}{% endmacro %}

{# The name under which projects call and override it. #}
{% macro create_view_as(relation, sql) %}{{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}{% endmacro %}

{% macro default__create_view_as(relation, sql) -%}
    {{ config.get('sql_header') or '' }}
    create view {{ relation.render() }} {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    as (
        {{ sql }}
    );
{%- endmacro %}

{% macro get_replace_view_sql(relation, sql) %}{{ return(adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql)) }}{% endmacro %}

{% macro default__get_replace_view_sql(relation, sql) %}{% do mesh_raise_cannot_build('get_replace_view_sql') %}{% endmacro %}

{% macro drop_view(relation) %}{{ return(adapter.dispatch('drop_view', 'dbt')(relation)) }}{% endmacro %}

{% macro default__drop_view(relation) %}{{ return('drop view if exists ' ~ relation.render() ~ ' cascade') }}{% endmacro %}

{% macro get_rename_view_sql(relation, new_name) %}
    {{ return(adapter.dispatch('get_rename_view_sql', 'dbt')(relation, new_name)) }}
{% endmacro %}

{% macro default__get_rename_view_sql(relation, new_name) %}{% do mesh_raise_cannot_build('get_rename_view_sql') %}{% endmacro %}

{# A whole materialization for databases whose "create or replace view" takes any columns; adapters' own ones call it. #}
{% macro create_or_replace_view() %}
    {% set found = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) %}
    {% set view = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type='view') %}

    {% do run_hooks(pre_hooks) %}
    {% if found is not none and found.is_table %}{% do handle_existing_table(should_full_refresh(), found) %}{% endif %}
    {% call statement('main') %}{{ get_create_view_as_sql(view, sql) }}{% endcall %}
    {% do apply_grants(view, config.get('grants'), should_revoke=should_revoke(found is not none and found.is_view)) %}
    {% do run_hooks(post_hooks) %}
    {{ return({'relations': [view]}) }}
{% endmacro %}

{% macro handle_existing_table(full_refresh, old_relation) %}
    {{ return(adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation)) }}
{% endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}{% do adapter.drop_relation(old_relation) %}{% endmacro %}
