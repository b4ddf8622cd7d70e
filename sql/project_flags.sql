-- dbt's flags of a project, and packages beside it.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE FUNCTION deploy(files jsonb, flags text DEFAULT '{}', more text DEFAULT '') RETURNS SETOF text LANGUAGE sql AS $f$
SELECT coalesce(file || ' ', '') || message FROM mesh.deploy('flagged', jsonb_build_object('dbt_project.yml', E'name: flagged\nprofile: flagged\nflags: ' || flags || E'\n' || more) || files,
    profiles => format('flagged: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: flagged}}}', current_database()),
    "check" => false) WHERE change = 'warning' $f$;

-- validate_macro_args: the manifest has the declared arguments, and what is described otherwise is told.
SELECT * FROM deploy($${"macros/m.sql": "{% macro m(a, b=1, c=2) %}{% endmacro %}{% macro n(x) %}{% endmacro %}"}$$, '{validate_macro_args: true}');
SELECT a->>'name' AS argument FROM mesh.manifest('flagged') m, json_array_elements(m->'macros'->'macro.flagged.m'->'arguments') a;
SELECT * FROM deploy($${"macros/m.sql": "{% macro m(a, b=1, c=2) %}{% endmacro %}{% macro n(x) %}{% endmacro %}",
"macros/s.yml": "macros:\n  - name: m\n    arguments:\n      - {name: a, type: 'dict[str, list[ optional[int] ]]'}\n      - {name: bb, type: 'list[int'}\n      - {name: c, type: number}\n  - name: n\n    arguments: [{name: x, type: relation}, {name: y}]"}$$, '{validate_macro_args: true}');
SELECT a->>'name' AS argument, a->>'type' AS type FROM mesh.manifest('flagged') m, json_array_elements(m->'macros'->'macro.flagged.m'->'arguments') a;
SELECT * FROM deploy($${"macros/m.sql": "{% macro m(a, b=1, c=2) %}{% endmacro %}", "macros/s.yml": "macros: [{name: m, arguments: [{name: z, type: odd}]}]"}$$);

-- docs and meta of a macro's config.
SELECT * FROM deploy($${"macros/m.sql": "{% macro m() %}{% endmacro %}{% macro n() %}{% endmacro %}",
"macros/s.yml": "macros:\n  - {name: m, meta: {a: 1, b: {c: 1}}, docs: {node_color: red}, config: {meta: {b: {d: 2}}, docs: {show: false}}}\n  - {name: n, docs: {node_color: blue}}"}$$);
SELECT key, value->'meta' AS meta, value->'docs' AS docs, value->'config' AS config FROM json_each(mesh.manifest('flagged')->'macros') WHERE key ~ '\.flagged\.' ORDER BY 1;

-- A package's materialization in the place of a built-in one, where the project lets it.
CREATE VIEW how AS SELECT relkind FROM pg_class WHERE relname = 'v' AND relnamespace = 'flagged'::regnamespace;
SELECT jsonb_build_object('models/v.sql', 'select 1 as a', 'dbt_packages/other/dbt_project.yml', 'name: other', 'dbt_packages/other/macros/view.sql',
    $m${% materialization view, default %}{% call statement('main') %}create table {{ this }} as {{ sql }}{% endcall %}{{ return({'relations': [this.incorporate(type='table')]}) }}{% endmaterialization %}$m$) AS files \gset
SELECT * FROM deploy(:'files', '{require_explicit_package_overrides_for_builtin_materializations: false}');
SELECT status FROM mesh.invoke('flagged', 'run');
TABLE how;
SELECT * FROM deploy(:'files');
SELECT status FROM mesh.invoke('flagged', 'run');
TABLE how;
DROP VIEW how;

-- Where a package looks for what has the name of something in the project too.
SELECT '{"models/a.sql": "select 1 as own", "dbt_packages/other/dbt_project.yml": "name: other\nmodels: {+schema: other}\n", "dbt_packages/other/models/a.sql": "select 2 as others",
    "dbt_packages/other/models/b.sql": "select * from {{ ref(''a'') }}"}' AS files \gset
SELECT * FROM deploy(:'files');
SELECT mesh.manifest('flagged')->'parent_map'->'model.other.b' AS reads;
SELECT * FROM deploy(:'files', '{require_ref_searches_node_package_before_root: true}');
SELECT mesh.manifest('flagged')->'parent_map'->'model.other.b' AS reads;

