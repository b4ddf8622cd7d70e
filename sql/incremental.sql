-- Incremental models: the strategies, keys of several columns, what happens when the columns change, and full refreshes.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
CREATE SCHEMA inc_raw;
CREATE TABLE inc_raw.events (id int, day date, kind text, n int);
INSERT INTO inc_raw.events VALUES (1, '2024-01-01', 'a', 1), (2, '2024-01-01', 'b', 2);
SELECT mesh.create_domain('inc', schema => 'inc');
-- One body for every strategy: all rows at first, then those from a variable's id on.
\set body 'select id, day, kind, n from inc_raw.events where not is_incremental() or id >= mesh.var(''since'', ''0'')::int'
SELECT mesh.create_model('inc.append', :'body', materialized => 'incremental', incremental_strategy => 'append');
SELECT mesh.create_model('inc.by_id', :'body', materialized => 'incremental', unique_key => '{id}');
SELECT mesh.create_model('inc.merged', :'body', materialized => 'incremental', unique_key => '{id}', incremental_strategy => 'merge');
SELECT mesh.create_model('inc.by_day', :'body', materialized => 'incremental', unique_key => '{day,kind}', incremental_strategy => 'delete+insert');
SELECT mesh.create_model('inc.only_n', :'body', materialized => 'incremental', unique_key => '{id}', incremental_strategy => 'merge', config => '{"merge_update_columns": ["n"]}');
SELECT mesh.create_model('inc.but_n', :'body', materialized => 'incremental', unique_key => '{id}', incremental_strategy => 'merge', config => '{"merge_exclude_columns": ["n"]}');
SELECT mesh.create_model('inc.some', :'body', materialized => 'incremental', unique_key => '{id}', incremental_strategy => 'merge', config => '{"incremental_predicates": ["t.n < 10"]}');
SELECT node, status, rows, reason, message FROM mesh.run('inc');
CREATE TEMP TABLE oids AS SELECT relname, oid FROM pg_class WHERE relnamespace = 'inc'::regnamespace AND relkind = 'r';
CREATE FUNCTION pg_temp.contents() RETURNS TABLE (model text, rows text) LANGUAGE plpgsql AS $$
BEGIN
    FOR model IN SELECT relname FROM pg_class WHERE relnamespace = 'inc'::regnamespace AND relkind = 'r' ORDER BY 1 LOOP
        EXECUTE format('SELECT string_agg(id || kind || coalesce(n::text, ''-''), '' '' ORDER BY id, kind, n) FROM inc.%I', model) INTO rows;
        RETURN NEXT;
    END LOOP;
