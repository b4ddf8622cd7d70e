{# persist_docs: descriptions become comments in the database. #}

{% macro alter_column_comment(relation, column_dict) %}
    {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{% endmacro %}

{% macro default__alter_column_comment(relation, column_dict) %}{% do mesh_raise_adapter_lacks('alter_column_comment') %}{% endmacro %}

{% macro alter_relation_comment(relation, relation_comment) %}
    {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{% endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) %}{% do mesh_raise_adapter_lacks('alter_relation_comment') %}{% endmacro %}

{# Comments the relation and its columns as far as the node's persist_docs config asks for it. #}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) %}
    {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{% endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) %}
    {% if for_relation and config.persist_relation_docs() and model.description %}
        {% do run_query(alter_relation_comment(relation, model.description)) %}
    {% endif %}
    {% if for_columns and config.persist_column_docs() and model.columns %}
        {% set names = get_list_of_column_names(adapter.get_columns_in_relation(relation)) %}
        {% set ddl = alter_column_comment(relation, validate_doc_columns(relation, model.columns, names)) %}
        {% if ddl and ddl | trim %}{% do run_query(ddl) %}{% endif %}
    {% endif %}
{% endmacro %}

{# The documented columns that exist; a warning names the others. Only a quoted column's name is taken letter by letter. #}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) %}
    {% set lowered = existing_column_names | map('lower') | list %}
    {% set known, unknown = {}, [] %}
    {% for name, column in column_dict.items() %}
        {% set present = name in existing_column_names if column['quote'] else name | lower in lowered %}
        {% if present %}
            {% do known.update({name: column}) %}
        {% else %}
            {% do unknown.append(name) %}
        {% endif %}
    {% endfor %}
    {% if unknown %}
        {% do exceptions.warn('In relation ' ~ relation.render() ~ ': The following columns are specified in the schema '
                              ~ 'but are not present in the database: ' ~ unknown | join(', ')) %}
    {% endif %}
    {{ return(known) }}
{% endmacro %}
