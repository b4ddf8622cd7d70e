-- Seeds: tables from CSV texts, with the types that dbt finds, published like any table.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE ROLE regress_seed_owner;
SELECT mesh.create_domain('plant', owner => 'regress_seed_owner');
SELECT mesh.create_model('plant.kinds', E'id,amount,day,at,iso,ok,name,\n1,1.5,2026-01-05,2026-01-05 10:00:00,2026-01-05T10:00:00+02:00,true,"a, ""b""",x\n2,2,,null,,FALSE,"two\nlines",\n\n"1,000",,,,,,,\n', materialized => 'seed');
SELECT columns FROM mesh.models WHERE name = 'kinds';
SELECT mesh.create_model('plant.doubled', 'select id * 2 as twice from plant.kinds where id is not null', materialized => 'table');
SELECT mesh.create_test('plant.kinds', 'accepted_values', 'name', '{"values": ["nothing"]}', severity => 'warn');
SELECT node, kind, status, rows, failures, reason FROM mesh.run('plant');
SELECT * FROM plant.kinds ORDER BY id NULLS LAST;
SELECT pg_get_userbyid(relowner), relkind FROM pg_class WHERE oid = 'plant.kinds'::regclass;
SELECT twice FROM plant.doubled ORDER BY 1;
SELECT model, upstream FROM mesh.dependencies WHERE domain = 'plant';

-- A new text keeps the table's identity and what hangs on it.
CREATE VIEW public.seen AS SELECT id FROM plant.kinds;
SELECT 'plant.kinds'::regclass::oid AS before \gset
SELECT node, action, reason FROM mesh.plan('plant.kinds') WHERE kind IN ('seed', 'model');
SELECT mesh.create_model('plant.kinds', E'id,amount,day,at,iso,ok,name,\n5,0.5,2026-01-05,2026-01-05 10:00:00,2026-01-05T10:00:00Z,true,z,x\n', materialized => 'seed', replace => true);
SELECT node, action, reason FROM mesh.plan('plant.kinds') WHERE kind IN ('seed', 'model');
SELECT node, status, rows, reason FROM mesh.run('plant.kinds') WHERE kind IN ('seed', 'model');
SELECT 'plant.kinds'::regclass::oid = :before AS same, (SELECT id FROM public.seen) AS seen;
DROP VIEW public.seen;
SELECT mesh.create_model('plant.kinds', E'id;name;more\n7;x;1.25\n', materialized => 'seed', config => '{"delimiter": ";", "column_types": {"more": "numeric(6, 3)", "id": "bigint"}}', replace => true);
SELECT node, action, reason FROM mesh.plan('plant.kinds') WHERE kind IN ('seed', 'model');
SELECT node, status, rows, reason FROM mesh.run('plant') WHERE kind IN ('seed', 'model');
SELECT 'plant.kinds'::regclass::oid = :before AS same;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'plant.kinds'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
SELECT mesh.create_model('plant.kinds', E'name\nx\n', materialized => 'seed', replace => true);

-- Names of columns with and without quotes.
SELECT mesh.create_model('plant.quoted', E'Id,select\n1,2\n', materialized => 'seed');
SELECT mesh.create_model('plant.plain', E'Id,Some_Name\n1,2\n', materialized => 'seed', config => '{"quote_columns": false}');
SELECT mesh.create_model('plant.plain', E'Id,two words\n1,2\n', materialized => 'seed', config => '{"quote_columns": false}', replace => true);
SELECT c->>'name' FROM mesh.models, jsonb_array_elements(columns) c WHERE name IN ('quoted', 'plain') ORDER BY 1;

-- A long name is cut as in any query, with quotes or without; two that would be the same then get a hash.
SELECT repeat('x', 62) || 'é' AS long \gset
SELECT mesh.create_model('plant.' || name, E'id,' || columns || E'\n1,2,3\n', materialized => 'seed', config => jsonb_build_object('quote_columns', quoted))
FROM (VALUES ('long', :'long' || '1,n', true), ('long_plain', upper(:'long') || '1,n', false), ('long_both', :'long' || '1,' || :'long' || '2', true)) v(name, columns, quoted);
SELECT node, status, message FROM mesh.run('plant.long plant.long_plain plant.long_both') WHERE kind = 'seed';
SELECT attrelid::regclass AS seed, attname FROM pg_attribute WHERE attrelid IN ('plant.long'::regclass, 'plant.long_plain'::regclass, 'plant.long_both'::regclass) AND attnum > 1 ORDER BY attrelid::regclass::text COLLATE "C", attnum;
SELECT mesh.create_model('plant.reads_long', 'select ' || quote_ident(:'long' || '1') || ' as n from plant.long');
SELECT status FROM mesh.run('plant.reads_long') WHERE kind = 'model';
TABLE plant.reads_long;

SELECT mesh.drop_model('plant.doubled');
SELECT mesh.drop_test('plant.accepted_values_kinds_name__nothing');

-- A text that is no CSV, and rows that do not fit, are told by their lines; what was published stays.
SELECT mesh.create_model('plant.bad', E'a,b\n1,2\n1,2,3\n', materialized => 'seed');
SELECT mesh.create_model('plant.bad', E'a,b\n1,"2\n3,4\n', materialized => 'seed');
SELECT mesh.create_model('plant.bad', '', materialized => 'seed');
SELECT mesh.create_model('plant.bad', E'a,a\n1,2\n', materialized => 'seed', config => '{"delimiter": "::"}');
SELECT mesh.create_model('plant.bad', E'a\n1\n', materialized => 'seed', config => '{"column_types": {"a": "no_type"}}');
SELECT mesh.create_model('plant.kinds', E'id,name,more\n1,a,1\n"2\n",b,zwei\n', materialized => 'seed', config => '{"column_types": {"more": "int", "id": "text"}}', replace => true);
SELECT mesh.create_model('plant.big', E'n\n1\n3000000000\n', materialized => 'seed');
SELECT node, status, message FROM mesh.run('plant.kinds plant.big') WHERE kind IN ('seed', 'model');
SELECT id, name, more FROM plant.kinds;
SELECT mesh.create_model('plant.kinds', E'id,name,more\n', materialized => 'seed', replace => true, config => '{"column_types": {"id": "bigint"}}');
SELECT node, status, rows FROM mesh.run('plant.kinds') WHERE kind IN ('seed', 'model');

-- Constraints that somebody added hold.
SELECT mesh.create_model('plant.checked', E'n\n1\n2\n', materialized => 'seed');
SELECT status FROM mesh.run('plant.checked');
ALTER TABLE plant.checked ADD CHECK (n < 3);
SELECT mesh.create_model('plant.checked', E'n\n1\n5\n', materialized => 'seed', replace => true);
SELECT status, message FROM mesh.run('plant.checked');
SELECT n FROM plant.checked ORDER BY 1;

-- Many rows in bounded memory.
SELECT mesh.create_model('plant.many', (SELECT 'id,label' || E'\n' || string_agg(i || ',label ' || i, E'\n') || E'\n' FROM generate_series(1, 200000) i), materialized => 'seed');
SELECT status, rows FROM mesh.run('plant.many');
SELECT count(*), sum(id), max(label) FROM plant.many;
SELECT mesh.drop_model('plant.many');
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA plant CASCADE;
DROP ROLE regress_seed_owner;
