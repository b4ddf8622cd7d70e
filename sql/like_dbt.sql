-- Where a project behaves as dbt's own tests of an adapter expect it: whose error it is, names and schemas, catalogs, contracts, unit tests.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE FUNCTION profiles(schema text) RETURNS text LANGUAGE sql AS $f$
SELECT format('like_dbt: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: %s}}}', current_database(), schema) $f$;
CREATE FUNCTION deploy(files jsonb, schema text DEFAULT 'like_dbt') RETURNS SETOF text LANGUAGE sql AS $f$
SELECT message FROM mesh.deploy('like_dbt', '{"dbt_project.yml": "name: like_dbt\nprofile: like_dbt\n"}' || files, profiles => profiles(schema), "check" => false) WHERE change = 'warning' $f$;

-- Whose error it is. A model that reads its own relation fails, and no other.
SELECT * FROM deploy($${
"models/absent.sql": "select * from nowhere",
"models/divided.sql": "{{ config(materialized='table') }} select 1 / 0 as x",
"models/raised.sql": "select {% if execute %}{{ exceptions.raise_compiler_error('not good') }}{% endif %} as a",
"models/asked.sql": "{% if execute %}{% do run_query('select * from gone') %}{% endif %}select 1 as a",
"models/itself.sql": "select * from {{ this }}",
"models/fine.sql": "select 1 as a",
"tests/broken.sql": "select nothing from {{ ref('fine') }}"}$$);
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'build', '{"threads": 1}') ORDER BY 1;

-- An on-run-start hook that cannot be rendered ends the run before it starts; one whose SQL fails is a step.
SELECT * FROM deploy($${"models/fine.sql": "select 1 as a",
"dbt_project.yml": "name: like_dbt\nprofile: like_dbt\non-run-start: \"{% if execute %}{% do run_query('select * from gone') %}{% endif %}select 1\"\n"}$$);
\set VERBOSITY sqlstate
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run');
\set VERBOSITY terse
SELECT * FROM deploy($${"models/fine.sql": "select 1 as a", "dbt_project.yml": "name: like_dbt\nprofile: like_dbt\non-run-start: select * from gone\n"}$$);
SELECT unique_id, status, error_kind FROM mesh.invoke('like_dbt', 'run');
SELECT * FROM deploy($${"models/fine.sql": "select 1 as a",
"dbt_project.yml": "name: like_dbt\nprofile: like_dbt\nflags: {skip_nodes_if_on_run_start_fails: true}\non-run-start: [select * from gone, select 1]\n"}$$);
SELECT unique_id, status, error_kind FROM mesh.invoke('like_dbt', 'run');

-- What on-run-end hears of an error is what dbt tells.
SELECT * FROM deploy($${"models/raised.sql": "select {% if execute %}{{ exceptions.raise_compiler_error('not\\ngood') }}{% endif %} as a",
"dbt_project.yml": "name: like_dbt\nprofile: like_dbt\non-run-end: create table if not exists like_dbt.heard as select {{ \"$x$\" ~ results[0].message ~ \"$x$\" }}::text as said\n"}$$);
SELECT status FROM mesh.invoke('like_dbt', 'run');
SELECT split_part(said, E' (In', 1) AS said FROM like_dbt.heard;

-- A hook of a seed comes before everything that could be referred to.
SELECT * FROM deploy($${"seeds/s.csv": "a\n1\n", "models/m.sql": "select 1 as a", "dbt_project.yml": "name: like_dbt\nprofile: like_dbt\nseeds: {+post-hook: \"select * from {{ ref('m') }}\"}\n"}$$);

-- A schema that somebody has dropped is there again when the project is deployed, and a name that is too long for one is fitted.
SELECT * FROM deploy('{"models/m.sql": "select 1 as a", "models/n.sql": "{{ config(schema=''more'') }} select 2 as a"}');
SELECT count(*) FROM mesh.invoke('like_dbt', 'run') WHERE status = 'success';
DROP SCHEMA like_dbt, like_dbt_more CASCADE;
SELECT * FROM deploy('{"models/m.sql": "select 1 as a", "models/n.sql": "{{ config(schema=''more'') }} select 2 as a"}');
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run');
SELECT change, node FROM mesh.deploy('long', '{"dbt_project.yml": "name: like_dbt\nprofile: like_dbt\n", "models/m.sql": "select 1 as a"}', profiles => profiles('like_dbt_' || repeat('long_', 20)));
SELECT unique_id, status FROM mesh.invoke('long', 'run');
SELECT relation AS long, split_part(relation, '.', 1) AS long_schema, octet_length(split_part(relation, '.', 1)) AS bytes FROM mesh.models WHERE domain = 'long' \gset
SELECT :'bytes' AS bytes, count(*) FROM :long;

