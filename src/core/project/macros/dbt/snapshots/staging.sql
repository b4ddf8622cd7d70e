{# The rows by which a snapshot goes on: versions to insert, versions to close. #}

{# The query of a snapshot's first run. #}
{% macro build_snapshot_table(strategy, sql) %}{{ return(adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql)) }}{% endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
    {% set columns = mesh_snapshot_columns() %}
    select *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }}
        {%- if strategy.hard_deletes == 'new_record' %}, 'False' as {{ columns.dbt_is_deleted }}{% endif %}
    from (
        {{ sql }}
    ) sbq
{% endmacro %}

{# Puts the rows of snapshot_staging_table into a temporary table and returns it. #}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
    {% set temp = make_temp_relation(target_relation) %}
    {% call statement('build_snapshot_staging_relation') %}
        {{ create_table_as(True, temp, snapshot_staging_table(strategy, sql, target_relation)) }}
    {% endcall %}
    {{ return(temp) }}
{% endmacro %}

{# The query of every later run. dbt_change_type says what each row is for: insert, or update or delete (close the version dbt_scd_id).
   A strategy's row_changed compares the aliases that its macro was given, source_data with snapshotted_data. #}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) %}
    {{ return(adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation)) }}
{% endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) %}
    {% set columns, key = mesh_snapshot_columns(), strategy.unique_key %}
    {% set records = strategy.hard_deletes == 'new_record' %}
    {% set same_key = unique_key_join_on(key, 'snapshotted_data', 'source_data') %}
    {% set was_deleted = 'snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" %}
    {% set changed = '(' ~ strategy.row_changed ~ (' or ' ~ was_deleted if records else '') ~ ')' %}
    {% set at = strategy.updated_at %}
    with snapshot_query as (
        {{ source_sql }}
    ),
    snapshotted_data as (
        select *, {{ unique_key_fields(key) }} from {{ target_relation }} where {{ mesh_snapshot_row_is_current() }}
    ),
    keyed as (
        select *, {{ unique_key_fields(key) }} from snapshot_query
    ),
    opened as (
        select *, {{ at }} as {{ columns.dbt_updated_at }}, {{ at }} as {{ columns.dbt_valid_from }},
            {{ get_dbt_valid_to_current(strategy, columns) }}, {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
        from keyed
    ),
    closed as (
        select *, {{ at }} as {{ columns.dbt_updated_at }}, {{ at }} as {{ columns.dbt_valid_from }}, {{ at }} as {{ columns.dbt_valid_to }}
        from keyed
    )
    select 'insert' as dbt_change_type, source_data.* {{ ", 'False' as " ~ columns.dbt_is_deleted if records }}
    from opened as source_data left join snapshotted_data on {{ same_key }}
    where {{ unique_key_is_null(key, 'snapshotted_data') }} or {{ changed }}
    union all
    select 'update', source_data.*, snapshotted_data.{{ columns.dbt_scd_id }} {{ ', snapshotted_data.' ~ columns.dbt_is_deleted if records }}
    from closed as source_data join snapshotted_data on {{ same_key }}
    where {{ changed }}
    {% if strategy.hard_deletes in ('invalidate', 'new_record') %}{{ mesh_snapshot_deleted_rows(strategy, source_sql, target_relation) }}{% endif %}
{% endmacro %}

{# The part for keys that are gone from the source: their version ends now; with new_record one that says so begins. #}
{% macro mesh_snapshot_deleted_rows(strategy, source_sql, target_relation) %}
    {% set columns, key, now = mesh_snapshot_columns(), strategy.unique_key, snapshot_get_time() %}
    {% set records = strategy.hard_deletes == 'new_record' %}
    {% set gone %}
        from snapshotted_data left join keyed as source_data on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }}
        where {{ unique_key_is_null(key, 'source_data') }}
        {% if records %}
        and not (snapshotted_data.{{ columns.dbt_is_deleted }} = 'True' and {{ mesh_snapshot_version_is_open(columns) }})
        {% endif %}
    {% endset %}
    union all
    select 'delete', source_data.*, {{ now }}, {{ now }}, {{ now }}, snapshotted_data.{{ columns.dbt_scd_id }}
        {{ ', snapshotted_data.' ~ columns.dbt_is_deleted if records }}
    {{ gone }}
    {% if records %}
    union all
    select 'insert', {{ mesh_snapshot_last_known_row(key, source_sql, target_relation) }}, {{ now }}, {{ now }},
        snapshotted_data.{{ columns.dbt_valid_to }}, {{ snapshot_hash_arguments([columns.dbt_scd_id, now]) }}, 'True'
    {{ gone }}
    {% endif %}
{% endmacro %}

{% macro mesh_snapshot_version_is_open(columns) %}
    {% set column, open_end = 'snapshotted_data.' ~ columns.dbt_valid_to, config.get('dbt_valid_to_current') %}
    {{ return(column ~ (' = ' ~ open_end if open_end else ' is null')) }}
{% endmacro %}

{# The source's columns as last seen, then the key. A column that the target has not yet is null. #}
{% macro mesh_snapshot_last_known_row(key, source_sql, target_relation) %}
    {% set known = get_list_of_column_names(get_columns_in_relation(target_relation)) %}
    {% set fields = [] %}
    {% for name in get_columns_in_query(source_sql) %}
        {% do fields.append(('snapshotted_data.' if name in known else 'source_data.') ~ adapter.quote(name)) %}
    {% endfor %}
    {% for name, expression in mesh_snapshot_key_columns(key) %}{% do fields.append('snapshotted_data.' ~ name) %}{% endfor %}
    {{ return(fields | join(', ')) }}
{% endmacro %}

{# Closes and inserts versions as the staged rows say. #}
{% macro snapshot_merge_sql(target, source, insert_cols) %}
    {{ return(adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols)) }}
{% endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) %}
    {% set columns, names = mesh_snapshot_columns(), insert_cols | join(', ') %}
    merge into {{ target.render() }} as DBT_INTERNAL_DEST
    using {{ source }} as DBT_INTERNAL_SOURCE
    on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
    when matched and {{ mesh_snapshot_row_is_current('DBT_INTERNAL_DEST.') }} and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
        then update set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
    when not matched and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
        then insert ({{ names }}) values ({{ names }})
{% endmacro %}
