{# Schemas, and the errors of what only an adapter can do. #}

{% macro create_schema(relation) %}{{ return(adapter.dispatch('create_schema', 'dbt')(relation)) }}{% endmacro %}

{% macro default__create_schema(relation) %}
    {% call statement('create_schema') %}create schema if not exists {{ relation.without_identifier() }}{% endcall %}
{% endmacro %}

{% macro drop_schema(relation) %}{{ return(adapter.dispatch('drop_schema', 'dbt')(relation)) }}{% endmacro %}

{% macro default__drop_schema(relation) %}
    {% call statement('drop_schema') %}drop schema if exists {{ relation.without_identifier() }} cascade{% endcall %}
{% endmacro %}

{% macro drop_schema_named(schema_name) %}{{ return(adapter.dispatch('drop_schema_named', 'dbt')(schema_name)) }}{% endmacro %}

{% macro default__drop_schema_named(schema_name) %}
    {% do adapter.drop_schema(api.Relation.create(schema=schema_name)) %}
{% endmacro %}

{# Raised by the default of a macro that has no general form. #}
{% macro mesh_raise_adapter_lacks(macro_name) %}
    {% do exceptions.raise_not_implemented(macro_name ~ ' macro not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# The same for one that is missing from a node's way to be built. #}
{% macro mesh_raise_cannot_build(macro_name) %}
    {% do exceptions.raise_compiler_error('`' ~ macro_name ~ '` has not been implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}
