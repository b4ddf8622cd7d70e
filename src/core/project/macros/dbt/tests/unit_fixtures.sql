{# A unit test's rows as queries. Column names are compared without regard to case. #}

{# In place of an input: every column of the relation, null where the row does not give it. #}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
    {%- set types, quoted = column_name_to_data_types or {}, {} %}
    {%- if not types %}
        {%- set source = defer_relation if defer_relation and not load_relation(this) else this %}
        {%- set types, quoted = mesh_fixture_columns(adapter.get_columns_in_relation(source)) %}
    {%- endif %}
    {%- if not types %}
        {%- do exceptions.raise_compiler_error("Not able to get columns for unit test '" ~ model.name ~ "' from relation " ~ this
                                               ~ " because the relation doesn't exist") %}
    {%- endif %}
    {%- set nulls = {} %}
    {%- for name, type in types.items() %}{% do nulls.update({name: safe_cast('null', type) | trim}) %}{% endfor %}
    {%- do validate_fixture_rows(rows, none) %}
-- Fixture for {{ model.name }}
    {% for row in rows or [{}] %}
    {%- set fields = nulls.copy() %}
    {%- do fields.update(format_row(row, types)) -%}
    {{ mesh_fixture_select(fields, quoted) }}{{ ' union all ' if not loop.last }}
    {%- endfor %}
    {%- if not rows %} limit 0{% endif %}
{% endmacro %}

{# In place of the model: the columns that the rows give. #}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
    {% if not rows %}{{ return('select * from dbt_internal_unit_test_actual limit 0') }}{% endif %}
    {% set selects = [] %}
    {% for row in rows %}
        {% do selects.append(mesh_fixture_select(format_row(row, column_name_to_data_types), column_name_to_quoted)) %}
    {% endfor %}
    {{ return(selects | join(' union all ')) }}
{% endmacro %}

{% macro mesh_fixture_select(fields, quoted) %}
    {% set list = [] %}
    {% for name, value in fields.items() %}{% do list.append(value ~ ' as ' ~ quoted.get(name, name)) %}{% endfor %}
    {{ return('select ' ~ list | join(', ')) }}
{% endmacro %}

{# ({name: type}, {name: quoted name}), names in lower case. #}
{% macro mesh_fixture_columns(columns) %}
    {% set types, quoted = {}, {} %}
    {% for column in columns %}
        {% do types.update({column.name | lower: column.data_type}) %}
        {% do quoted.update({column.name | lower: column.quoted}) %}
    {% endfor %}
    {{ return((types, quoted)) }}
{% endmacro %}

{# The row's values as casts. Text is not cut to a varchar's length: too long a value has to be seen. #}
{% macro format_row(row, column_name_to_data_types) %}
    {% set fields = {} %}
    {% for name, value in row.items() %}
        {% set type = column_name_to_data_types.get(name | lower) %}
        {% if type is none %}
            {% set fixture = 'expected output' if model.resource_type == 'unit_test' else "'" ~ model.name ~ "'" %}
            {% do exceptions.raise_compiler_error("Invalid column name: '" ~ (name | lower) ~ "' in unit test fixture for " ~ fixture
                ~ ".\nAccepted columns for " ~ fixture ~ " are: " ~ column_name_to_data_types.keys() | list) %}
        {% endif %}
        {% if value is string %}
            {% set type = type.split('(')[0] if 'varying' in type else type %}
            {% set value = dbt.string_literal(dbt.escape_single_quotes(value)) %}
        {% endif %}
        {% do fields.update({name | lower: safe_cast('null' if value is none else value, type)}) %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}

{# For adapters that cannot take every row. #}
{% macro validate_fixture_rows(rows, row_number) %}
    {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{% endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) %}{% endmacro %}
