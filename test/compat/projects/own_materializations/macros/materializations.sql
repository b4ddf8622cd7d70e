{% materialization counted, default %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {% if existing is none or should_full_refresh() %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% call statement('main') %}
            create table {{ target }} as select 1 as run, counted.* from ({{ sql }}) as counted
        {% endcall %}
    {% else %}
        {% call statement('main') %}
            insert into {{ target }} select (select max(run) + 1 from {{ target }}), counted.* from ({{ sql }}) as counted
        {% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization replaced_view, adapter='postgres' %}
    {%- set target = api.Relation.create(database=database, schema=schema, identifier=model.alias, type='view') -%}
    {% call statement('main') -%}
        create or replace view {{ target }} as {{ sql }}
    {%- endcall %}
    {% do persist_docs(target, model) %}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization two_tables, default %}
    {%- set left = this.incorporate(path={'identifier': this.identifier ~ '_left'}, type='table') -%}
    {%- set right = this.incorporate(path={'identifier': this.identifier ~ '_right'}, type='table') -%}
    {% for relation in [left, right] %}
        {% do adapter.drop_relation(relation) %}
        {% set name = 'main' if loop.first else 'second' %}
        {% call statement(name, fetch_result=false) %}
            create table {{ relation }} as select * from ({{ sql }}) as q where side = '{{ relation.identifier.split('_') | last }}'
        {% endcall %}
    {% endfor %}
    {% do adapter.commit() %}
    {{ return({'relations': [left, right]}) }}
{% endmaterialization %}

{% materialization test, default %}
    {%- set result = none -%}
    {% call statement('main', fetch_result=true) %}
        select count(*) as failures, count(*) > 100 as should_warn, count(*) > 1 as should_error from ({{ sql }}) as rows_of_own_test
    {% endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}
