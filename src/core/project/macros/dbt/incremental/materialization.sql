{# incremental: a table that is built once and then given the rows that its query returns. #}

{# The first run, and a full refresh, build it whole; a full refresh beside the old table, then by renaming. #}
{% materialization incremental, default %}
    {% set existing = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set intermediate = make_intermediate_relation(target_relation) %}
    {% set backup = make_backup_relation(target_relation, 'table' if existing is none else existing.type) %}
    {% set rebuild = should_full_refresh() or existing.is_view %}

    {% do drop_relation_if_exists(load_cached_relation(intermediate)) %}
    {% do drop_relation_if_exists(load_cached_relation(backup)) %}
    {% do run_hooks(pre_hooks, inside_transaction=False) %}
    {% do run_hooks(pre_hooks, inside_transaction=True) %}

    {% set strategy = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') %}
    {% set built = target_relation if existing is none else intermediate %}
    {% if existing is none or rebuild %}
        {% set build_sql = get_create_table_as_sql(False, built, sql) %}
    {% else %}
        {% set build_sql = strategy(mesh_incremental_arguments(existing, target_relation, sql)) %}
    {% endif %}
    {% call statement('main') %}{{ build_sql }}{% endcall %}

    {% if existing is none or rebuild %}{% do create_indexes(built) %}{% endif %}
    {% set swap = existing is not none and rebuild %}
    {% if swap %}
        {% do adapter.rename_relation(target_relation, backup) %}
        {% do adapter.rename_relation(intermediate, target_relation) %}
    {% endif %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, rebuild)) %}
    {% do persist_docs(target_relation, model) %}
    {% do run_hooks(post_hooks, inside_transaction=True) %}
    {% do adapter.commit() %}

    {% if swap %}{% do adapter.drop_relation(backup) %}{% endif %}
    {% do run_hooks(post_hooks, inside_transaction=False) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Puts the query's rows into a temporary table, adapts the target's columns, and returns what the strategy's macro is called with. #}
{% macro mesh_incremental_arguments(existing_relation, target_relation, sql) %}
    {% set temp = make_temp_relation(target_relation) %}
    {% set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') %}
    {% do run_query(get_create_table_as_sql(True, temp, sql)) %}
    {% if not config.get('contract').enforced %}
        {% do adapter.expand_target_column_types(from_relation=temp, to_relation=target_relation) %}
    {% endif %}
    {% set columns = process_schema_changes(on_schema_change, temp, existing_relation) %}
    {{ return({
        'target_relation': target_relation, 'temp_relation': temp, 'unique_key': config.get('unique_key'),
        'dest_columns': columns or adapter.get_columns_in_relation(existing_relation),
        'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none),
    }) }}
{% endmacro %}
