-- What the caller's session and transaction hold: temporary tables, locks, deferred triggers, cursors, timeouts. A run goes on beside them, or says why not.
\set VERBOSITY default
SET client_min_messages = warning;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE EXTENSION mesh;
CREATE SCHEMA session_raw;
CREATE TABLE session_raw.t AS SELECT i AS n FROM generate_series(1, 3) i;
SELECT mesh.create_domain('s', schema => 's');
SELECT mesh.create_model('s.kept', 'select n from session_raw.t', materialized => 'table');
SELECT mesh.create_model('s.other', 'select max(n) as n from kept', materialized => 'table');
SELECT node, status, reason, message FROM mesh.run('s');
-- How the last run is told of; one that was rolled back is written a moment later.
CREATE FUNCTION session_raw.told(runs bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 300 LOOP
        EXIT WHEN (SELECT count(*) FROM mesh.runs) >= runs;
        PERFORM pg_sleep(0.1);
    END LOOP;
    RETURN (SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1);
END $$;
-- What workers have left in the stage, once they had the time to take it away.
CREATE FUNCTION session_raw.staged() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 300 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM mesh.stage_registry);
        PERFORM pg_sleep(0.1);
    END LOOP;
    RETURN (SELECT count(*) FROM mesh.stage_registry);
END $$;

-- Temporary tables are none that a model can read, whatever they are called; one that a function reads is there in this session alone.
CREATE TEMP TABLE mine AS SELECT 5 AS n;
CREATE TEMP VIEW over_t AS SELECT n FROM session_raw.t;
SELECT mesh.create_model('s.a', 'select n from pg_temp.mine', materialized => 'table');
SELECT mesh.create_model('s.a', 'select t.n from session_raw.t join pg_temp.over_t using (n)');
SELECT mesh.create_source('s', 'pg_temp', '{mine}');
SELECT mesh.create_source('s', 'tests', '{mine}', schema => 'pg_temp');
DO $$
DECLARE own text := (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema());
BEGIN
    PERFORM mesh.create_model('s.a', format('select n from %I.mine', own), materialized => 'table');
EXCEPTION WHEN feature_not_supported THEN RAISE WARNING '%', SQLERRM;
END $$;
SELECT mesh.create_model('s.a', 'select n from t', materialized => 'table', schema => 'pg_temp');
SELECT mesh.create_test('s.kept', sql => 'select n from kept where n not in (select n from pg_temp.mine)', name => 'of_mine');
SET client_min_messages = notice;
SELECT mesh.create_model('s.a', 'select n from mine', materialized => 'table');
SET client_min_messages = warning;
SELECT node, status, reason, message FROM mesh.run('s.a');
CREATE FUNCTION session_raw.reads() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT n FROM pg_temp.mine; END $$;
SELECT mesh.create_model('s.a', 'select r as n from session_raw.reads() r', materialized => 'table', replace => true);
SELECT node, status, reason, message FROM mesh.run('s.a');
DROP TABLE mine;
DROP VIEW over_t;
SELECT node, status, reason, message FROM mesh.run('s.a');
SELECT n FROM s.a;
SELECT mesh.drop_model('s.a');
DROP TABLE IF EXISTS s.a;

-- Those that go or are emptied with the transaction.
BEGIN;
CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT 1 AS n;
CREATE TEMP TABLE emptied (n int) ON COMMIT DELETE ROWS;
INSERT INTO emptied VALUES (1);
SELECT node, status, message FROM mesh.run('s', threads => 2);
SELECT count(*) FROM gone, emptied;
COMMIT;
SELECT count(*) FROM emptied;
DROP TABLE emptied;

-- Deferred constraints of other tables are checked when the transaction commits; a run is undone with it.
CREATE TABLE session_raw.p (id int PRIMARY KEY);
CREATE TABLE session_raw.c (id int REFERENCES session_raw.p DEFERRABLE INITIALLY DEFERRED);
SELECT count(*) + 1 AS runs FROM mesh.runs \gset
BEGIN;
INSERT INTO session_raw.c VALUES (1);
UPDATE session_raw.t SET n = 30 WHERE n = 3;
SELECT node, status, message FROM mesh.run('s');
COMMIT;
SELECT session_raw.told(:runs);
SELECT n FROM s.other;
BEGIN;
INSERT INTO session_raw.c VALUES (1);
UPDATE session_raw.t SET n = 30 WHERE n = 3;
SELECT node, status, message FROM mesh.run('s');
INSERT INTO session_raw.p VALUES (1);
COMMIT;
SELECT n FROM s.other;

