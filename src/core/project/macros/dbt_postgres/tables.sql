{# Tables, views and materialized views in PostgreSQL. #}

{# A table with a contract is created with its columns and constraints, then filled: so the constraints are checked. #}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set enforced = config.get('contract').enforced %}
    {%- set kind = 'temporary' if temporary else 'unlogged' if config.get('unlogged', default=false) else '' %}
    {{ config.get('sql_header') or '' }}
    create {{ kind }} table {{ relation }}
    {%- if enforced %} {{ get_assert_columns_equivalent(sql) }}{% endif %}
    {%- if enforced and not temporary %}
    {{ get_table_columns_and_constraints() }};
    insert into {{ relation }} ( {{ adapter.dispatch('get_column_names', 'dbt')() }} ) (
        {{ get_select_subquery(sql) }}
    );
    {%- else %} as (
        {{ sql }}
    );
    {%- endif %}
{%- endmacro %}

{% macro postgres__get_replace_table_sql(relation, sql) -%}
    {%- set enforced = config.get('contract').enforced %}
    {{ config.get('sql_header') or '' }}
    create or replace table {{ relation }}
    {%- if enforced %} {{ get_assert_columns_equivalent(sql) }} {{ get_table_columns_and_constraints() }}{% endif %} as (
        {{ get_select_subquery(sql) if enforced else sql }}
    );
{%- endmacro %}

{% macro postgres__get_replace_view_sql(relation, sql) -%}
    {{ config.get('sql_header') or '' }}
    create or replace view {{ relation }} {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %} as (
        {{ sql }}
    );
{%- endmacro %}

{% macro postgres__drop_table(relation) %}{{ return('drop table if exists ' ~ relation ~ ' cascade') }}{% endmacro %}

{% macro postgres__drop_view(relation) %}{{ return('drop view if exists ' ~ relation ~ ' cascade') }}{% endmacro %}

{% macro postgres__drop_materialized_view(relation) %}
    {{ return('drop materialized view if exists ' ~ relation ~ ' cascade') }}
{% endmacro %}

{% macro postgres__get_rename_table_sql(relation, new_name) %}
    {{ return('alter table ' ~ relation ~ ' rename to ' ~ new_name) }}
{% endmacro %}

{% macro postgres__get_rename_view_sql(relation, new_name) %}
    {{ return('alter view ' ~ relation ~ ' rename to ' ~ new_name) }}
{% endmacro %}

{% macro postgres__get_rename_materialized_view_sql(relation, new_name) %}
    {{ return('alter materialized view ' ~ relation ~ ' rename to ' ~ new_name) }}
{% endmacro %}

{% macro postgres__refresh_materialized_view(relation) %}{{ return('refresh materialized view ' ~ relation) }}{% endmacro %}

{# With its indexes. #}
{% macro postgres__get_create_materialized_view_as_sql(relation, sql) %}
    create materialized view if not exists {{ relation }} as {{ sql }};
    {% for index in config.get('indexes', []) %}
    {{ get_create_index_sql(relation, index) }}{{ ';' if not loop.last }}
    {% endfor %}
{% endmacro %}

{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {{ return(existing_relation.get_materialized_view_config_change_collection(
        postgres__describe_materialized_view(existing_relation), new_config.model)) }}
{% endmacro %}

{# What is known of it: its indexes. #}
{% macro postgres__describe_materialized_view(relation) %}
    {{ return({'indexes': run_query(get_show_indexes_sql(relation))}) }}
{% endmacro %}

{% macro postgres__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation,
                                                      intermediate_relation) %}
    {% if configuration_changes.requires_full_refresh %}
        {{ return(get_replace_sql(existing_relation, relation, sql)) }}
    {% endif %}
    {{ return(postgres__update_indexes_on_materialized_view(relation, configuration_changes.indexes)) }}
{% endmacro %}

{% macro postgres__update_indexes_on_materialized_view(relation, index_changes) %}
    {% do log('Applying UPDATE INDEXES to: ' ~ relation) %}
    {% set statements = [] %}
    {% for change in index_changes %}
        {% if change.action == 'drop' %}
            {% do statements.append(postgres__get_drop_index_sql(relation, change.context.name)) %}
        {% elif change.action == 'create' %}
            {% do statements.append(postgres__get_create_index_sql(relation, change.context.as_node_config)) %}
        {% endif %}
    {% endfor %}
    {{ return(statements | join(';\n')) }}
{% endmacro %}
