{# What there is in PostgreSQL: relations, their columns, and which view reads which relation. #}

{# Rows of database, name, schema, type; functions are among them. The schema is a pattern of ILIKE. #}
{% macro postgres__list_relations_without_caching(schema_relation) %}
    {% set database, schema = "'" ~ schema_relation.database ~ "'", "'" ~ schema_relation.schema ~ "'" %}
    {% call statement('list_relations_without_caching', fetch_result=True) %}
        select {{ database }} as database, c.relname as name, n.nspname as schema,
            case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end as type
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm') and n.nspname ilike {{ schema }}
        union all
        select distinct {{ database }}, p.proname, n.nspname, 'function'
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname ilike {{ schema }}
    {% endcall %}
    {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}

{# A relation without a schema, a temporary one, is looked for in all of them. #}
{% macro postgres__get_columns_in_relation(relation) %}
    {% call statement('get_columns_in_relation', fetch_result=True) %}
        select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale
        from {{ relation.information_schema('columns') }}
        where table_name = '{{ relation.identifier }}' {{ "and table_schema = '" ~ relation.schema ~ "'" if relation.schema }}
        order by ordinal_position
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{% endmacro %}

{# Views with what they read: dependent_schema, dependent_name, referenced_schema, referenced_name. The system's own are left out. #}
{% macro postgres__get_relations() %}
    {% call statement('relations', fetch_result=True) %}
        select distinct vn.nspname as dependent_schema, v.relname as dependent_name,
            rn.nspname as referenced_schema, r.relname as referenced_name
        from pg_rewrite w
        join pg_class v on v.oid = w.ev_class
        join pg_namespace vn on vn.oid = v.relnamespace
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
        join pg_class r on r.oid = d.refobjid and r.oid <> v.oid
        join pg_namespace rn on rn.oid = r.relnamespace
        where w.rulename = '_RETURN' and rn.nspname <> 'information_schema' and rn.nspname not like 'pg\_%'
        order by 1, 2, 3, 4
    {% endcall %}
    {{ return(load_result('relations').table) }}
{% endmacro %}

{# The name by which the adapter calls it. #}
{% macro postgres_get_relations() %}{{ return(postgres__get_relations()) }}{% endmacro %}
