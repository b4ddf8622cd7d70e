{# As a project does that wants more of its tables than a query says. #}
{% macro postgres__create_table_as(temporary, relation, sql) %}
    create {{ 'temporary' if temporary }} table {{ relation }}
    {% if config.get('fillfactor') %}with (fillfactor = {{ config.get('fillfactor') }}){% endif %}
    as (select '{{ model.name }}'::text as made_by, made.* from ({{ sql }}) as made);
    {% if not temporary %}
    alter table {{ relation }} add check (made_by <> ''), alter column made_by set not null;
    {% endif %}
{% endmacro %}

{% macro postgres__get_create_index_sql(relation, index_dict) %}
    create index on {{ relation }} ({{ index_dict.columns | join(', ') }}) with (fillfactor = 60)
{% endmacro %}
