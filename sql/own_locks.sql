-- What a run has made itself, and nobody else can see, takes one lock a relation, and what it replaces is locked to the end: the server's lock table has
-- room for some thousand.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE SCHEMA own_raw;
CREATE TABLE own_raw.t AS SELECT 1 AS id, repeat('long ', 3000) AS note;
SELECT mesh.create_domain('own');
DO $$ BEGIN
    FOR i IN 1 .. 20 LOOP
        PERFORM mesh.create_model('own.bare' || i, 'select id from own_raw.t', materialized => 'table');
        PERFORM mesh.create_model('own.toasted' || i, 'select id, note from own_raw.t', materialized => 'table');
        PERFORM mesh.create_model('own.indexed' || i, 'select id from own_raw.t', materialized => 'table', indexes => '["id"]');
        PERFORM mesh.create_model('own.seen' || i, 'select id from own_raw.t', materialized => 'view');
        PERFORM mesh.create_model('own.tested' || i, 'select id, note from own_raw.t', materialized => 'view');
        PERFORM mesh.create_test('own.tested' || i, 'unique', 'id');
        PERFORM mesh.create_model('own.added' || i, 'select id, note from own_raw.t', materialized => 'incremental', config => '{"unique_key": "id"}');
    END LOOP;
END $$;

-- Locks for each relation of a kind, without those of the run itself.
CREATE FUNCTION own_raw.locks_of(kind text) RETURNS TABLE (status text, locks int) LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE before ON COMMIT DROP AS SELECT locktype, classid, objid, relation FROM pg_locks WHERE pid = pg_backend_pid();
    SELECT string_agg(DISTINCT r.status, ' ') INTO status FROM mesh.run('own.' || kind || '*') AS r;
    SELECT count(*) / 20 INTO locks FROM (SELECT locktype, classid, objid, relation FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'object')
        EXCEPT SELECT * FROM before) AS l WHERE relation IS NULL OR relation NOT IN (SELECT oid FROM pg_class WHERE relnamespace IN ('mesh'::regnamespace, 'pg_catalog'::regnamespace));
    RETURN NEXT;
END $$;
SELECT * FROM own_raw.locks_of('bare');
SELECT * FROM own_raw.locks_of('toasted');
SELECT * FROM own_raw.locks_of('indexed');
SELECT * FROM own_raw.locks_of('seen');
SELECT * FROM own_raw.locks_of('tested');
SELECT * FROM own_raw.locks_of('added');

-- When they are there.
SELECT * FROM own_raw.locks_of('bare');
SELECT * FROM own_raw.locks_of('toasted');
SELECT * FROM own_raw.locks_of('indexed');
SELECT * FROM own_raw.locks_of('seen');
SELECT * FROM own_raw.locks_of('added');
DO $$ BEGIN
    FOR i IN 1 .. 20 LOOP PERFORM mesh.create_model('own.tested' || i, 'select id, note, 1 as more from own_raw.t', materialized => 'view', replace => true); END LOOP;
END $$;
SELECT * FROM own_raw.locks_of('tested');

-- What was there before is locked: its readers' TOAST and indexes too.
BEGIN;
SELECT reltoastrelid AS toast FROM pg_class WHERE oid = 'own.toasted1'::regclass \gset
SELECT 'own.indexed1'::regclass::oid AS indexed \gset
SELECT status FROM mesh.run('own.toasted1 own.indexed1');
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock' AND relation IN (:toast, 'own.toasted1'::regclass, 'own.indexed1'::regclass, (SELECT indexrelid FROM pg_index WHERE indrelid = :indexed));
-- And all goes back with a savepoint, and can be done again.
SAVEPOINT s;
SELECT status FROM mesh.run('own.toasted1 own.indexed1 own.tested1');
ROLLBACK TO s;
SELECT status FROM mesh.run('own.toasted1 own.indexed1 own.tested1');
COMMIT;
SELECT length(note) FROM own.toasted1;

DROP EXTENSION mesh CASCADE;
DROP SCHEMA own, own_raw CASCADE;
