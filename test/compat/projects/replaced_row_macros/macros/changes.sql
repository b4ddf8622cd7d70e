{% macro postgres__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
    update {{ target }} set name = {{ target.identifier }}.name || ' (old)' from {{ source }} as new where new.id = {{ target.identifier }}.id;
    insert into {{ target }} (id, name) select id, name from {{ source }}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {% do run_query("create table if not exists " ~ target_relation.schema ~ ".changes_of_" ~ target_relation.identifier ~ " (how text)") %}
    {% do run_query("insert into " ~ target_relation.schema ~ ".changes_of_" ~ target_relation.identifier ~ " values ('" ~ on_schema_change ~ "')") %}
    {{ return({}) }}
{% endmacro %}

{% macro build_snapshot_table(strategy, sql) %}
    select *, 'first' as first_seen, {{ strategy.scd_id }} as dbt_scd_id, {{ strategy.updated_at }} as dbt_updated_at,
        {{ strategy.updated_at }} as dbt_valid_from, cast(null as timestamp) as dbt_valid_to
    from ({{ sql }}) as rows_now
{% endmacro %}

{% macro postgres__get_create_materialized_view_as_sql(relation, sql) %}
    create materialized view {{ relation }} with (fillfactor = 80) as {{ sql }}
{% endmacro %}
