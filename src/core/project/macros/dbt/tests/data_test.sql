{# test: counts the rows of the test's query, or whatever fail_calc says, and compares with warn_if and error_if. #}

{# With store_failures the rows are kept as a table or view, and counted there. #}
{% materialization test, default %}
    {% set relations = [] %}
    {% set header = (config.get('sql_header') or '') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else '' %}
    {% set failing_rows = get_limit_subquery_sql(sql, config.get('limit')) %}

    {% if should_store_failures() %}
        {% set stored = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type=mesh_store_failures_kind()) %}
        {% do drop_relation_if_exists(adapter.get_relation(database=database, schema=schema, identifier=model['alias'])) %}
        {% call statement(auto_begin=True) %}
            {{ header }}
            {{ get_create_sql(stored, failing_rows) }}
        {% endcall %}
        {% do adapter.commit() %}
        {% do relations.append(stored) %}
        {% set failing_rows = 'select * from ' ~ stored %}
    {% endif %}

    {% call statement('main', fetch_result=True) %}
        {{ header }}
        {{ get_test_sql(failing_rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
    {% endcall %}
    {{ return({'relations': relations}) }}
{% endmaterialization %}

{% macro mesh_store_failures_kind() %}
    {% set kind = config.get('store_failures_as') or 'table' %}
    {% if kind not in ('table', 'view') %}
        {% do exceptions.raise_compiler_error("'" ~ kind ~ "' is not a valid value for `store_failures_as`. "
                                              ~ "Accepted values are: ['ephemeral', 'table', 'view']") %}
    {% endif %}
    {{ return(kind) }}
{% endmacro %}

{# One row: failures, should_warn, should_error. #}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
    {{ return(adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit)) }}
{% endmacro %}

{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
    select
        {{ fail_calc }} as failures,
        {{ fail_calc }} {{ warn_if }} as should_warn,
        {{ fail_calc }} {{ error_if }} as should_error
    from (
        {{ main_sql }}
        {{ 'limit ' ~ limit if limit is not none }}
    ) dbt_internal_test
{% endmacro %}
