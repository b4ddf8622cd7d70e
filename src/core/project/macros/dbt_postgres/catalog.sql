{# The catalog: a row for every column of every relation asked for. #}

{# relations: {schema, identifier}; without an identifier the whole schema. #}
{% macro postgres__get_catalog_relations(information_schema, relations) %}
    {% do adapter.verify_database(information_schema.database) %}
    {% set wanted = [] %}
    {% for relation in relations %}
        {% set name = " and upper(c.relname) = upper('" ~ relation.identifier ~ "')" if relation.identifier else '' %}
        {% do wanted.append("upper(n.nspname) = upper('" ~ relation.schema ~ "')" ~ name) %}
    {% endfor %}
    {% call statement('catalog', fetch_result=True) %}
        select
            '{{ information_schema.database }}' as table_database,
            n.nspname as table_schema,
            c.relname as table_name,
            case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type,
            obj_description(c.oid, 'pg_class') as table_comment,
            a.attname as column_name,
            a.attnum as column_index,
            format_type(a.atttypid, a.atttypmod) as column_type,
            col_description(c.oid, a.attnum) as column_comment,
            pg_get_userbyid(c.relowner) as table_owner
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't' and ({{ wanted | join(' or ') }})
        order by n.nspname, c.relname, a.attnum
    {% endcall %}
    {{ return(load_result('catalog').table) }}
{% endmacro %}

{% macro postgres__get_catalog(information_schema, schemas) %}
    {% set relations = [] %}
    {% for schema in schemas %}{% do relations.append({'schema': schema}) %}{% endfor %}
    {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{% endmacro %}
