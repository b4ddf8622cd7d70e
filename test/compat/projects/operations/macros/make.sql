{% macro make_table(name, rows=1) %}
{% set relation = api.Relation.create(database=target.database, schema='scratch', identifier=name) %}
{% call statement('make', auto_begin=true) %}
create table {{ relation }} as select generate_series(1, {{ rows }}) as n
{% endcall %}
{% do adapter.commit() %}
{% endmacro %}
