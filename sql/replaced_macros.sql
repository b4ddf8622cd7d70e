-- Macros of dbt's materializations that a project has replaced: what they make is staged, tested and published as all else is.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE FUNCTION deploy(files jsonb, more text DEFAULT '') RETURNS SETOF text LANGUAGE sql AS $f$
SELECT coalesce(file || ' ', '') || message FROM mesh.deploy('made', jsonb_build_object('dbt_project.yml', E'name: made\nprofile: made\n' || more) || files,
    profiles => format('made: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: made}}}', current_database()),
    "check" => false) WHERE change = 'warning' $f$;
CREATE FUNCTION run(options jsonb DEFAULT '{}', command text DEFAULT 'run') RETURNS TABLE (node text, status text, said text) LANGUAGE sql AS $f$
SELECT split_part(unique_id, '.', 3), status, coalesce(message, reason) FROM mesh.invoke('made', command, options) $f$;

-- A table that a macro makes: at first as it is, then in the place of the one that is there, which stays what it is.
SELECT jsonb_build_object('macros/t.sql', $m${% macro postgres__create_table_as(temporary, relation, sql) %}
create table {{ relation }} with (fillfactor = {{ var('fill', 70) }}) as select made.*, {{ var('added', 1) }} as added from ({{ sql }}) made;
alter table {{ relation }} add check (added > 0);
{% if var('keyed', false) %}alter table {{ relation }} add primary key (a){% endif %}
{% endmacro %}$m$, 'models/t.sql', $m${{ config(materialized='table') }} select 1 as a, {{ var('b', 2) }} as b$m$,
    'models/over_t.sql', 'select a, added from {{ ref("t") }}',
    'models/s.yml', 'models: [{name: t, columns: [{name: added, data_tests: [{accepted_values: {arguments: {values: [1, 2]}}}]}]}]') AS files \gset
SELECT * FROM deploy(:'files');
SELECT * FROM run();
CREATE VIEW by_hand AS SELECT * FROM made.t;
CREATE TABLE was AS SELECT 't'::text AS name, 'made.t'::regclass::oid AS oid UNION ALL SELECT 'over_t', 'made.over_t'::regclass::oid;
SELECT * FROM run('{"vars": {"fill": 60, "b": 3, "added": 2, "keyed": true}}', 'build');
TABLE made.over_t;
TABLE by_hand;
SELECT name, reloptions, (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY 1) FROM pg_constraint k WHERE conrelid = c.oid AND contype <> 'n') AS constraints
    FROM was JOIN pg_class c USING (oid) ORDER BY 1;
SELECT * FROM run('{"vars": {"fill": 60, "b": 3, "added": 2, "keyed": true}}');
SELECT name, (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY 1) FROM pg_constraint k WHERE conrelid = c.oid AND contype <> 'n') AS constraints FROM was JOIN pg_class c USING (oid) ORDER BY 1;
-- What fails its test is not seen.
SELECT * FROM run('{"vars": {"b": 9, "added": 3}}', 'build');
TABLE by_hand;
SELECT relname FROM pg_class WHERE relnamespace = 'made'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1;

-- What reads a column that only the macro gives is no error of the project.
SELECT change, file, message FROM mesh.deploy('made', (:'files'::jsonb - 'models/s.yml') || jsonb_build_object('models/also.sql', 'select added as also from {{ ref("new") }}', 'models/new.sql',
    $m${{ config(materialized='table') }} select 1 as a$m$), partial => true) ORDER BY 1, 2;
SELECT * FROM run('{"select": "+also"}');

-- What cannot stay what it is, is made anew, unless somebody needs it.
SELECT jsonb_build_object('macros/t.sql', $m${% macro create_table_as(temporary, relation, sql) %}
create table {{ relation }} (a int, b int) partition by list (a);
create table {{ relation.schema }}.t_one partition of {{ relation }} for values in (1);
insert into {{ relation }} {{ sql }}
{% endmacro %}$m$, 'models/t.sql', $m${{ config(materialized='table') }} select 1 as a, {{ var('b', 2) }} as b$m$,
    'models/over_t.sql', 'select a from {{ ref("t") }}') AS files \gset
SELECT * FROM deploy(:'files');
SELECT * FROM run();
DROP VIEW by_hand;
SELECT * FROM run();
SELECT relkind FROM pg_class WHERE oid = 'made.t'::regclass;
TABLE made.over_t;

-- dbt makes a new incremental model under its own name, and beside it what replaces one.
SELECT * FROM deploy($${"macros/t.sql": "{% macro postgres__create_table_as(temporary, relation, sql) %}create table {{ relation }} as select made.*, '{{ relation.identifier }}' as made_as from ({{ sql }}) made{% endmacro %}",
    "models/i.sql": "{{ config(materialized='incremental') }} select 1 as a"}$$);
SELECT * FROM run('{"select": "i"}');
TABLE made.i;
SELECT * FROM run('{"select": "i", "full_refresh": true}');
TABLE made.i;

-- A view that a macro makes: with its options, under the identity that it has.
SELECT jsonb_build_object('macros/v.sql', $m${% macro postgres__create_view_as(relation, sql) %}{% endmacro %}
{% macro create_view_as(relation, sql) %}create view {{ relation }} with (security_barrier = {{ var('barrier', true) }}) as {{ sql }}{% endmacro %}$m$,
    'models/u.sql', $m${{ config(materialized='table') }} select {{ var('n', 1) }} as n$m$, 'models/v.sql', 'select n{{ var("more", "") }} from {{ ref("u") }}') AS files \gset
SELECT * FROM deploy(:'files');
SELECT * FROM run();
CREATE TABLE was_v AS SELECT 'made.v'::regclass::oid AS oid;
SELECT * FROM run('{"vars": {"n": 2, "more": ", 5 as five", "barrier": false}}');
SELECT reloptions FROM was_v JOIN pg_class USING (oid);
TABLE made.v;
-- A macro that makes nothing.
SELECT * FROM deploy(:'files'::jsonb || jsonb_build_object('macros/v.sql', '{% macro create_view_as(relation, sql) %}select 1{% endmacro %}'));
SELECT * FROM run('{"select": "v"}');

-- Rows of a seed, by macros.
SELECT jsonb_build_object('seeds/s.csv', E'a,b\n1,x\n2,y\n', 'macros/s.sql', $m${% macro default__load_csv_rows(model, agate_table) %}
{% set sql = "insert into " ~ this ~ " select " ~ agate_table.rows | length ~ ", '" ~ agate_table.column_names | join('+') ~ "'" %}{% do run_query(sql) %}{{ return(sql) }}{% endmacro %}$m$) AS files \gset
SELECT * FROM deploy(:'files');
SELECT * FROM run('{}', 'seed');
TABLE made.s;
SELECT * FROM run('{"full_refresh": true}', 'seed');
TABLE made.s;

DROP EXTENSION mesh CASCADE;
DROP SCHEMA made CASCADE;
DROP FUNCTION deploy, run;
DROP TABLE was, was_v;
