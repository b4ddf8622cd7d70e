{# What incremental models and snapshots do on PostgreSQL. #}

{# No strategy named: delete+insert where there is a key. #}
{% macro postgres__get_incremental_default_sql(arg_dict) %}
    {{ return(get_incremental_delete_insert_sql(arg_dict) if arg_dict['unique_key'] else get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{# A batch is merged. #}
{% macro postgres__get_incremental_microbatch_sql(arg_dict) %}
    {% if not arg_dict['unique_key'] %}
        {% do exceptions.raise_compiler_error("dbt-postgres 'microbatch' requires a `unique_key` config") %}
    {% endif %}
    {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{# Two statements, so that it runs on servers without MERGE. Each ends with its semicolon. #}
{% macro postgres__snapshot_merge_sql(target, source, insert_cols) %}
    {% set columns, open_end = mesh_snapshot_columns(), config.get('dbt_valid_to_current') %}
    {% set valid_to = target ~ '.' ~ columns.dbt_valid_to %}
    update {{ target }} set {{ columns.dbt_valid_to }} = staged.{{ columns.dbt_valid_to }}
    from {{ source }} as staged
    where staged.dbt_change_type in ('update', 'delete')
        and staged.{{ columns.dbt_scd_id }}::text = {{ target }}.{{ columns.dbt_scd_id }}::text
        and ({{ valid_to ~ ' = ' ~ open_end ~ ' or ' if open_end }}{{ valid_to }} is null);
    insert into {{ target }} ({{ insert_cols | join(', ') }})
    select {{ insert_cols | join(', ') }} from {{ source }} where dbt_change_type = 'insert';
{% endmacro %}
