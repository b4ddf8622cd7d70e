{# snapshot: a table that keeps every version of a row, with the time from and to which it was the current one. #}

{% materialization snapshot, default %}
    {% set exists, target_relation = get_or_create_relation(
        database=model.database, schema=model.schema, identifier=model.get('alias', model.get('name')), type='table') %}
    {% if not target_relation.is_table %}{% do exceptions.relation_wrong_type(target_relation, 'table') %}{% endif %}

    {% do run_hooks(pre_hooks, inside_transaction=False) %}
    {% do run_hooks(pre_hooks, inside_transaction=True) %}

    {% set strategy_macro = strategy_dispatch(config.get('strategy')) %}
    {% set strategy = strategy_macro(model, 'snapshotted_data', 'source_data', model['config'], exists) %}
    {% if exists %}
        {% do adapter.assert_valid_snapshot_target_given_strategy(target_relation, mesh_snapshot_columns(), strategy) %}
        {% set rows_sql = snapshot_staging_table(strategy, sql, target_relation) %}
        {% set staged = build_snapshot_staging_table(strategy, sql, target_relation) %}
        {% set build_sql = snapshot_merge_sql(target=target_relation, source=staged,
                                              insert_cols=mesh_fit_snapshot_columns(strategy, staged, target_relation)) %}
    {% else %}
        {% set rows_sql = build_snapshot_table(strategy, model['compiled_code']) %}
        {% set build_sql = create_table_as(False, target_relation, rows_sql) %}
    {% endif %}
    {% do check_time_data_types(rows_sql) %}
    {% call statement('main') %}{{ build_sql }}{% endcall %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(exists, full_refresh_mode=False)) %}
    {% do persist_docs(target_relation, model) %}
    {% if not exists %}{% do create_indexes(target_relation) %}{% endif %}
    {% do run_hooks(post_hooks, inside_transaction=True) %}
    {% do adapter.commit() %}

    {% if exists %}{% do post_snapshot(staged) %}{% endif %}
    {% do run_hooks(post_hooks, inside_transaction=False) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Widens the target's columns and adds new ones; returns the names, quoted, of the columns that are inserted. #}
{% macro mesh_fit_snapshot_columns(strategy, staged, target_relation) %}
    {% set internal = ['dbt_change_type', 'dbt_unique_key'] %}
    {% for key in strategy.unique_key if strategy.unique_key | is_list %}{% do internal.append('dbt_unique_key_' ~ loop.index) %}{% endfor %}
    {% set internal = internal + (internal | map('upper') | list) %}

    {% do adapter.expand_target_column_types(from_relation=staged, to_relation=target_relation) %}
    {% do create_columns(target_relation,
                         adapter.get_missing_columns(staged, target_relation) | rejectattr('name', 'in', internal) | list) %}
    {% set names = [] %}
    {% for column in adapter.get_columns_in_relation(staged) | rejectattr('name', 'in', internal) %}
        {% do names.append(adapter.quote(column.name)) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{% macro create_columns(relation, columns) %}{{ return(adapter.dispatch('create_columns', 'dbt')(relation, columns)) }}{% endmacro %}

{% macro default__create_columns(relation, columns) %}
    {% for column in columns %}
        {% call statement() %}
            alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }};
        {% endcall %}
    {% endfor %}
{% endmacro %}

{# For adapters whose staging table does not go away by itself. #}
{% macro post_snapshot(staging_relation) %}{{ return(adapter.dispatch('post_snapshot', 'dbt')(staging_relation)) }}{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}{% endmacro %}

{# Warns if updated_at is of another type than the snapshot's own time. #}
{% macro check_time_data_types(sql) %}
    {% set updated_at, taken_at = get_updated_at_column_data_type(sql), get_snapshot_get_time_data_type() %}
    {% if updated_at is not none and taken_at is not none and updated_at != taken_at and exceptions.warn_snapshot_timestamp_data_types %}
        {% do exceptions.warn_snapshot_timestamp_data_types(taken_at, updated_at) %}
    {% endif %}
{% endmacro %}

{% macro get_updated_at_column_data_type(snapshot_sql) %}
    {% set types = get_column_schema_from_query(snapshot_sql)
                 | selectattr('column', 'in', ['dbt_updated_at', 'DBT_UPDATED_AT']) | map(attribute='dtype') | list %}
    {{ return((types | last or none) if types else none) }}
{% endmacro %}
