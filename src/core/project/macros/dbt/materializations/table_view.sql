{# table and view: the new relation is built beside the old one, then takes its name. #}

{% materialization table, default %}
    {% set names = mesh_relations_of_a_swap('table') %}
    {% do mesh_drop_leftovers(names) %}
    {% do run_hooks(pre_hooks, inside_transaction=False) %}
    {% do run_hooks(pre_hooks, inside_transaction=True) %}

    {% call statement('main') %}{{ get_create_table_as_sql(False, names.intermediate, sql) }}{% endcall %}
    {% do create_indexes(names.intermediate) %}
    {% do mesh_swap_in(names) %}

    {% do run_hooks(post_hooks, inside_transaction=True) %}
    {% do mesh_grant_and_describe(names) %}
    {{ return(mesh_finish_swap(names)) }}
{% endmaterialization %}

{% materialization view, default %}
    {% set names = mesh_relations_of_a_swap('view') %}
    {% do run_hooks(pre_hooks, inside_transaction=False) %}
    {% do mesh_drop_leftovers(names) %}
    {% do run_hooks(pre_hooks, inside_transaction=True) %}

    {% call statement('main') %}{{ get_create_view_as_sql(names.intermediate, sql) }}{% endcall %}
    {% do mesh_swap_in(names) %}

    {% do mesh_grant_and_describe(names) %}
    {% do run_hooks(post_hooks, inside_transaction=True) %}
    {{ return(mesh_finish_swap(names)) }}
{% endmaterialization %}

{# The relation there is (or none), the one to be, where it is built, and where the old one waits to be dropped. #}
{% macro mesh_relations_of_a_swap(kind) %}
    {% set existing = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type=kind) %}
    {{ return({
        'existing': existing, 'target': target_relation,
        'intermediate': make_intermediate_relation(target_relation),
        'backup': make_backup_relation(target_relation, kind if existing is none else existing.type),
    }) }}
{% endmacro %}

{# Drops what an interrupted run may have left under the two names. #}
{% macro mesh_drop_leftovers(names) %}
    {% do drop_relation_if_exists(load_cached_relation(names.intermediate)) %}
    {% do drop_relation_if_exists(load_cached_relation(names.backup)) %}
{% endmacro %}

{# A hook may have dropped the old relation meanwhile, so it is looked up again. #}
{% macro mesh_swap_in(names) %}
    {% set old = load_cached_relation(names.existing) if names.existing is not none else none %}
    {% do names.update({'existing': old}) %}
    {% if old is not none %}{% do adapter.rename_relation(old, names.backup) %}{% endif %}
    {% do adapter.rename_relation(names.intermediate, names.target) %}
{% endmacro %}

{% macro mesh_grant_and_describe(names) %}
    {% do apply_grants(names.target, config.get('grants'), should_revoke=should_revoke(names.existing, full_refresh_mode=True)) %}
    {% do persist_docs(names.target, model) %}
{% endmacro %}

{% macro mesh_finish_swap(names) %}
    {% do adapter.commit() %}
    {% do drop_relation_if_exists(names.backup) %}
    {% do run_hooks(post_hooks, inside_transaction=False) %}
    {{ return({'relations': [names.target]}) }}
{% endmacro %}