-- A relation is in the catalog as the node that makes it and as the source that it is for others.
SELECT * FROM deploy($${"models/m.sql": "select 1 as a", "models/reader.sql": "select * from {{ source('own', 'm') }}",
"models/s.yml": "sources: [{name: own, schema: like_dbt, tables: [{name: m}]}]"}$$);
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run', '{"select": "m"}') UNION ALL SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run', '{"select": "reader"}');
SELECT kind, key FROM mesh.catalog('like_dbt') c, LATERAL (SELECT 'node' AS kind, key FROM json_each(c->'nodes') UNION ALL SELECT 'source', key FROM json_each(c->'sources')) k ORDER BY 2;
SELECT m->>'project_id' = md5('like_dbt') AS project_id, m->>'generated_at' IS NOT NULL AS generated, m->>'adapter_type' AS adapter_type, m->>'invocation_id' AS invocation_id
FROM (SELECT mesh.manifest('like_dbt', '{"invocation_id": "mine"}')->'metadata' AS m) x;

-- Constraints without a name are numbered as the server does; types in a broken contract have the names that dbt's driver has for them.
SELECT * FROM deploy($${"models/checked.sql": "{{ config(materialized='table') }} select 1 as id", "models/w.sql": "select array['a'] as tags, now() as at, 1::bigint as n",
"models/s.yml": "models:\n- {name: checked, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int, constraints: [{type: check, expression: id > 0}, {type: check, expression: id < 9}]}]}\n- {name: w, config: {contract: {enforced: true}}, columns: [{name: tags, data_type: int}, {name: at, data_type: int}, {name: n, data_type: text}]}"}$$);
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'run');
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'like_dbt.checked'::regclass ORDER BY 1;

-- A column that is described and not there is told; one that is quoted in the project is another than the one in lower case; and in another case than
-- the database has it a column is not described.
SELECT * FROM deploy($${"models/described.sql": "select 1 as a, 2 as \"B\", 3 as c",
"models/s.yml": "models: [{name: described, config: {persist_docs: {columns: true}}, columns: [{name: A, description: one}, {name: b, quote: true, description: other}, {name: c, description: three}, {name: gone, description: x}]}]"}$$);
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run');
SELECT attname, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 'like_dbt.described'::regclass AND attnum > 0 ORDER BY attnum;

-- What macros of hooks define waits for the publish too, and the tests of a model find the columns that its hooks have made.
SELECT * FROM deploy($${"models/low.sql": "{{ config(materialized='table', post_hook=['alter table {{ this }} rename column a to b', '{{ define(this) }}']) }} select 1 as a", "models/high.sql": "{{ config(materialized='table', pre_hook=\"{{ define(ref('low')) }}\") }} select b from {{ ref('low') }}",
"macros/d.sql": "{% macro define(on) %}{% do run_query('create index on ' ~ on ~ ' (b)') %}{% endmacro %}", "models/s.yml": "models: [{name: low, columns: [{name: b, data_tests: [not_null, unique]}]}]"}$$);
SELECT unique_id, status, message FROM mesh.invoke('like_dbt', 'build');
SELECT unique_id, status, message FROM mesh.invoke('like_dbt', 'build', '{"full_refresh": true}');
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'like_dbt.low'::regclass ORDER BY 1;

-- Also what a hook adds to another model's columns, and the rows that it writes there.
SELECT * FROM deploy($${"models/low.sql": "{{ config(materialized='table') }} select g as a from generate_series(1, 2) g", "models/high.sql": "{{ config(materialized='table', post_hook=['alter table {{ ref(\"low\") }} add column c int default 7, add check (c > 0)', 'update {{ ref(\"low\") }} set c = a * 10 where a > 1', 'alter table {{ ref(\"low\") }} alter column c set not null', 'insert into {{ ref(\"low\") }} values (3, 30)']) }} select a from {{ ref('low') }}",
"models/top.sql": "-- depends_on: {{ ref('high') }}\nselect sum(c) as c from {{ ref('low') }}", "models/s.yml": "models: [{name: low, columns: [{name: a, data_tests: [not_null, unique]}]}]"}$$);
SELECT unique_id, status, rows, reason, message FROM mesh.invoke('like_dbt', 'build', '{"threads": 2}');
SELECT unique_id, status, rows, reason, message FROM mesh.invoke('like_dbt', 'build', '{"full_refresh": true}');
SELECT unique_id, status, rows, reason, message FROM mesh.invoke('like_dbt', 'build', '{"full_refresh": true, "threads": 2}');
SELECT low.*, top.c FROM like_dbt.low JOIN like_dbt.top ON true ORDER BY 1;
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'like_dbt.low'::regclass AND contype <> 'n';
SELECT pg_get_expr(adbin, adrelid), attnotnull FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'like_dbt.low'::regclass;

