{# Relations beside a relation, and relations as the database knows them. #}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') %}
    {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_intermediate_relation(base_relation, suffix) %}
    {{ return(default__make_temp_relation(base_relation, suffix)) }}
{% endmacro %}

{# A name for a temporary table; each batch of a microbatch model gets its own. #}
{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') %}
    {% set batch = '_' ~ model.batch.id if suffix == '__dbt_tmp' and model.batch else '' %}
    {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix ~ batch)) }}
{% endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) %}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{% endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') %}
    {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{% endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) %}
    {{ return(default__make_temp_relation(base_relation, suffix).incorporate(type=backup_relation_type)) }}
{% endmacro %}

{% macro truncate_relation(relation) %}
    {{ return(adapter.dispatch('truncate_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__truncate_relation(relation) %}
    {% call statement('truncate_relation') %}truncate table {{ relation.render() }}{% endcall %}
{% endmacro %}

{# [whether it is there, the relation]: as found, or made from the arguments. #}
{% macro get_or_create_relation(database, schema, identifier, type) %}
    {{ return(adapter.dispatch('get_or_create_relation', 'dbt')(database, schema, identifier, type)) }}
{% endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) %}
    {% set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) %}
    {% if found %}{{ return([true, found]) }}{% endif %}
    {{ return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) }}
{% endmacro %}

{# The relation as it is in the database, none if it is not there. #}
{% macro load_cached_relation(relation) %}
    {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) }}
{% endmacro %}

{# The older name of load_cached_relation. #}
{% macro load_relation(relation) %}{{ return(load_cached_relation(relation)) }}{% endmacro %}
