-- Bad input and trouble: each leaves the registry and what consumers read as they were.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE SCHEMA trouble_raw;
CREATE TABLE trouble_raw.numbers AS SELECT i AS n FROM generate_series(1, 10000) i;
SELECT mesh.create_domain('bad', schema => 'bad');
SELECT mesh.create_domain('empty', schema => 'empty');
SELECT count(*) FROM mesh.run('empty');
SELECT count(*) FROM mesh.run('empty.*');

-- Ten models, one of which divides by zero from its second run on: its descendants are skipped, the others published.
SELECT mesh.create_model('bad.m1', 'select n from trouble_raw.numbers', materialized => 'table');
SELECT mesh.create_model('bad.m' || i, CASE i WHEN 5 THEN 'select 10000 / (n - 10001) as n from m1' WHEN 7 THEN 'select n from m5' WHEN 9 THEN 'select n from m7' ELSE 'select max(n) as n from m1' END,
    materialized => (ARRAY['table', 'view', 'materialized_view', 'incremental'])[1 + i % 4]) FROM generate_series(2, 10) i;
SELECT status, count(*) FROM mesh.run('bad') GROUP BY 1 ORDER BY 1;
CREATE FUNCTION pg_temp.sums() RETURNS TABLE (model text, sum text) LANGUAGE plpgsql AS $$
BEGIN
    FOR model IN SELECT relname FROM pg_class WHERE relnamespace = 'bad'::regnamespace AND relkind IN ('r', 'v', 'm') ORDER BY 1 LOOP
        BEGIN
            EXECUTE format('SELECT count(*) || '' '' || sum(n) FROM bad.%I', model) INTO sum;
        EXCEPTION WHEN others THEN sum := SQLERRM;
        END;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM pg_temp.sums();
INSERT INTO trouble_raw.numbers VALUES (10001);
SELECT node, status, rows, reason, message FROM mesh.run('bad');
SELECT * FROM pg_temp.sums();
SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1;
DELETE FROM trouble_raw.numbers WHERE n > 10000;

