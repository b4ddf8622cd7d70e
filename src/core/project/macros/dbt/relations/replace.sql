{# Statements that put a new relation in the place of an existing one, which may be of another kind. #}

{% macro get_replace_sql(existing_relation, target_relation, sql) %}
    {% do log('Applying REPLACE to: ' ~ existing_relation) %}
    {{ return(adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql)) }}
{% endmacro %}

{# "create or replace" where both are of a kind that has it. Else the new one is built under its intermediate name if it can be renamed
   from there, and the old one kept as a backup until the new one is in place if that can be renamed. #}
{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}
    {% if existing_relation.type == target_relation.type and existing_relation.can_be_replaced %}
        {% if existing_relation.is_table %}{{ return(get_replace_table_sql(target_relation, sql)) }}{% endif %}
        {% if existing_relation.is_view %}{{ return(get_replace_view_sql(target_relation, sql)) }}{% endif %}
        {% if existing_relation.is_materialized_view %}{{ return(get_replace_materialized_view_sql(target_relation, sql)) }}{% endif %}
    {% endif %}
    {% set stage, backup = target_relation.can_be_renamed, existing_relation.can_be_renamed %}
    {% set steps = [] %}
    {% if stage %}{% do steps.append(get_create_intermediate_sql(target_relation, sql)) %}{% endif %}
    {% do steps.append(get_create_backup_sql(existing_relation) if backup else get_drop_sql(existing_relation)) %}
    {% do steps.append(get_rename_intermediate_sql(target_relation) if stage else get_create_sql(target_relation, sql)) %}
    {% if backup %}{% do steps.append(get_drop_backup_sql(existing_relation)) %}{% endif %}
    {{ return(steps | join(';\n')) }}
{% endmacro %}

{# Drops what an earlier run may have left, then builds under the intermediate name. #}
{% macro get_create_intermediate_sql(relation, sql) %}
    {{ return(adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_create_intermediate_sql(relation, sql) %}
    {% set staged = make_intermediate_relation(relation) %}
    {{ return(get_drop_sql(staged) ~ ';\n' ~ get_create_sql(staged, sql)) }}
{% endmacro %}

{% macro get_rename_intermediate_sql(relation) %}
    {{ return(adapter.dispatch('get_rename_intermediate_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_rename_intermediate_sql(relation) %}
    {{ return(get_rename_sql(make_intermediate_relation(relation), relation.identifier)) }}
{% endmacro %}

{# Renames the relation to its backup's name, which is freed first. #}
{% macro get_create_backup_sql(relation) %}{{ return(adapter.dispatch('get_create_backup_sql', 'dbt')(relation)) }}{% endmacro %}

{% macro default__get_create_backup_sql(relation) %}
    {% set backup = make_backup_relation(relation, relation.type) %}
    {{ return(get_drop_sql(backup) ~ ';\n' ~ get_rename_sql(relation, backup.identifier)) }}
{% endmacro %}

{% macro get_drop_backup_sql(relation) %}{{ return(adapter.dispatch('get_drop_backup_sql', 'dbt')(relation)) }}{% endmacro %}

{% macro default__get_drop_backup_sql(relation) %}
    {{ return(get_drop_sql(make_backup_relation(relation, relation.type))) }}
{% endmacro %}
