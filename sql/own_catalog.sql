-- The catalog of a project that has macros of its own for it, as docs generate of dbt calls them.
CREATE EXTENSION mesh;
SET mesh.progress = off;
\set VERBOSITY terse
SELECT change, node FROM mesh.deploy('own_catalog', jsonb_build_object(
    'dbt_project.yml', E'name: own_catalog\nprofile: own_catalog\n',
    'models/a.sql', 'select 1 as id, ''x''::text as word',
    'models/b.sql', 'select 2 as id',
    'models/sources.yml', 'sources: [{name: s, schema: own_catalog, tables: [{name: a}]}]',
    -- Tells of each call, adds statistics, writes names in capitals, and knows a relation that nobody asked for.
    'macros/catalog.sql', $${% macro get_catalog_relations(information_schema, relations) %}
{% do print(information_schema.information_schema_view ~ information_schema.identifier ~ ': ' ~ relations | map(attribute='identifier') | join(', ')) %}
{% set lines = [] %}
{% for relation in relations %}{% do lines.append("select '" ~ relation.database ~ "', '" ~ relation.schema ~ "', upper('" ~ relation.identifier ~ "')") %}{% endfor %}
{% do lines.append("select '', 'own_catalog', 'other'") %}
{% do run_query('create table own_catalog.left_behind()') %}
{% do return(run_query("select t.*, 'TABLE' as table_type, null as table_comment, 'me' as table_owner, 'id' as column_name, 1 as column_index, 'int' as column_type, 'key' as column_comment,"
    ~ " 'Rows' as \"stats:rows:label\", 12 as \"stats:rows:value\", 'How many' as \"stats:rows:description\", true as \"stats:rows:include\","
    ~ " 'Hid' as \"stats:hid:label\", 1 as \"stats:hid:value\", '' as \"stats:hid:description\", false as \"stats:hid:include\" from (" ~ lines | join(' union all ') ~ ") as t (table_database, table_schema, table_name)")) %}
{% endmacro %}
{% macro postgres__get_catalog(information_schema, schemas) %}{% do exceptions.raise_compiler_error('no catalogs of ' ~ schemas | join(', ')) %}{% endmacro %}
$$), profiles => format('own_catalog: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: own_catalog}}}', current_database()))
    ORDER BY node;
SELECT node, status FROM mesh.invoke('own_catalog', 'run');
SELECT jsonb_pretty(mesh.catalog('own_catalog')::jsonb - 'metadata' #- '{nodes,model.own_catalog.a,metadata,database}' #- '{nodes,model.own_catalog.b}' #- '{sources,source.own_catalog.s.a,metadata,database}');
-- Of some of it; what the macro did to the database is undone.
SELECT json_object_keys(mesh.catalog('own_catalog', '{model.own_catalog.b}') -> 'nodes');
SELECT json_object_keys(mesh.catalog('own_catalog', '{}') -> 'nodes');
SELECT to_regclass('own_catalog.left_behind');
-- By schemas: another macro, which fails.
SELECT mesh.catalog('own_catalog', NULL, true)::jsonb - 'metadata';

DROP EXTENSION mesh CASCADE;
DROP SCHEMA own_catalog CASCADE;
