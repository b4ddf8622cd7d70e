{% macro column_values(relation, column) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- call statement('values', fetch_result=true) -%}
        select {{ column }} as value, count(*) as n from {{ relation }} group by 1 order by n desc, 1
    {%- endcall -%}
    {%- set result = load_result('values') -%}
    {{ return(result['data'] | map(attribute=0) | list) }}
{% endmacro %}

{% macro star(relation, except=[]) %}
    {%- for column in adapter.get_columns_in_relation(relation) if column.name not in except %}
    {{ adapter.quote(column.name) }} /* {{ column.data_type }} {{ column.is_string() }} {{ column.is_number() }} */{{ "," if not loop.last }}
    {%- endfor -%}
{% endmacro %}

{% macro check_adapter() %}
    {% set relation = api.Relation.create(database=target.database, schema=target.schema, identifier='payments', type='table') %}
    {% set found = adapter.get_relation(target.database, target.schema, 'payments') %}
    {% do adapter.create_schema(api.Relation.create(database=target.database, schema='made_here')) %}
    {% set made = api.Relation.create(database=target.database, schema='made_here', identifier='copy', type='table') %}
    {% do adapter.drop_relation(made) %}
    {% do run_query('create table ' ~ made ~ ' as select * from ' ~ relation) %}
    {% do adapter.truncate_relation(made) %}
    {% set renamed = made.incorporate(path={'identifier': 'renamed'}) %}
    {% do adapter.rename_relation(made, renamed) %}
    {% do run_query("insert into " ~ renamed ~ " values (1, '" ~ found ~ "', " ~ (adapter.check_schema_exists(target.database, 'made_here') | int) ~ ")") %}
    {% do adapter.commit() if false %}
{% endmacro %}

{% macro fails_when_asked(fail=false) %}
    {% if fail %}{{ exceptions.raise_compiler_error('asked to fail') }}{% endif %}
{% endmacro %}
