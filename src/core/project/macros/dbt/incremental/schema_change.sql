{# on_schema_change: what happens when an incremental model's query returns other columns than its table has. #}

{# The config's value if it is one, else the default. #}
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
    {% if on_schema_change in ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'] %}{{ return(on_schema_change) }}{% endif %}
    {% do log("on_schema_change '" ~ on_schema_change ~ "' is unknown, '" ~ default ~ "' is used instead") %}
    {{ return(default) }}
{% endmacro %}

{# {schema_changed, source_not_in_target, target_not_in_source, source_columns, target_columns, new_target_types} #}
{% macro check_for_schema_changes(source_relation, target_relation) %}
    {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) %}
    {% set theirs = adapter.get_columns_in_relation(source_relation) %}
    {% set ours = adapter.get_columns_in_relation(target_relation) %}
    {% set added, removed = diff_columns(theirs, ours), diff_columns(ours, theirs) %}
    {% set retyped = diff_column_data_types(theirs, ours) %}
    {{ return({
        'schema_changed': (added or removed or retyped) | length > 0,
        'source_not_in_target': added, 'target_not_in_source': removed, 'new_target_types': retyped,
        'source_columns': theirs, 'target_columns': ours,
    }) }}
{% endmacro %}

{# Adds, and with sync_all_columns drops and retypes, the target's columns. #}
{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {% set sync = on_schema_change == 'sync_all_columns' %}
    {% set added = schema_changes_dict['source_not_in_target'] if sync or on_schema_change == 'append_new_columns' else [] %}
    {% set removed = schema_changes_dict['target_not_in_source'] if sync else [] %}
    {% if added or removed %}{% do alter_relation_add_remove_columns(target_relation, added, removed) %}{% endif %}
    {% for change in schema_changes_dict['new_target_types'] if sync %}
        {% do alter_column_type(target_relation, change['column_name'], change['new_type']) %}
    {% endfor %}
{% endmacro %}

{# Returns the columns to be written: the query's, or {} where the table's are to be used. #}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {% if on_schema_change == 'ignore' %}{{ return({}) }}{% endif %}
    {% set changes = check_for_schema_changes(source_relation, target_relation) %}
    {% if changes['schema_changed'] and on_schema_change == 'fail' %}
        {% do exceptions.raise_compiler_error(
            'The source and target schemas on this incremental model are out of sync.'
            ~ '\nSource columns not in target: ' ~ changes['source_not_in_target']
            ~ '\nTarget columns not in source: ' ~ changes['target_not_in_source']
            ~ '\nNew column types: ' ~ changes['new_target_types']
            ~ '\nSet on_schema_change to append_new_columns or sync_all_columns, run with --full-refresh, or alter the table.') %}
    {% elif changes['schema_changed'] %}
        {% do sync_column_schemas(on_schema_change, target_relation, changes) %}
    {% endif %}
    {{ return(changes['source_columns']) }}
{% endmacro %}
