{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node.config.meta.get('whole') -%} {{ custom_schema_name | trim }}
    {%- elif custom_schema_name is none -%} {{ target.schema }}
    {%- else -%} {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ (custom_alias_name or node.name) ~ var('suffix', '') if node.resource_type != 'test' else (custom_alias_name or node.name) }}
{%- endmacro %}

{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {{ target.database }}
{%- endmacro %}
