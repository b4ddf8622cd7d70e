{# The columns that a snapshot adds, and the ones by which its rows are told apart. #}

{# Their names by default; the config snapshot_meta_column_names gives others. #}
{% macro get_snapshot_table_column_names() %}
    {{ return({'dbt_valid_to': 'dbt_valid_to', 'dbt_valid_from': 'dbt_valid_from', 'dbt_scd_id': 'dbt_scd_id',
               'dbt_updated_at': 'dbt_updated_at', 'dbt_is_deleted': 'dbt_is_deleted'}) }}
{% endmacro %}

{# Their names for this snapshot. #}
{% macro mesh_snapshot_columns() %}{{ return(config.get('snapshot_table_column_names') or get_snapshot_table_column_names()) }}{% endmacro %}

{# dbt_valid_to of a current row: null or what dbt_valid_to_current says, of the type of updated_at. #}
{% macro get_dbt_valid_to_current(strategy, columns) %}
    {% set at = strategy.updated_at %}
    coalesce(nullif({{ at }}, {{ at }}), {{ config.get('dbt_valid_to_current') or 'null' }}) as {{ columns.dbt_valid_to }}
{% endmacro %}

{# The condition by which a row is current; prefix is put before the column. #}
{% macro mesh_snapshot_row_is_current(prefix='') %}
    {% set column, open_end = prefix ~ mesh_snapshot_columns().dbt_valid_to, config.get('dbt_valid_to_current') %}
    {{ return('(' ~ (equals(column | trim, open_end | trim) ~ ' or ' if open_end else '') ~ column ~ ' is null)') }}
{% endmacro %}

{# The key once more as dbt_unique_key, or dbt_unique_key_1 and so on for a list. #}
{% macro unique_key_fields(unique_key) %}
    {% set fields = [] %}
    {% for name, key in mesh_snapshot_key_columns(unique_key) %}{% do fields.append(key ~ ' as ' ~ name) %}{% endfor %}
    {{ return(fields | join(', ')) }}
{% endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) %}
    {% set pairs = [] %}
    {% for name, key in mesh_snapshot_key_columns(unique_key) %}
        {% set left, right = identifier ~ '.' ~ name, from_identifier ~ '.' ~ name %}
        {% do pairs.append(equals(left, right) if unique_key | is_list else left ~ ' = ' ~ right) %}
    {% endfor %}
    {{ return(pairs | join(' and ')) }}
{% endmacro %}

{# Is there no row of that alias, after an outer join? #}
{% macro unique_key_is_null(unique_key, identifier) %}
    {{ return(identifier ~ '.' ~ mesh_snapshot_key_columns(unique_key)[0][0] ~ ' is null') }}
{% endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) %}
    {{ return(identifier ~ '.' ~ mesh_snapshot_key_columns(unique_key)[0][0] ~ ' is not null') }}
{% endmacro %}

{# [[name, key]] #}
{% macro mesh_snapshot_key_columns(unique_key) %}
    {% if not unique_key | is_list %}{{ return([['dbt_unique_key', unique_key]]) }}{% endif %}
    {% set columns = [] %}
    {% for key in unique_key %}{% do columns.append(['dbt_unique_key_' ~ loop.index, key]) %}{% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro get_true_sql() %}{{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}{% endmacro %}

{% macro default__get_true_sql() %}{{ return('TRUE') }}{% endmacro %}
