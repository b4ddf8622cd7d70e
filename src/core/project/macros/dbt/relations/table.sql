{# Statements for tables. #}

{% macro get_create_table_as_sql(temporary, relation, sql) %}
    {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{% endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) %}{{ return(create_table_as(temporary, relation, sql)) }}{% endmacro %}

{# The name under which projects call and override it. #}
{% macro create_table_as(temporary, relation, compiled_code, language='sql') %}
    {% if language != 'sql' %}
        {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language)) }}
    {% endif %}
    {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code)) }}
{% endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
    {%- set enforced = config.get('contract').enforced and not temporary %}
    {{ config.get('sql_header') or '' }}
    create {{ 'temporary' if temporary }} table {{ relation.include(database=not temporary, schema=not temporary) }}
    {%- if enforced %}
    {{ get_assert_columns_equivalent(sql) }} {{ get_table_columns_and_constraints() }}
    {%- endif %}
    as (
        {{ get_select_subquery(sql) if enforced else sql }}
    );
{%- endmacro %}

{# The query with its columns in the order of the contract. #}
{% macro get_select_subquery(sql) %}{{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}{% endmacro %}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }} from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}

{% macro default__get_column_names() %}
    {%- set names = [] %}
    {%- for column in model['columns'].values() %}
        {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) %}
    {%- endfor %}
    {{- return(names | join(', ')) }}
{%- endmacro %}

{% macro drop_table(relation) %}{{ return(adapter.dispatch('drop_table', 'dbt')(relation)) }}{% endmacro %}

{% macro default__drop_table(relation) %}{{ return('drop table if exists ' ~ relation.render() ~ ' cascade') }}{% endmacro %}

{% macro get_replace_table_sql(relation, sql) %}{{ return(adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql)) }}{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) %}{% do mesh_raise_cannot_build('get_replace_table_sql') %}{% endmacro %}

{% macro get_rename_table_sql(relation, new_name) %}
    {{ return(adapter.dispatch('get_rename_table_sql', 'dbt')(relation, new_name)) }}
{% endmacro %}

{% macro default__get_rename_table_sql(relation, new_name) %}{% do mesh_raise_cannot_build('get_rename_table_sql') %}{% endmacro %}
