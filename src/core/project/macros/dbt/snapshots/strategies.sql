{# strategy x of a snapshot is the macro snapshot_x_strategy, ours or a project's. It returns a dictionary: unique_key, updated_at,
   row_changed and scd_id as expressions, hard_deletes and invalidate_hard_deletes. #}

{# The macro of a strategy; "package.x" is looked for in that package. #}
{% macro strategy_dispatch(name) %}
    {% set package, strategy = name.split('.', 1) if '.' in name else [none, name] %}
    {% if package is not none and package not in context %}
        {% do exceptions.raise_compiler_error("Could not find package '" ~ package ~ "', called with '" ~ name ~ "'") %}
    {% endif %}
    {% set macros = context if package is none else context[package] %}
    {% set macro_name = 'snapshot_' ~ strategy ~ '_strategy' %}
    {% if macro_name not in macros %}
        {% do exceptions.raise_compiler_error("The specified strategy macro '" ~ strategy ~ "' was not found in package '" ~ package ~ "'") %}
    {% endif %}
    {{ return(macros[macro_name]) }}
{% endmacro %}

{# timestamp: a row has changed if its updated_at is later than the time from which the known version holds. #}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set updated_at = config.get('updated_at') %}
    {% set changed = '(' ~ snapshotted_rel ~ '.' ~ mesh_snapshot_columns().dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')' %}
    {{ return(mesh_snapshot_strategy(updated_at, changed)) }}
{% endmacro %}

{# check: a row has changed if one of the columns has, or if there is a new column. #}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set added, columns = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) %}
    {% set differences = [get_true_sql()] if added else [] %}
    {% for column in columns if not added %}
        {% do differences.append(snapshotted_rel ~ '.' ~ column ~ ' is distinct from ' ~ current_rel ~ '.' ~ column) %}
    {% endfor %}
    {{ return(mesh_snapshot_strategy(config.get('updated_at') or snapshot_get_time(), '(' ~ differences | join(' or ') ~ ')')) }}
{% endmacro %}

{% macro mesh_snapshot_strategy(updated_at, row_changed) %}
    {% set key, deletes = config.get('unique_key'), adapter.get_hard_deletes_behavior(config) %}
    {{ return({
        'unique_key': key, 'updated_at': updated_at, 'row_changed': row_changed,
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
        'hard_deletes': deletes, 'invalidate_hard_deletes': deletes == 'invalidate',
    }) }}
{% endmacro %}

{# (whether the query has columns that the target lacks, the quoted names of those it has). #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) %}
    {% if not target_exists %}{{ return((false, [])) }}{% endif %}
    {% if check_cols_config == 'all' %}
        {% set checked = get_columns_in_query(node['compiled_code']) %}
    {% elif check_cols_config is iterable and check_cols_config | length > 0 %}
        {# asked of the database, so that names are spelled as it spells them #}
        {% set checked = get_columns_in_query('select ' ~ check_cols_config | join(', ') ~ ' from (\n' ~ node['compiled_code'] ~ '\n) subq') %}
    {% else %}
        {% do exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config) %}
    {% endif %}

    {% set target_relation = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) %}
    {% set present = get_list_of_column_names(adapter.get_columns_in_relation(target_relation)) %}
    {% set kept = [] %}
    {% for name in checked if name in present %}{% do kept.append(adapter.quote(name)) %}{% endfor %}
    {{ return((kept | length < checked | length, kept)) }}
{% endmacro %}

{# An expression that is equal only where all arguments are: the version's id. #}
{% macro snapshot_hash_arguments(args) %}{{ return(adapter.dispatch('snapshot_hash_arguments', 'dbt')(args)) }}{% endmacro %}

{% macro default__snapshot_hash_arguments(args) %}
    {% set texts = [] %}
    {% for arg in args %}{% do texts.append('coalesce(cast(' ~ arg ~ " as varchar ), '')") %}{% endfor %}
    {{ return('md5(' ~ texts | join(" || '|' || ") ~ ')') }}
{% endmacro %}

{% macro snapshot_string_as_time(timestamp) %}{{ return(adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp)) }}{% endmacro %}

{% macro default__snapshot_string_as_time(timestamp) %}{% do mesh_raise_adapter_lacks('snapshot_string_as_time') %}{% endmacro %}
