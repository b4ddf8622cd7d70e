{# Indexes of the "indexes" config. #}

{# Creates the configured indexes on a relation, which may be the one that is about to be renamed. #}
{% macro create_indexes(relation) %}{{ return(adapter.dispatch('create_indexes', 'dbt')(relation)) }}{% endmacro %}

{% macro default__create_indexes(relation) %}
    {% for index in config.get('indexes', default=[]) %}
        {% set ddl = get_create_index_sql(relation, index) %}
        {% if ddl %}{% do run_query(ddl) %}{% endif %}
    {% endfor %}
{% endmacro %}

{% macro get_create_index_sql(relation, index_dict) %}
    {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{% endmacro %}

{# None: an adapter that says nothing has no indexes. #}
{% macro default__get_create_index_sql(relation, index_dict) %}{{ return(none) }}{% endmacro %}

{% macro get_drop_index_sql(relation, index_name) %}
    {{ return(adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name)) }}
{% endmacro %}

{% macro default__get_drop_index_sql(relation, index_name) %}{% do mesh_raise_cannot_build('get_drop_index_sql') %}{% endmacro %}

{% macro get_show_indexes_sql(relation) %}{{ return(adapter.dispatch('get_show_indexes_sql', 'dbt')(relation)) }}{% endmacro %}

{% macro default__get_show_indexes_sql(relation) %}{% do mesh_raise_cannot_build('get_show_indexes_sql') %}{% endmacro %}