-- A function that fails at row 9,999, and one in a test.
CREATE FUNCTION trouble_raw.picky(n int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN IF n = 9999 THEN RAISE EXCEPTION 'row % is too much', n USING HINT = 'Less.'; END IF; RETURN n; END $$;
SELECT mesh.create_model('bad.m1', 'select trouble_raw.picky(n) as n from trouble_raw.numbers', materialized => 'table', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('bad.m1 bad.m2');
SELECT mesh.create_model('bad.m1', 'select n from trouble_raw.numbers', materialized => 'table', replace => true);
SELECT mesh.create_test('bad.m1', sql => 'select * from {{ ref(''m1'') }} where 1 / (n - 5) > 3', name => 'broken');
SELECT mesh.create_test('bad.m1', sql => 'select trouble_raw.picky(n) from {{ ref(''m1'') }} where n > 100000', name => 'fine');
SELECT node, status, rows, failures, reason, message FROM mesh.run('bad.m1 bad.m2');
SELECT node, status, rows, failures, reason, message FROM mesh.test('bad.m1');
SELECT mesh.drop_test('bad.broken');
DROP FUNCTION trouble_raw.picky;
SELECT node, status, rows, failures, reason, message FROM mesh.run('bad.m1 bad.m2');
SELECT mesh.drop_test('bad.fine');

-- No rows, no columns, the same column twice, columns without a type.
SELECT mesh.create_model('bad.no_rows', 'select n from m1 where false', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('bad.no_rows');
SELECT node, status, rows, reason, message FROM mesh.run('bad.no_rows');
SELECT count(*) FROM bad.no_rows;
SELECT mesh.create_model('bad.no_columns', 'select from m1', materialized => m) FROM unnest('{table}'::text[]) m;
SELECT node, status, rows, reason, message FROM mesh.run('bad.no_columns');
SELECT mesh.create_model('bad.no_columns', 'select from m1', materialized => 'view', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('bad.no_columns');
SELECT mesh.create_model('bad.twice', 'select n, n from m1', materialized => 'table');
SELECT mesh.create_model('bad.no_type', 'select null as a, ''x'' as b', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('bad.no_type');
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = to_regclass('bad.no_type') AND attnum > 0;
SELECT mesh.create_model('bad.record', 'select row(1, 2) as r', materialized => 'table');
SELECT mesh.create_model('bad.system', 'select 1 as ctid', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('bad.system');
SELECT mesh.create_model('bad.unnamed', 'select 1, 2', materialized => 'table');

-- Names: quotes, Unicode, 63 bytes, and longer ones that differ only at their end.
\set long 'a23456789_123456789_123456789_123456789_123456789_123456789_123456789_'
SELECT mesh.create_model('bad."Ünï ""q"" ''s'' $1"', 'select 1 as "Ä ""ö"" ''", 2 as "select"', materialized => m, replace => true) FROM unnest('{table}'::text[]) m;
SELECT mesh.create_model('bad.' || left(:'long', 63), 'select 63 as n', materialized => 'table');
SELECT mesh.create_model('bad.' || :'long' || 'one', 'select 1 as n', materialized => 'table', indexes => '["n"]');
SELECT mesh.create_model('bad.' || :'long' || 'two', 'select n + 1 as n from ' || :'long' || 'one', materialized => 'materialized_view');
SELECT mesh.create_model('bad.' || repeat('ü', 40), 'select 40 as n', materialized => 'view');
SELECT mesh.create_test('bad.' || :'long' || 'one', 'not_null', 'n'), mesh.create_test('bad."Ünï ""q"" ''s'' $1"', 'not_null', 'Ä "ö" ''');
SELECT node, status, rows, reason, message FROM mesh.run('bad', exclude => 'bad.m* bad.no* bad.system') ORDER BY node COLLATE "C";
SELECT node, status, rows, reason, message FROM mesh.run('bad', exclude => 'bad.m* bad.no* bad.system') ORDER BY node COLLATE "C";
SELECT relname, octet_length(relname), relkind FROM pg_class WHERE relnamespace = 'bad'::regnamespace AND octet_length(relname) > 15 AND relkind IN ('r', 'v', 'm') ORDER BY relname COLLATE "C";
SELECT mesh.create_model('bad..x', 'select 1 as a');
SELECT mesh.create_model('bad.', 'select 1 as a');
SELECT mesh.create_model('bad.""', 'select 1 as a');
SELECT mesh.create_model('a.b.c', 'select 1 as a');
SELECT mesh.create_domain('');
SELECT mesh.create_domain(repeat('long', 30), schema => 'bad_long');
SELECT count(*) FROM mesh.run(repeat('long', 30));

-- Cycles, missing references, duplicates, clashes.
SELECT mesh.create_model('bad.self', 'select * from {{ ref(''self'') }}');
SELECT mesh.create_model('bad.c1', 'select n from c2');
SELECT mesh.create_model('bad.c2', 'select n from c3');
SELECT mesh.create_model('bad.c3', 'select n from c1');
SELECT name, status, pending_on FROM mesh.models WHERE name ~ '^c\d' ORDER BY 1;
SELECT node, status, rows, reason, message FROM mesh.run('bad.c1 bad.c2');
SELECT mesh.create_model('bad.lost', 'select * from {{ ref(''nowhere'', ''x'') }}');
SELECT mesh.create_model('bad.lost', 'select * from {{ ref(''nothing'') }}');
SELECT node, status, rows, reason, message FROM mesh.run('bad.lost');
SELECT mesh.create_model('bad.m1', 'select 1 as n');
SELECT mesh.create_domain('bad');
SELECT mesh.create_domain('worse', schema => 'bad');
SELECT mesh.create_domain('worse', schema => 'pg_catalog');
SELECT mesh.create_domain('worse', schema => 'mesh');
SELECT mesh.create_domain('worse', schema => 'pg_worse');
SELECT mesh.create_domain('worse', schema => 'information_schema');

-- A dropped source, a column of it retyped, renamed or dropped: the model fails, what was built stays.
CREATE TABLE trouble_raw.source (id int, name text);
INSERT INTO trouble_raw.source VALUES (1, 'a');
SELECT mesh.create_source('bad', 'trouble_raw', '{source}');
SELECT mesh.create_model('bad.reads', 'select id, name from trouble_raw.source', materialized => 'table');
SELECT mesh.create_model('bad.reads_all', 'select * from trouble_raw.source', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads bad.reads_all');
ALTER TABLE trouble_raw.source ALTER COLUMN id TYPE bigint;
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads bad.reads_all');
ALTER TABLE trouble_raw.source RENAME COLUMN name TO label;
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads bad.reads_all');
SELECT * FROM bad.reads, bad.reads_all;
ALTER TABLE trouble_raw.source DROP COLUMN label;
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads bad.reads_all');
DROP TABLE trouble_raw.source;
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads bad.reads_all');
SELECT * FROM bad.reads;
SELECT * FROM bad.reads_all;
-- Under a product: the contract stops it before it replaces anything.
CREATE TABLE trouble_raw.source (id int, name text);
INSERT INTO trouble_raw.source VALUES (1, 'a');
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads_all');
SELECT mesh.publish('bad.reads_all');
ALTER TABLE trouble_raw.source ALTER COLUMN id TYPE text;
SELECT node, status, rows, reason, message FROM mesh.run('bad.reads_all');
SELECT * FROM bad.reads_all;

-- What the mesh did not make is never replaced; nor what somebody put in the place of what it made.
CREATE TABLE bad.theirs AS SELECT 1 AS n;
CREATE VIEW bad.theirs_too AS SELECT 1 AS n;
CREATE SEQUENCE bad.counter;
CREATE TYPE bad.kind AS ENUM ('a');
CREATE TYPE bad.pair AS (a int, b int);
SELECT m, mesh.create_model('bad.' || m, 'select 2 as n', materialized => 'table') FROM unnest('{theirs,theirs_too,counter,kind,pair,replaced,gone,renamed}'::text[]) m;
SELECT node, status, rows, reason, message FROM mesh.run('bad.theirs bad.theirs_too bad.counter bad.kind bad.pair bad.replaced bad.gone bad.renamed');
SELECT node, status, rows, reason, message FROM mesh.run('bad.replaced bad.gone bad.renamed');
SELECT (SELECT n FROM bad.theirs) AS theirs, (SELECT n FROM bad.theirs_too) AS theirs_too;
DROP TABLE bad.gone;
ALTER TABLE bad.renamed RENAME TO elsewhere;
DROP TABLE bad.replaced;
CREATE VIEW bad.replaced AS SELECT 5 AS n;
SELECT node, status, rows, reason, message FROM mesh.run('bad.replaced bad.gone bad.renamed');
DROP VIEW bad.replaced;
CREATE ROLE regress_trouble_other;
CREATE TABLE bad.replaced AS SELECT 6 AS n;
ALTER TABLE bad.replaced OWNER TO regress_trouble_other;
CREATE ROLE regress_trouble_owner;
ALTER SCHEMA bad OWNER TO regress_trouble_owner;
UPDATE mesh.domain_registry SET owner = 'regress_trouble_owner' WHERE name = 'bad';
SELECT node, status, rows, reason, message FROM mesh.run('bad.replaced');
SELECT * FROM bad.replaced;
DROP TABLE bad.replaced;
CREATE TABLE bad.replaced (n int) PARTITION BY LIST (n);
SELECT node, status, rows, reason, message FROM mesh.run('bad.replaced');
-- The owner is gone.
SELECT mesh.create_domain('orphan', owner => 'regress_trouble_other', schema => 'orphan');
SELECT mesh.create_model('orphan.a', 'select 1 as a');
DROP OWNED BY regress_trouble_other;
DROP ROLE regress_trouble_other;
SELECT mesh.run('orphan');
SELECT mesh.create_model('orphan.b', 'select 1 as b');
-- The schema is gone.
SELECT mesh.create_domain('homeless', schema => 'homeless');
SELECT mesh.create_model('homeless.a', 'select 1 as a', materialized => 'table');
DROP SCHEMA homeless;
SELECT node, status, rows, reason, message FROM mesh.run('homeless');

-- Relations that this session holds: nothing is exchanged under an open cursor, a running query or pending triggers.
SELECT mesh.create_domain('held', schema => 'held');
SELECT mesh.create_model('held.a', 'select n, mesh.var(''v'', ''1'')::int as v from trouble_raw.numbers', materialized => 'table');
SELECT mesh.create_model('held.b', 'select 1 as n', materialized => 'view');
SELECT node, status, rows, reason, message FROM mesh.run('held');
BEGIN;
DECLARE c CURSOR FOR SELECT n, v FROM held.a;
FETCH 1 FROM c;
SELECT node, status, rows, reason, message FROM mesh.run('held', vars => '{"v": 2}');
MOVE FORWARD 9998 FROM c;
FETCH 2 FROM c;
COMMIT;
SELECT DISTINCT v FROM held.a;
SELECT DISTINCT v, (SELECT string_agg(r.status || coalesce(': ' || r.message, ''), ', ') FROM mesh.run('held.a', vars => '{"v": 3}') r) FROM held.a;
SELECT DISTINCT v FROM held.a;
CREATE TABLE held.log (n int);
CREATE FUNCTION held.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO held.log VALUES (new.n); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON held.a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION held.note();
BEGIN;
INSERT INTO held.a VALUES (-1, 0);
SELECT node, status, rows, reason, message FROM mesh.run('held.a');
COMMIT;
SELECT * FROM held.log;
DROP TRIGGER later ON held.a;

-- The caller's transaction: read only, serializable, savepoints, a failed one.
BEGIN READ ONLY;
SELECT mesh.run('held');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT node, status, rows, reason, message FROM mesh.run('held.a', vars => '{"v": 5}');
COMMIT;
SELECT DISTINCT v FROM held.a;
BEGIN;
SAVEPOINT s;
SELECT node, status FROM mesh.run('held.a', vars => '{"v": 6}');
SELECT DISTINCT v FROM held.a;
ROLLBACK TO s;
SELECT DISTINCT v FROM held.a;
SELECT node, status FROM mesh.run('held.a', vars => '{"v": 7}');
SELECT node, status FROM mesh.run('held.a', vars => '{"v": 8}');
RELEASE s;
COMMIT;
SELECT DISTINCT v FROM held.a;
DO $$ BEGIN PERFORM mesh.run('held.a', vars => '{"v": 9}'); RAISE EXCEPTION 'no'; EXCEPTION WHEN raise_exception THEN PERFORM mesh.run('held.b'); END $$;
SELECT DISTINCT v FROM held.a;

-- A large domain.
SELECT mesh.create_domain('large', schema => 'large');
SELECT count(mesh.create_model('large.m' || i, CASE WHEN i <= 2 THEN 'select ' || i || ' as n' ELSE format('select a.n + 1 as n from m%s a join m%s b on true', i - 1, 1 + i % 2) END,
    materialized => CASE WHEN i % 3 = 0 OR i < 3 THEN 'table' ELSE 'view' END)) FROM generate_series(1, 300) i;
SELECT status, count(*) FROM mesh.run('large') GROUP BY 1;
SELECT status, count(*) FROM mesh.run('large') GROUP BY 1;
SELECT n FROM large.m300;
SELECT count(*) AS left_over FROM pg_class WHERE relname ~ '^(mesh_(stage|delta)|pg_temp_)' AND relkind <> 't';
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA trouble_raw, bad, empty, bad_long, held, large CASCADE;
DROP ROLE regress_trouble_owner;