-- Names in unit tests: in any case, and refused with dbt's words.
SELECT * FROM deploy($${"models/up.sql": "select 1 as tested", "models/over.sql": "select tested from {{ ref('up') }}",
"models/u.yml": "unit_tests:\n- {name: fine, model: over, given: [{input: ref('up'), rows: [{tested: 1}, {TESTED: 2}]}], expect: {rows: [{TESTED: 1}, {tested: 2}]}}\n- {name: wrong, model: over, given: [{input: ref('up'), rows: [{tested: 1}]}], expect: {rows: [{other: 1}]}}"}$$);
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run');
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'test');

-- A seed whose properties alone are deployed anew keeps its rows.
CREATE ROLE regress_like_dbt;
SELECT * FROM deploy($${"seeds/s.csv": "a\n1\n2\n", "seeds/s.yml": "seeds: [{name: s, description: one}]"}$$);
SELECT change, node FROM mesh.deploy('like_dbt', $${"seeds/s.yml": "seeds: [{name: s, config: {grants: {select: [regress_like_dbt]}}}]"}$$, partial => true);
SELECT unique_id, status, rows FROM mesh.invoke('like_dbt', 'seed');
SELECT has_table_privilege('regress_like_dbt', 'like_dbt.s', 'select');

-- predicates are incremental_predicates by another name.
SELECT * FROM deploy($${"models/kept.sql": "{{ config(materialized='incremental', unique_key='id', predicates=['id != 2']) }} select g as id, {{ is_incremental() | lower }} as again from generate_series(1, 2) g"}$$);
SELECT status FROM mesh.invoke('like_dbt', 'run') UNION ALL SELECT status FROM mesh.invoke('like_dbt', 'run');
SELECT * FROM like_dbt.kept ORDER BY 1, 2;

-- What a model's header begins, show ends.
SELECT * FROM deploy($${"models/headed.sql": "{% call set_sql_header(config) %}with given as (select 7 as a){% endcall %}select a from given"}$$);
SELECT * FROM mesh.show('like_dbt', 'headed', 5);

-- A test whose template asks for what is not there fails, and the command goes on.
SELECT * FROM deploy($${"models/asked.sql": "select 1 as a", "tests/asks.sql": "{% if execute %}{% do run_query('select * from nowhere') %}{% endif %} select a from {{ ref('asked') }} where false"}$$);
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'build', '{"compile_tests": true}');

-- A relation that the run does not build is read as it is, where it is not as its model defines it: others loaded it, or an older definition made it.
CREATE TABLE like_dbt.loaded (id int, extra text);
INSERT INTO like_dbt.loaded VALUES (1, 'more');
SELECT * FROM deploy($${"seeds/loaded.csv": "id\n7\n", "models/reads.sql": "{{ config(materialized='table') }} select id, extra from {{ ref('loaded') }}",
"snapshots/watched.sql": "{% snapshot watched %}{{ config(unique_key='id', strategy='check', check_cols=['extra']) }} select * from {{ ref('loaded') }}{% endsnapshot %}"}$$);
SELECT unique_id, status, message FROM mesh.invoke('like_dbt', 'run');
SELECT unique_id, status, message FROM mesh.invoke('like_dbt', 'snapshot');
SELECT * FROM like_dbt.reads;
SELECT id, extra, dbt_valid_to FROM like_dbt.watched;
SELECT unique_id, status, message FROM mesh.invoke('like_dbt', 'build', '{"full_refresh": true, "select": "loaded reads"}');

