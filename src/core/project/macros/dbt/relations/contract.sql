{# Contracts: a query's columns against those promised in the properties. #}

{# "(column type constraints, ..., table constraints)" of the model. #}
{% macro get_table_columns_and_constraints() %}
    {{ return(adapter.dispatch('get_table_columns_and_constraints', 'dbt')()) }}
{% endmacro %}

{% macro default__get_table_columns_and_constraints() %}{{ return(table_columns_and_constraints()) }}{% endmacro %}

{% macro table_columns_and_constraints() %}
    {% set parts = adapter.render_raw_columns_constraints(raw_columns=model['columns'])
                 + adapter.render_raw_model_constraints(raw_constraints=model['constraints']) %}
    {{ return('( ' ~ parts | join(', ') ~ ' )') }}
{% endmacro %}

{# Nothing if the query has the promised columns, in any order; otherwise the contract error with both lists. #}
{% macro get_assert_columns_equivalent(sql) %}
    {{ return(adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__get_assert_columns_equivalent(sql) %}{{ return(assert_columns_equivalent(sql)) }}{% endmacro %}

{% macro assert_columns_equivalent(sql) %}
    {% if not model['columns'] %}{% do exceptions.raise_contract_error([], []) %}{% endif %}
    {% set actual = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) %}
    {% set promised = format_columns(get_column_schema_from_query(get_empty_schema_sql(model['columns']))) %}
    {% set wanted = {} %}
    {% for column in promised %}{% do wanted.update({column['name']: column['formatted']}) %}{% endfor %}
    {% for column in actual if wanted.get(column['name']) != column['formatted'] or actual | length != promised | length %}
        {% do exceptions.raise_contract_error(promised, actual) %}
    {% endfor %}
{% endmacro %}

{# A list of {name, data_type, formatted}; formatted is what is compared and shown. #}
{% macro format_columns(columns) %}
    {% set formatted = [] %}
    {% for column in columns %}{% do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) %}{% endfor %}
    {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) %}
    {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.column.lower() ~ ' ' ~ column.dtype}) }}
{% endmacro %}
