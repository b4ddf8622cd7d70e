{# Where a node's relation lives. Projects override these: the result, trimmed, is the name. #}

{% macro generate_schema_name(custom_schema_name=none, node=none) %}
    {{ return(adapter.dispatch('generate_schema_name', 'dbt')(custom_schema_name, node)) }}
{% endmacro %}

{# The target's schema, with "_<schema config>" behind it where the node has one. #}
{% macro default__generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema }}{% if custom_schema_name is not none %}_{{ custom_schema_name | trim }}{% endif %}
{%- endmacro %}

{# For projects that want it: the configured schema alone in the target "prod", the target's schema anywhere else. #}
{% macro generate_schema_name_for_env(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none or target.name != 'prod' else custom_schema_name | trim }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) %}
    {{ return(adapter.dispatch('generate_alias_name', 'dbt')(custom_alias_name, node)) }}
{% endmacro %}

{# The configured alias, else the node's name, with _v<version> where it has one. #}
{% macro default__generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- else -%}
        {{ node.name }}{% if node.version %}_v{{ node.version | replace('.', '_') }}{% endif %}
    {%- endif -%}
{%- endmacro %}

{% macro generate_database_name(custom_database_name=none, node=none) %}
    {{ return(adapter.dispatch('generate_database_name', 'dbt')(custom_database_name, node)) }}
{% endmacro %}

{% macro default__generate_database_name(custom_database_name=none, node=none) -%}
    {{ target.database if custom_database_name is none else custom_database_name }}
{%- endmacro %}

{% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) %}
    {{ return(adapter.dispatch('generate_latest_version_pointer_alias', 'dbt')(custom_alias_name, node)) }}
{% endmacro %}

{# The view that points at the latest version of a model: its name without a version. #}
{% macro default__generate_latest_version_pointer_alias(custom_alias_name=none, node=none) -%}
    {{ custom_alias_name | trim if custom_alias_name else node.name }}
{%- endmacro %}
