{# What the invocation asked for, unless the node's own config says otherwise. #}

{# {% call set_sql_header(config) %} ... {% endcall %}: text in front of the statement that builds the node. #}
{% macro set_sql_header(config) %}{% do config.set('sql_header', caller()) %}{% endmacro %}

{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {{ return(flags.FULL_REFRESH if configured is none else configured) }}
{% endmacro %}

{% macro should_store_failures() %}
    {% set configured = config.get('store_failures') %}
    {{ return(flags.STORE_FAILURES if configured is none else configured) }}
{% endmacro %}

{# True where this run may add to what is there: at parse time never, else if the relation is a table of an incremental model. #}
{% macro is_incremental() %}
    {% if not execute %}{{ return(False) }}{% endif %}
    {% set relation = adapter.get_relation(this.database, this.schema, this.table) %}
    {{ return(relation is not none and relation.type == 'table' and model.config.materialized == 'incremental'
              and model.config.incremental_strategy != 'auto'
              and not should_full_refresh()) }}
{% endmacro %}

{% macro is_core_v2() %}{{ return(dbt_version.split('.')[0] == '2') }}{% endmacro %}