END $$;
UPDATE inc_raw.events SET kind = 'c', n = 20 WHERE id = 2;
INSERT INTO inc_raw.events VALUES (3, '2024-01-02', 'a', 3);
SELECT node, status, rows, reason, message FROM mesh.run('inc', vars => '{"since": 2}');
SELECT * FROM pg_temp.contents();
-- Nothing new.
SELECT node, status, rows, reason, message FROM mesh.run('inc', vars => '{"since": 100}');
SELECT * FROM pg_temp.contents();
-- A key that comes twice: merge refuses, and everything is as it was; the others do what dbt does.
INSERT INTO inc_raw.events VALUES (3, '2024-01-02', 'a', 4);
SELECT node, status, rows, reason, message FROM mesh.run('inc', vars => '{"since": 3}');
SELECT * FROM pg_temp.contents();
-- A test that fails takes the new rows back.
DELETE FROM inc_raw.events WHERE n = 4;
INSERT INTO inc_raw.events VALUES (4, '2024-01-03', 'a', NULL);
SELECT mesh.create_test('inc.by_id', 'not_null', 'n');
SELECT node, status, rows, failures, reason, message FROM mesh.run('inc.by_id inc.append', vars => '{"since": 4}');
SELECT * FROM pg_temp.contents() WHERE model IN ('by_id', 'append');
DELETE FROM inc_raw.events WHERE n IS NULL;
-- From the start again.
SELECT node, status, rows, reason, message FROM mesh.run('inc', full_refresh => true);
SELECT * FROM pg_temp.contents();
SELECT count(*) AS changed FROM oids WHERE oid <> ('inc.' || relname)::regclass;
SELECT mesh.create_model('inc.by_id', :'body', materialized => 'incremental', unique_key => '{id}', config => '{"full_refresh": false}', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('inc.by_id', full_refresh => true, vars => '{"since": 3}');
-- A key that the body does not give; unknown strategies and modes.
SELECT mesh.create_model('inc.bad', :'body', materialized => 'incremental', unique_key => '{nope}');
SELECT node, status, rows, reason, message FROM mesh.run('inc.bad');
SELECT node, status, rows, reason, message FROM mesh.run('inc.bad');
SELECT mesh.drop_model('inc.bad');
SELECT mesh.create_model('inc.bad', :'body', materialized => 'incremental', incremental_strategy => 'overwrite');
SELECT mesh.create_model('inc.bad', :'body', materialized => 'incremental', incremental_strategy => 'merge');
SELECT mesh.create_model('inc.bad', :'body', materialized => 'incremental', on_schema_change => 'panic', replace => true);
SELECT mesh.create_model('inc.bad', :'body', materialized => 'incremental', config => '{"on_schema_change": 1}', replace => true);
SELECT count(mesh.drop_model(domain || '.' || name)) FROM mesh.models WHERE domain = 'inc';

-- The columns change: one added, one dropped, one retyped.
SELECT mode, mesh.create_model('inc.' || mode, :'body', materialized => 'incremental', unique_key => '{id}', on_schema_change => mode) FROM unnest('{ignore,fail,append_new_columns,sync_all_columns}'::text[]) mode;
SELECT node, status, rows, reason, message FROM mesh.run('inc');
SELECT mode, mesh.create_model('inc.' || mode, 'select id, day, kind, n, upper(kind) as big from inc_raw.events', materialized => 'incremental', unique_key => '{id}', on_schema_change => mode, replace => true) FROM unnest('{ignore,fail,append_new_columns,sync_all_columns}'::text[]) mode;
UPDATE inc_raw.events SET kind = 'z' WHERE id = 1;
SELECT node, status, rows, reason, message FROM mesh.run('inc');
SELECT attrelid::regclass, string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'inc'::regnamespace AND relkind = 'r') AND attnum > 0 AND NOT attisdropped GROUP BY 1 ORDER BY 1::text;
SELECT * FROM pg_temp.contents();
SELECT mode, mesh.create_model('inc.' || mode, 'select id, day, n::bigint, kind from inc_raw.events', materialized => 'incremental', unique_key => '{id}', on_schema_change => mode, replace => true) FROM unnest('{ignore,fail,append_new_columns,sync_all_columns}'::text[]) mode;
SELECT node, status, rows, reason, message FROM mesh.run('inc');
SELECT attrelid::regclass, string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'inc'::regnamespace AND relkind = 'r') AND attnum > 0 AND NOT attisdropped GROUP BY 1 ORDER BY 1::text;
SELECT mode, mesh.create_model('inc.' || mode, 'select id, day, kind from inc_raw.events', materialized => 'incremental', unique_key => '{id}', on_schema_change => mode, replace => true) FROM unnest('{ignore,fail,append_new_columns,sync_all_columns}'::text[]) mode;
SELECT node, status, rows, reason, message FROM mesh.run('inc');
-- A view of somebody's reads the column that would go.
SELECT mesh.create_model('inc.sync_all_columns', :'body', materialized => 'incremental', unique_key => '{id}', on_schema_change => 'sync_all_columns', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('inc.sync_all_columns');
CREATE VIEW inc_raw.report AS SELECT n FROM inc.sync_all_columns;
SELECT mesh.create_model('inc.sync_all_columns', 'select id, day, kind from inc_raw.events', materialized => 'incremental', unique_key => '{id}', on_schema_change => 'sync_all_columns', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('inc.sync_all_columns');
SELECT count(*) FROM inc_raw.report;
-- full_refresh gives the body's columns, with their reason.
SELECT node, status, rows, reason, message FROM mesh.run('inc', full_refresh => true);
SELECT attrelid::regclass, string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'inc'::regnamespace AND relkind = 'r') AND attnum > 0 AND NOT attisdropped GROUP BY 1 ORDER BY 1::text;
-- Text gets the length that is given, where no view reads it; a column without a length stays as it is.
CREATE TABLE inc_raw.words (id int, short varchar(5) COLLATE "C", code varchar(2), free text);
INSERT INTO inc_raw.words VALUES (1, 'abc', 'ab', 'x');
\set words 'select id, short, code, free from inc_raw.words where not is_incremental() or id >= mesh.var(\'since\', \'0\')::int'
SELECT mesh.create_model('inc.words', :'words', materialized => 'incremental', incremental_strategy => 'append');
SELECT node, status, reason FROM mesh.run('inc.words');
CREATE VIEW inc_raw.codes AS SELECT code FROM inc.words;
ALTER TABLE inc_raw.words ALTER short TYPE varchar(20) COLLATE "C", ALTER code TYPE varchar(4), ALTER free TYPE varchar(9);
INSERT INTO inc_raw.words VALUES (2, 'a longer word', 'cd', 'y');
SELECT mesh.create_model('inc.words', :'words', materialized => 'incremental', incremental_strategy => 'append', replace => true);
SELECT node, status, reason, message FROM mesh.run('inc.words', vars => '{"since": 2}');
SELECT attname, format_type(atttypid, atttypmod), attcollation::regcollation FROM pg_attribute WHERE attrelid = 'inc.words'::regclass AND attnum > 0 ORDER BY attnum;
INSERT INTO inc_raw.words VALUES (3, 'd', 'four', 'z');
SELECT node, status, message FROM mesh.run('inc.words', vars => '{"since": 3}');
SELECT * FROM inc.words ORDER BY id;
SELECT count(*) AS left_over FROM pg_class WHERE relname LIKE 'mesh\_%' AND relnamespace = 'inc'::regnamespace;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA inc_raw, inc CASCADE;
