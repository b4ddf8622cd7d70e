{# unit: a model's rows, made of given inputs, beside the rows that are expected. #}

{# Types and quoted names come from the model's own query. The result is compared by the caller. #}
{% materialization unit, default %}
    {% set header = (config.get('sql_header') or '') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else '' %}
    {% set rows = config.get('expected_rows') %}
    {% set tested = rows[0].keys() if rows else get_columns_in_query(sql) %}

    {% set temp = make_temp_relation(this.incorporate(type='table')) %}
    {% do run_query(get_create_table_as_sql(True, temp, get_empty_subquery_sql(sql))) %}
    {% set types, quoted = mesh_fixture_columns(adapter.get_columns_in_relation(temp)) %}
    {% set names = [] %}
    {% for name in tested %}{% do names.append(quoted[name | lower]) %}{% endfor %}

    {% set expected = config.get('expected_sql') or get_expected_sql(rows, types, quoted) %}
    {% set comparison = get_unit_test_sql(sql, expected, names) %}
    {% call statement('main', fetch_result=True) %}
        {{ header }}
        {{ comparison }}
    {% endcall %}
    {% do adapter.drop_relation(temp) %}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{# The tested columns of both sides; actual_or_expected tells them apart. #}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) %}
    {{ return(adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names)) }}
{% endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) %}
    {% set names, side = expected_column_names | join(', '), adapter.quote('actual_or_expected') %}
    with dbt_internal_unit_test_actual as (
        select {{ names }}, {{ dbt.string_literal('actual') }} as {{ side }} from (
            {{ main_sql }}
        ) _dbt_internal_unit_test_actual
    ),
    dbt_internal_unit_test_expected as (
        select {{ names }}, {{ dbt.string_literal('expected') }} as {{ side }} from (
            {{ expected_fixture_sql }}
        ) _dbt_internal_unit_test_expected
    )
    select * from dbt_internal_unit_test_actual
    union all
    select * from dbt_internal_unit_test_expected
{% endmacro %}
