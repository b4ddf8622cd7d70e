{# What the database holds: schemas, relations, the catalog. Each result is a table of rows. #}

{% macro get_catalog_relations(information_schema, relations) %}
    {{ return(adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations)) }}
{% endmacro %}

{% macro default__get_catalog_relations(information_schema, relations) %}{% do mesh_raise_cannot_build('get_catalog_relations') %}{% endmacro %}

{% macro get_catalog(information_schema, schemas) %}
    {{ return(adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas)) }}
{% endmacro %}

{% macro default__get_catalog(information_schema, schemas) %}{% do mesh_raise_cannot_build('get_catalog') %}{% endmacro %}

{% macro get_catalog_for_single_relation(relation) %}
    {{ return(adapter.dispatch('get_catalog_for_single_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_catalog_for_single_relation(relation) %}
    {% do mesh_raise_adapter_lacks('get_catalog_for_single_relation') %}
{% endmacro %}

{% macro information_schema_name(database) %}
    {{ return(adapter.dispatch('information_schema_name', 'dbt')(database)) }}
{% endmacro %}

{% macro default__information_schema_name(database) -%}
    {% if database %}{{ database }}.{% endif %}INFORMATION_SCHEMA
{%- endmacro %}

{% macro list_schemas(database) %}{{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}{% endmacro %}

{% macro default__list_schemas(database) %}
    {{ return(run_query("select distinct schema_name from " ~ information_schema_name(database) ~ ".SCHEMATA where catalog_name ilike '"
                        ~ database ~ "'")) }}
{% endmacro %}

{% macro check_schema_exists(information_schema, schema) %}
    {{ return(adapter.dispatch('check_schema_exists', 'dbt')(information_schema, schema)) }}
{% endmacro %}

{% macro default__check_schema_exists(information_schema, schema) %}
    {% set schemata = information_schema.replace(information_schema_view='SCHEMATA') %}
    {{ return(run_query("select count(*) from " ~ schemata ~ " where catalog_name = '" ~ information_schema.database
                        ~ "' and schema_name = '" ~ schema ~ "'")) }}
{% endmacro %}

{% macro list_relations_without_caching(schema_relation) %}
    {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{% macro default__list_relations_without_caching(schema_relation) %}
    {% do mesh_raise_adapter_lacks('list_relations_without_caching') %}
{% endmacro %}

{% macro list_function_relations_without_caching(schema_relation) %}
    {{ return(adapter.dispatch('list_function_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{% macro default__list_function_relations_without_caching(schema_relation) %}
    {% do mesh_raise_adapter_lacks('list_function_relations_without_caching') %}
{% endmacro %}

{# Which relation depends on which. #}
{% macro get_relations() %}{{ return(adapter.dispatch('get_relations', 'dbt')()) }}{% endmacro %}

{% macro default__get_relations() %}{% do mesh_raise_adapter_lacks('get_relations') %}{% endmacro %}

{% macro get_relation_last_modified(information_schema, relations) %}
    {{ return(adapter.dispatch('get_relation_last_modified', 'dbt')(information_schema, relations)) }}
{% endmacro %}

{% macro default__get_relation_last_modified(information_schema, relations) %}
    {% do mesh_raise_adapter_lacks('get_relation_last_modified') %}
{% endmacro %}
