{# Lists of columns, compared and written. #}

{% macro get_quoted_csv(column_names) %}
    {% set quoted = [] %}
    {% for name in column_names %}{% do quoted.append(adapter.quote(name)) %}{% endfor %}
    {{ return(quoted | join(', ')) }}
{% endmacro %}

{# The source's columns that the target has not, by name. #}
{% macro diff_columns(source_columns, target_columns) %}
    {% set names = target_columns | map(attribute='column') | list %}
    {{ return(source_columns | rejectattr('name', 'in', names) | list) }}
{% endmacro %}

{# [{column_name, new_type}] for the target's columns of another type, unless they are wider already. #}
{% macro diff_column_data_types(source_columns, target_columns) %}
    {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) %}
    {% set changes = [] %}
    {% for theirs in source_columns %}
        {% for ours in (target_columns | selectattr('name', 'equalto', theirs.name) | list)[:1] %}
            {% if theirs.expanded_data_type != ours.expanded_data_type and not theirs.can_expand_to(other_column=ours) %}
                {% do changes.append({'column_name': ours.name, 'new_type': theirs.expanded_data_type}) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(changes) }}
{% endmacro %}

{# The columns that a merge updates: those named, or all but the excluded ones, or all. #}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
    {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{% endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
    {% if merge_update_columns and merge_exclude_columns %}
        {% do exceptions.raise_compiler_error('Model cannot specify merge_update_columns and merge_exclude_columns: only one of them') %}
    {% elif merge_update_columns %}
        {{ return(merge_update_columns) }}
    {% endif %}
    {% set excluded = (merge_exclude_columns or []) | map('lower') | list %}
    {% set updated = [] %}
    {% for column in dest_columns if column.column | lower not in excluded %}{% do updated.append(column.quoted) %}{% endfor %}
    {{ return(updated) }}
{% endmacro %}
