{# The part of a materialization that makes the relation: under the name beside the node's own (but for a new incremental model), or for a seed, whose macros know that one
   alone, as the node's own, which has another alias then. Whoever calls this puts it in its place. #}

{% macro mesh_make_table() %}
    {% set made = this.incorporate(type='table') %}
    {% set at_once = config.get('materialized') == 'incremental' and load_cached_relation(this) is none %}
    {% set made = made if at_once else make_intermediate_relation(made) %}
    {% call statement('main') %}{{ get_create_table_as_sql(False, made, sql) }}{% endcall %}
    {% do create_indexes(made) %}
    {{ return({'relations': [made]}) }}
{% endmacro %}

{% macro mesh_make_view() %}
    {% set made = make_intermediate_relation(this.incorporate(type='view')) %}
    {% call statement('main') %}{{ get_create_view_as_sql(made, sql) }}{% endcall %}
    {{ return({'relations': [made]}) }}
{% endmacro %}

{% macro mesh_make_materialized_view() %}
    {% set made = make_intermediate_relation(this.incorporate(type=this.MaterializedView)) %}
    {% call statement('main') %}{{ get_create_materialized_view_as_sql(made, sql) }}{% endcall %}
    {{ return({'relations': [made]}) }}
{% endmacro %}

{% macro mesh_make_seed() %}
    {% set rows = load_agate_table() %}
    {% do store_result('agate_table', response='OK', agate_table=rows) %}
    {% set created, count = create_csv_table(model, rows), rows.rows | length %}
    {% set inserted = load_csv_rows(model, rows) if count > 0 else '' %}
    {% call noop_statement('main', 'CREATE ' ~ count, 'CREATE', count) %}{{ get_csv_sql(created, inserted) }};{% endcall %}
    {% do create_indexes(this) %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmacro %}

{# What comes after: on the node's own relation, which keeps the grants that it had. #}
{% macro mesh_apply_grants(existed) %}
    {% do apply_grants(mesh_built_relation(), config.get('grants'), should_revoke=existed) %}
{% endmacro %}

{% macro mesh_persist_docs() %}{% do persist_docs(mesh_built_relation(), model) %}{% endmacro %}

{% macro mesh_built_relation() %}
    {% set kind = config.get('materialized') %}
    {{ return(this.incorporate(type=kind if kind in ['view', 'materialized_view'] else 'table')) }}
{% endmacro %}
