{# Found by the project's dispatch setting alone. #}
{% macro postgres__load_csv_rows(model, agate_table) %}
    {% set rows = [] %}
    {% for row in agate_table.rows %}
        {% do rows.append('(' ~ row[0] ~ ", 'row " ~ loop.index ~ ': ' ~ row[1] ~ "')") %}
    {% endfor %}
    {% set statement %}insert into {{ this }} (id, name) values {{ rows | join(', ') }}{% endset %}
    {% do run_query(statement) %}
    {{ return(statement) }}
{% endmacro %}

{% macro default__snapshot_hash_arguments(args) %}
    md5({% for arg in args %}coalesce(cast({{ arg }} as text), '?'){{ " || ':' || " if not loop.last }}{% endfor %})
{% endmacro %}

{# Never found: nobody looks for it here. #}
{% macro create_view_as(relation, sql) %}{% do exceptions.raise_compiler_error('not to be called') %}{% endmacro %}
