{# Statements for materialized views. What they are is the adapter's to say. #}

{% macro get_create_materialized_view_as_sql(relation, sql) %}
    {{ return(adapter.dispatch('get_create_materialized_view_as_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_create_materialized_view_as_sql(relation, sql) %}
    {% do mesh_raise_cannot_build('get_create_materialized_view_as_sql') %}
{% endmacro %}

{% macro get_replace_materialized_view_sql(relation, sql) %}
    {{ return(adapter.dispatch('get_replace_materialized_view_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_replace_materialized_view_sql(relation, sql) %}
    {% do mesh_raise_cannot_build('get_replace_materialized_view_sql') %}
{% endmacro %}

{% macro drop_materialized_view(relation) %}{{ return(adapter.dispatch('drop_materialized_view', 'dbt')(relation)) }}{% endmacro %}

{% macro default__drop_materialized_view(relation) %}
    {{ return('drop materialized view if exists ' ~ relation.render() ~ ' cascade') }}
{% endmacro %}

{% macro get_rename_materialized_view_sql(relation, new_name) %}
    {{ return(adapter.dispatch('get_rename_materialized_view_sql', 'dbt')(relation, new_name)) }}
{% endmacro %}

{% macro default__get_rename_materialized_view_sql(relation, new_name) %}
    {% do mesh_raise_cannot_build('get_rename_materialized_view_sql') %}
{% endmacro %}

{% macro refresh_materialized_view(relation) %}
    {% do log('Applying REFRESH to: ' ~ relation) %}
    {{ return(adapter.dispatch('refresh_materialized_view', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__refresh_materialized_view(relation) %}{% do mesh_raise_cannot_build('refresh_materialized_view') %}{% endmacro %}

{# What differs between the database and the config; none if nothing does. Its form is between this macro and the next. #}
{% macro get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {{ return(adapter.dispatch('get_materialized_view_configuration_changes', 'dbt')(existing_relation, new_config)) }}
{% endmacro %}

{% macro default__get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {% do mesh_raise_cannot_build('get_materialized_view_configuration_changes') %}
{% endmacro %}

{# The statements that make such differences good. #}
{% macro get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
    {% do log('Applying ALTER to: ' ~ relation) %}
    {{ return(adapter.dispatch('get_alter_materialized_view_as_sql', 'dbt')(
        relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation)) }}
{% endmacro %}

{% macro default__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation,
                                                     intermediate_relation) %}
    {% do mesh_raise_cannot_build('get_alter_materialized_view_as_sql') %}
{% endmacro %}
