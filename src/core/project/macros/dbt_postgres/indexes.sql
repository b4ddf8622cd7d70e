{# Indexes in PostgreSQL. #}

{# index_dict: columns, unique, type. The name is the adapter's to make. #}
{% macro postgres__get_create_index_sql(relation, index_dict) %}
    {% set index = adapter.parse_index(index_dict) %}
    create {{ 'unique' if index.unique }} index if not exists "{{ index.render(relation) }}"
    on {{ relation }} {{ 'using ' ~ index.type if index.type }} ({{ index.columns | join(', ') }})
{% endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) %}
    {{ return('drop index if exists "' ~ relation.schema ~ '"."' ~ index_name ~ '"') }}
{% endmacro %}

{# The indexes of a table or materialized view: name, method, unique, column_names with commas between. #}
{% macro postgres__get_show_indexes_sql(relation) %}
    select i.relname as name, m.amname as method, x.indisunique as "unique", string_agg(a.attname, ',') as column_names
    from pg_index x
    join pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'm')
    join pg_namespace n on n.oid = t.relnamespace
    join pg_class i on i.oid = x.indexrelid
    join pg_am m on m.oid = i.relam
    join pg_attribute a on a.attrelid = t.oid and a.attnum = any(x.indkey)
    where t.relname = '{{ relation.identifier }}' and n.nspname = '{{ relation.schema }}'
    group by 1, 2, 3
    order by 1, 2, 3
{% endmacro %}
