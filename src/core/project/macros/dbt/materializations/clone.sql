{# clone: the relation of another state's run, under this target's name. #}

{# A copy where the database can copy a table at once, else a view on it. Nothing if that state lacks it or ours is there already. #}
{% materialization clone, default %}
    {% if not defer_relation %}
        {% do log('No relation found in state manifest for ' ~ model.unique_id, info=True) %}
        {{ return({'relations': []}) }}
    {% endif %}
    {% set existing = load_cached_relation(this) %}
    {% if existing and not flags.FULL_REFRESH %}
        {% do log('Relation ' ~ existing ~ ' already exists', info=True) %}
        {{ return({'relations': []}) }}
    {% endif %}

    {% set other = load_cached_relation(defer_relation) %}
    {% set copy = can_clone_table() and other and other.type == 'table' %}
    {% if not copy %}
        {% set own = 'materialization_view_' ~ adapter.type() %}
        {{ return(context[own if own in context else 'materialization_view_default']()) }}
    {% endif %}

    {% set target_relation = this.incorporate(type='table') %}
    {% if existing is not none and not existing.is_table %}{% do drop_relation_if_exists(existing) %}{% endif %}
    {% if (this.database, this.schema, this.identifier) != (defer_relation.database, defer_relation.schema, defer_relation.identifier) %}
        {% call statement('main') %}{{ create_or_replace_clone(target_relation, defer_relation) }}{% endcall %}
    {% endif %}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=True)) %}
    {% do persist_docs(target_relation, model) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro can_clone_table() %}{{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}{% endmacro %}

{% macro default__can_clone_table() %}{{ return(False) }}{% endmacro %}

{% macro create_or_replace_clone(this_relation, defer_relation) %}
    {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{% endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) %}
    {{ return('create or replace table ' ~ this_relation.render() ~ ' clone ' ~ defer_relation.render()) }}
{% endmacro %}