-- Tests that read what is built after their own model, or in a circle, wait for it, and hold back all that they read.
SELECT * FROM deploy($${"models/from_base.sql": "{{ config(materialized='table') }} select id from {{ ref('base') }} where id < {{ var('most', 9) }}",
"models/base.sql": "{{ config(materialized='table') }} select g as id, {{ var('most', 9) }} as most from generate_series(1, 3) g", "models/other.sql": "select 1 as id",
"models/s.yml": "models:\n  - name: base\n    columns: [{name: id, data_tests: [{relationships: {arguments: {to: ref('from_base'), field: id}}}]}]\n  - name: other\n    columns: [{name: id, data_tests: [{relationships: {name: other_in_base, arguments: {to: ref('base'), field: id}}}]}]\n  - name: from_base\n    columns: [{name: id, data_tests: [{relationships: {name: from_base_in_base, arguments: {to: ref('base'), field: id}}}]}]\n"}$$);
SELECT unique_id, status, failures, message FROM mesh.invoke('like_dbt', 'build') ORDER BY unique_id COLLATE "C";
SELECT unique_id, status, failures, message FROM mesh.invoke('like_dbt', 'build', '{"vars": {"most": 2}}') ORDER BY unique_id COLLATE "C";
SELECT unique_id, status, failures, message FROM mesh.invoke('like_dbt', 'build', '{"vars": {"most": 2}, "threads": 2}') ORDER BY unique_id COLLATE "C";
SELECT count(*), min(most) AS most FROM like_dbt.base;
SELECT count(*) FROM like_dbt.from_base;
SELECT node, status FROM mesh.run('like_dbt') WHERE kind = 'test' ORDER BY node COLLATE "C";

-- A project's own get_test_sql says what the failing rows mean: in numbers or words, as dbt takes them, and always anew.
SELECT * FROM deploy($${"models/a.sql": "select 1 as id union all select null union all select null union all select 1",
"macros/get_test_sql.sql": "{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}select {{ fail_calc }} as failures, case when {{ fail_calc }} {{ warn_if }} then 1 else 0 end as should_warn, case when {{ fail_calc }} > {{ var('most', 1) }} then '{{ var('word', 'yes') }}' else 'n' end as should_error from ({{ main_sql }}) t{% endmacro %}",
"models/s.yml": "models: [{name: a, columns: [{name: id, data_tests: [not_null, unique, {not_null: {name: first_only, config: {limit: 1}}}, {not_null: {name: mild, config: {severity: warn}}}]}]}]"}$$);
SELECT unique_id, status, failures, message FROM mesh.invoke('like_dbt', 'build') ORDER BY unique_id COLLATE "C";
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'build', '{"vars": {"word": "x"}, "threads": 2}') ORDER BY unique_id COLLATE "C";
SELECT node, status, reason FROM mesh.run('like_dbt', vars => '{"most": 2}') ORDER BY node COLLATE "C";
SELECT node, status, reason FROM mesh.run('like_dbt', vars => '{"most": 2}') WHERE kind = 'test' ORDER BY node COLLATE "C";

-- What a model is warned of fails it when warnings are errors.
SELECT * FROM deploy($${"models/priced.sql": "select 1.5 as price", "models/warned.sql": "{% if execute %}{% do exceptions.warn('so so') %}{% endif %}select 1 as a",
"models/s.yml": "models: [{name: priced, config: {contract: {enforced: true}}, columns: [{name: price, data_type: numeric}]}]"}$$);
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run') ORDER BY unique_id;
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'run', '{"warn_error": true}') ORDER BY unique_id;
SELECT unique_id, status, error_kind FROM mesh.invoke('like_dbt', 'run', '{"warn_error_options": {"error": "all"}, "threads": 2}') ORDER BY unique_id;
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run', '{"warn_error_options": {"error": "all", "warn": ["JinjaLogWarning"]}}') ORDER BY unique_id;

-- A test that does not exist fails by itself, and is told before; a deploy that looks for mistakes refuses it.
SELECT * FROM deploy($${"models/a.sql": "select 1 as id", "models/s.yml": "models: [{name: a, columns: [{name: id, data_tests: [uniqe, not_null]}]}]"}$$);
SELECT unique_id, status FROM mesh.invoke('like_dbt', 'run');
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'test') ORDER BY unique_id COLLATE "C";
SELECT * FROM mesh.deploy('like_dbt', '{"models/s.yml": "models: [{name: a, columns: [{name: id, data_tests: [not_nul]}]}]"}', partial => true);

-- A model in Python fails by itself too.
SELECT * FROM deploy($${"models/a.sql": "select 1 as id", "models/p.py": "def model(dbt, session):\n    return dbt.ref('a')\n"}$$);
SELECT unique_id, status, error_kind, message FROM mesh.invoke('like_dbt', 'run') ORDER BY unique_id COLLATE "C";

DROP EXTENSION mesh CASCADE;
DROP SCHEMA like_dbt, like_dbt_more, :long_schema CASCADE;
DROP FUNCTION deploy, profiles;
DROP ROLE regress_like_dbt;