-- A trigger that runs the mesh when its transaction commits.
CREATE FUNCTION session_raw.run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM mesh.run('s'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER runs AFTER INSERT ON session_raw.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION session_raw.run();
INSERT INTO session_raw.t VALUES (31);
BEGIN;
INSERT INTO session_raw.t VALUES (32), (33);
SELECT n FROM s.other;
COMMIT;
SELECT n FROM s.other;
DROP TRIGGER runs ON session_raw.t;

-- A cursor that outlives its transaction has its rows, and is in nobody's way.
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT n FROM s.kept ORDER BY n;
COMMIT;
UPDATE session_raw.t SET n = 100 - n;
SELECT node, status, reason, message FROM mesh.run('s');
FETCH 2 FROM held;
CLOSE held;

-- Bodies that lock: rows they may not; what functions lock, a worker waits for, until the run does it itself.
SELECT mesh.create_model('s.a', 'select n from session_raw.t for update', materialized => 'table');
SELECT mesh.create_model('s.a', 'with locked as (select n from session_raw.t for share skip locked) select n from locked');
SELECT mesh.create_model('s.a', 'select pg_advisory_lock(47114711) from session_raw.t', materialized => 'table');
SELECT mesh.create_model('s.a', 'select n, pg_advisory_lock(47114711) is null as locked from session_raw.t', materialized => 'table');
SELECT node, status, message FROM mesh.run('s.a s.kept');
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 47114711 AND pid = pg_backend_pid();
SELECT node, status, reason, message FROM mesh.run('s.a s.kept', threads => 2);
SELECT pg_advisory_unlock_all();
SELECT node, status, reason, message FROM mesh.run('s.a s.kept', threads => 2);
-- Its worker ends by itself.
DO $$ BEGIN FOR i IN 1..500 LOOP EXIT WHEN NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 47114711); PERFORM pg_sleep(0.01); END LOOP; END $$;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 47114711;
SELECT mesh.drop_model('s.a');
DROP TABLE IF EXISTS s.a;

-- Foreign tables: in the place of a model, and as its input.
CREATE FOREIGN DATA WRAPPER session_none;
CREATE SERVER session_none FOREIGN DATA WRAPPER session_none;
CREATE FOREIGN TABLE s.far (n int) SERVER session_none;
CREATE FOREIGN TABLE session_raw.far (n int) SERVER session_none;
SELECT mesh.create_model('s.far', 'select 1 as n', materialized => 'table');
SELECT mesh.create_model('s.of_far', 'select n from session_raw.far', materialized => 'table');
SELECT mesh.create_model('s.seen', 'select n from session_raw.far', materialized => 'view');
SELECT node, status, reason, message FROM mesh.run('s.far s.of_far s.seen');
SELECT relkind FROM pg_class WHERE oid = 's.far'::regclass;
SELECT mesh.drop_model('s.' || m) FROM unnest('{far,of_far,seen}'::text[]) m;

-- Timeouts. A statement's ends the run, with workers too, and nothing of it is left; those of idle sessions are none for a run, whatever it waits for.
SELECT mesh.create_model('s.slow', 'select n, pg_sleep(0.3) is null as slept from session_raw.t where n > 68', materialized => 'table');
SELECT node, status FROM mesh.run('s.slow');
UPDATE session_raw.t SET n = n + 1;
SELECT count(*) + 1 AS runs FROM mesh.runs \gset
SET statement_timeout = '200ms';
SELECT node, status FROM mesh.run('s.kept s.slow');
RESET statement_timeout;
SELECT session_raw.told(:runs);
SET statement_timeout = '200ms';
SELECT node, status FROM mesh.run('s.kept s.slow', threads => 2);
RESET statement_timeout;
SELECT session_raw.told(:runs + 1);
SELECT (SELECT max(n) FROM s.kept) AS kept, (SELECT max(n) FROM s.slow) AS slow, session_raw.staged();
SET idle_in_transaction_session_timeout = '1s';
SET idle_session_timeout = '1s';
SELECT node, status FROM mesh.run('s.kept s.slow');
SELECT node, status FROM mesh.run('s.kept s.slow', threads => 2);
RESET idle_in_transaction_session_timeout;
RESET idle_session_timeout;
SELECT (SELECT max(n) FROM s.kept) AS kept, (SELECT max(n) FROM s.slow) AS slow, session_raw.staged();

-- Text means the same in every session: a body, and what the mesh itself asks the server.
CREATE TABLE session_raw.odd AS SELECT NULL::int AS k, 'a\b' AS v UNION ALL SELECT 1, 'c';
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET array_nulls = off;
SET quote_all_identifiers = on;
SELECT mesh.create_model('s.odd', $$select k, count(*) as n, max(v) as v, '\' as backslash from session_raw.odd group by k$$, materialized => 'incremental', incremental_strategy => 'auto', indexes => '["k"]');
SELECT node, status, reason, message FROM mesh.run('s.odd');
INSERT INTO session_raw.odd VALUES (NULL, 'd');
SELECT node, status, reason, message FROM mesh.run('s.odd');
RESET standard_conforming_strings;
RESET array_nulls;
RESET quote_all_identifiers;
INSERT INTO session_raw.odd VALUES (1, 'e');
SELECT node, status, reason, message FROM mesh.run('s.odd');
SELECT * FROM s.odd ORDER BY k;
SELECT count(*) FROM pg_index WHERE indrelid = 's.odd'::regclass;

SELECT count(*) AS left_over FROM pg_class WHERE relname ~ '^(mesh_(stage|delta)|pg_temp_)' AND relkind <> 't';
SET client_min_messages = error;
DROP FOREIGN DATA WRAPPER session_none CASCADE;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA s, session_raw CASCADE;
