{# Statements that replace rows of a table by newer ones. The table is DBT_INTERNAL_DEST, the new rows DBT_INTERNAL_SOURCE in predicates. #}

{# merge: rows of the same key are updated, others inserted; without a key all are inserted. #}
{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) %}
    {% set predicates = kwargs.get('predicates', incremental_predicates) %}
    {{ return(adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, predicates)) }}
{% endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) %}
    {%- set updated = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) %}
    {%- set conditions = (incremental_predicates or []) + mesh_merge_key_conditions(unique_key) %}
    {{ config.get('sql_header') or '' }}
    merge into {{ target }} as DBT_INTERNAL_DEST
    using {{ source }} as DBT_INTERNAL_SOURCE
    on ({{ conditions | join(') and (') }})
    {%- if unique_key %}
    when matched then update set
        {%- for name in updated %} {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ',' if not loop.last }}{% endfor %}
    {%- endif %}
    when not matched then insert ({{ names }}) values ({{ names }})
{% endmacro %}

{# Which rows are the same, as a list of conditions. #}
{% macro mesh_merge_key_conditions(unique_key) %}
    {% if not unique_key %}{{ return(['FALSE']) }}{% endif %}
    {% if unique_key is string or unique_key is not sequence or unique_key is mapping %}
        {{ return([get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ unique_key, 'DBT_INTERNAL_DEST.' ~ unique_key)]) }}
    {% endif %}
    {% set conditions = [] %}
    {% for key in unique_key %}{% do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) %}{% endfor %}
    {{ return(conditions) }}
{% endmacro %}

{# Of a key that is one column or expression. #}
{% macro get_merge_unique_key_match(source_unique_key, target_unique_key) %}
    {{ return(adapter.dispatch('get_merge_unique_key_match', 'dbt')(source_unique_key, target_unique_key)) }}
{% endmacro %}

{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) %}
    {{ return(equals(source_unique_key, target_unique_key) | trim) }}
{% endmacro %}

{# delete+insert: rows whose key is among the new ones go, then all new ones come. A null in a key equals nothing. #}
{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
    {{ return(adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates)) }}
{% endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- if unique_key %}
    {%- set keys = unique_key if unique_key is string else unique_key | join(', ') %}
    delete from {{ target }} as DBT_INTERNAL_DEST
    where ({{ keys }}) in (select distinct {{ keys }} from {{ source }} as DBT_INTERNAL_SOURCE)
        {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %};
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{# insert_overwrite: everything that the predicates cover is replaced. #}
{% macro get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) %}
    {{ return(adapter.dispatch('get_insert_overwrite_merge_sql', 'dbt')(target, source, dest_columns, predicates, include_sql_header)) }}
{% endmacro %}

{% macro default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) %}
    {{ (config.get('sql_header') or '') if include_sql_header }}
    merge into {{ target }} as DBT_INTERNAL_DEST using {{ source }} as DBT_INTERNAL_SOURCE on FALSE
    when not matched by source {% if predicates %}and {{ predicates | join(' and ') }} {% endif %}then delete
    when not matched then insert ({{ names }}) values ({{ names }})
{% endmacro %}