-- Sources of one name in the project and in a package.
CREATE TABLE flagged.mine AS SELECT now() AS at;
CREATE TABLE flagged.theirs AS SELECT now() - interval '2 days' AS at;
SELECT * FROM deploy($${"models/s.yml": "sources: [{name: raw, schema: flagged, loaded_at_field: at, freshness: {error_after: {count: 1, period: day}}, tables: [{name: t, identifier: mine}]}]",
"dbt_packages/added/dbt_project.yml": "name: added\non-run-start: select 2\n",
"dbt_packages/added/models/s.yml": "sources: [{name: raw, schema: flagged, loaded_at_field: at, freshness: {error_after: {count: 1, period: day}}, tables: [{name: t, identifier: theirs}]}]"}$$, '{}', 'on-run-start: select 1
on-run-end: "create table flagged.heard as {% for r in results %}select ''{{ r.node.identifier }}'' as source, ''{{ r.status }}'' as status{{ '' union all '' if not loop.last }}{% endfor %}"
');
SELECT source_name, table_name, schema_name FROM mesh.sources WHERE domain = 'flagged' ORDER BY 1;

-- Hooks run around freshness, unless the project's flag says no; those of the project before those of packages.
SELECT unique_id, status FROM mesh.invoke('flagged', 'source freshness');
SELECT * FROM flagged.heard ORDER BY 1;
SELECT status FROM mesh.source_freshness('flagged') ORDER BY 1;
SELECT * FROM deploy($${"models/s.yml": "sources: [{name: raw, schema: flagged, loaded_at_field: at, freshness: {error_after: {count: 1, period: day}}, tables: [{name: t, identifier: mine}]}]"}$$,
    '{source_freshness_run_project_hooks: false}', 'on-run-start: select 1');
SELECT unique_id, status FROM mesh.invoke('flagged', 'source freshness');
SELECT source_name, table_name FROM mesh.sources WHERE domain = 'flagged';

-- When a model is to be built again is carried, and checked.
SELECT * FROM deploy($${"models/a.sql": "{{ config(freshness={'build_after': {'count': 0, 'period': 'day'}}) }} select 1 as a", "models/b.sql": "{{ config(freshness={'warn_after': {'count': 1}}) }} select 1 as a"}$$);
SELECT key, value->'config'->'freshness' AS freshness FROM json_each(mesh.manifest('flagged')->'nodes') ORDER BY 1;
SELECT * FROM deploy($${"models/a.sql": "{{ config(freshness={'build_after': {'period': 'day'}}) }} select 1 as a"}$$);
SELECT * FROM deploy($${"models/a.sql": "{{ config(freshness={'build_after': {'count': 1}}) }} select 1 as a"}$$);
SELECT * FROM deploy($${"models/a.sql": "{{ config(freshness={'build_after': {'count': 1, 'period': 'week'}}) }} select 1 as a"}$$);

-- A state of an older dbt: raw_sql, refs as lists; of one that is too old none.
SELECT * FROM deploy($${"models/a.sql": "select 1 as a"}$$);
CREATE FUNCTION state(version int, code text) RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object('state', jsonb_build_object('metadata', jsonb_build_object('dbt_schema_version', format('https://schemas.getdbt.com/dbt/manifest/v%s.json', version)), 'nodes',
    jsonb_build_object('model.flagged.a', jsonb_build_object('resource_type', 'model', 'unique_id', 'model.flagged.a', 'name', 'a', 'alias', 'a', 'package_name', 'flagged', 'fqn', '["flagged", "a"]'::jsonb,
    'raw_sql', code, 'refs', '[["x"], ["p", "x"]]'::jsonb, 'config', '{"enabled": true}'::jsonb, 'unrendered_config', '{}'::jsonb, 'schema', 'flagged'))), 'select', 'state:modified') $f$;
SELECT count(*) FROM mesh.invoke('flagged', 'list', state(4, 'select 1 as a'));
SELECT count(*) FROM mesh.invoke('flagged', 'list', state(4, 'select 2 as a'));
SELECT count(*) FROM mesh.invoke('flagged', 'list', state(3, 'select 1 as a'));

-- A project keeps a column from what incremental models see of their tables: one that the database fills.
SELECT jsonb_build_object('models/i.sql', $m${{ config(materialized='incremental', on_schema_change='append_new_columns') }} select {{ var('x', 1) }} as a$m$,
    'macros/m.sql', $m${% macro postgres__get_columns_in_relation(relation) %}{% set kept = [] %}
{% for c in run_query("select column_name from information_schema.columns where table_schema = '" ~ relation.schema ~ "' and table_name = '" ~ relation.identifier ~ "' and column_name <> 'filled' order by ordinal_position") %}
{% do kept.append(api.Column(c[0], 'integer')) %}{% endfor %}{{ return(kept) }}{% endmacro %}$m$) AS files \gset
SELECT * FROM deploy(:'files');
SELECT status FROM mesh.invoke('flagged', 'run', '{"select": "i"}');
ALTER TABLE flagged.i ADD filled int GENERATED ALWAYS AS (a * 10) STORED;
SELECT status, message FROM mesh.invoke('flagged', 'run', '{"select": "i", "vars": {"x": 2}}');
SELECT * FROM flagged.i ORDER BY 1;

-- A project's own materialization of seeds gets their rows.
SELECT * FROM deploy(jsonb_build_object('seeds/s.csv', E'a,b\n1,x\n2,y\n', 'macros/s.sql', $m${% materialization seed, default %}{% set rows = load_agate_table() %}
{% call statement('main') %}create table {{ this }} as select {{ rows.columns[0].values() | sum }} as total{% endcall %}{{ return({'relations': [this.incorporate(type='table')]}) }}{% endmaterialization %}$m$));
SELECT status FROM mesh.invoke('flagged', 'seed');
TABLE flagged.s;

-- A source that is not there: its tests fail, and what says that it reads it is left out, with what reads that.
SELECT * FROM deploy($${"models/s.yml": "sources: [{name: gone, schema: flagged, tables: [{name: away, columns: [{name: a, data_tests: [not_null]}]}]}]", "models/reads.sql": "select a from {{ source('gone', 'away') }}",
    "models/below.sql": "select a from {{ ref('reads') }}", "models/other.sql": "select 1 as a"}$$);
SELECT split_part(unique_id, '.', 3) AS node, status, message FROM mesh.invoke('flagged', 'build') ORDER BY 1;

DROP EXTENSION mesh CASCADE;
DROP SCHEMA flagged CASCADE;
DROP FUNCTION deploy, state;
