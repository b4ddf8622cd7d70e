-- A materialized view beside tables whose rows are changed in place goes row by row too: with its indexes, every row as often as it shall be.
\set VERBOSITY terse
SET client_min_messages = error;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE SCHEMA stored_raw;
CREATE TABLE stored_raw.d (a int, j json, p point, f float8, t text);
CREATE FUNCTION stored_raw.long(g int) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(md5(i || ' ' || g), '') FROM generate_series(1, 300) i $$;
-- Rows that are there twice, nulls, values without an equality, and such that are stored out of line.
INSERT INTO stored_raw.d VALUES (1, '{}', '(1,1)', 0.1, 'x'), (1, '{}', '(1,1)', 0.1, 'x'), (2, NULL, NULL, 'nan', NULL), (3, '[1]', NULL, 1e300, 'y'), (NULL, NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL);
INSERT INTO stored_raw.d SELECT g, NULL, NULL, '-0', stored_raw.long(g) FROM generate_series(11, 13) g;
SELECT mesh.create_domain('stored', schema => 'stored');
SELECT mesh.create_model('stored.log', 'select a from stored_raw.d', materialized => 'incremental');
SELECT mesh.create_model('stored.d', 'select a, j, p, f, t from stored_raw.d', materialized => 'materialized_view', indexes => '["a"]');
SELECT mesh.create_model('stored.u', 'select a, count(*) as n, max(t) as t from d group by a', materialized => 'materialized_view', indexes => '[{"columns": ["a"], "unique": true}]');
SELECT node, status, reason FROM mesh.run('stored');
CREATE INDEX theirs ON stored.d (lower(left(t, 9))) WHERE a > 2;
CREATE VIEW stored.storage AS SELECT relname, relispopulated, relhasindex, relfilenode FROM pg_class WHERE relnamespace = 'stored'::regnamespace AND relkind = 'm';
CREATE TABLE stored_raw.before AS TABLE stored.storage;
CREATE VIEW stored.wrong AS
    (SELECT a::text, j::text, p::text, f::text, t FROM stored.d EXCEPT ALL SELECT a::text, j::text, p::text, f::text, t FROM stored_raw.d)
    UNION ALL (SELECT a::text, j::text, p::text, f::text, t FROM stored_raw.d EXCEPT ALL SELECT a::text, j::text, p::text, f::text, t FROM stored.d);

-- Nothing differs, and then much does. The storage is what it was.
BEGIN;
SELECT node, status, reason FROM mesh.run('stored');
COMMIT;
INSERT INTO stored_raw.d VALUES (1, '{}', '(1,1)', 0.1, 'x'), (NULL, NULL, NULL, NULL, NULL), (3, '[ 1]', NULL, 1e300, 'y');
DELETE FROM stored_raw.d WHERE a = 2 OR a = 11;
UPDATE stored_raw.d SET t = t || '!' WHERE a = 12;
UPDATE stored_raw.d SET f = 0 WHERE a = 13;
INSERT INTO stored_raw.d VALUES (14, NULL, NULL, 4, stored_raw.long(14));
BEGIN;
SELECT node, status, reason FROM mesh.run('stored');
SELECT count(*) AS wrong FROM stored.wrong;
COMMIT;
SELECT count(*) AS wrong FROM stored.wrong;
SELECT a, n, length(t) FROM stored.u ORDER BY a;
SELECT relname, relispopulated, relhasindex FROM stored.storage ORDER BY 1;
SELECT count(*) AS exchanged FROM (TABLE stored.storage EXCEPT TABLE stored_raw.before) s;

-- The indexes know the new rows and the values out of line, and still hold what they promise.
SET enable_seqscan = off;
SELECT a, n, length(t) FROM stored.u WHERE a = 14;
SELECT a, length(t) FROM stored.d WHERE a BETWEEN 11 AND 14 ORDER BY a;
SELECT a FROM stored.d WHERE lower(left(t, 9)) = lower(left(stored_raw.long(14), 9)) AND a > 2;
RESET enable_seqscan;
REFRESH MATERIALIZED VIEW CONCURRENTLY stored.u;
SELECT count(*) FROM stored.u;

-- Undone with the savepoint; what is unchanged is left alone after it was written in this way as after any other.
BEGIN;
SAVEPOINT s;
DELETE FROM stored_raw.d WHERE a = 14;
SELECT node, status, reason FROM mesh.run('stored.d');
SELECT node, status, reason FROM mesh.run('stored');
SELECT count(*) AS wrong FROM stored.wrong;
ROLLBACK TO s;
SELECT count(*) AS wrong FROM stored.wrong;
COMMIT;
SET mesh.skip_unchanged = on;
BEGIN;
SELECT node, status FROM mesh.run('stored', force => true);
COMMIT;
SELECT node, status FROM mesh.run('stored.d stored.u');
SELECT node, action, change FROM mesh.plan('stored');
SET mesh.skip_unchanged = off;

-- A unique index that somebody made: rows that break it are found before anything is published.
CREATE UNIQUE INDEX single ON stored.d (a) WHERE a > 10;
INSERT INTO stored_raw.d VALUES (14, NULL, NULL, 5, NULL);
BEGIN;
SELECT node, status, reason, message FROM mesh.run('stored.log stored.d');
COMMIT;
DELETE FROM stored_raw.d WHERE f = 5;
SELECT count(*) AS wrong FROM stored.wrong;
DROP INDEX stored.single;

-- One that holds no data cannot be read, and is exchanged.
REFRESH MATERIALIZED VIEW stored.u WITH NO DATA;
BEGIN;
SELECT node, status, reason FROM mesh.run('stored');
COMMIT;
SELECT count(*) FROM stored.u;

-- An owner who is no superuser, whose index calls a function of his.
CREATE ROLE regress_stored;
GRANT USAGE ON SCHEMA stored_raw TO regress_stored;
GRANT SELECT ON stored_raw.d TO regress_stored;
SELECT mesh.create_domain('owned', owner => 'regress_stored', schema => 'owned');
CREATE FUNCTION owned.who(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN current_user || ' ' || t; END $$;
SELECT mesh.create_model('owned.log', 'select a from stored_raw.d', materialized => 'incremental');
SELECT mesh.create_model('owned.m', 'select a, t from stored_raw.d', materialized => 'materialized_view');
SELECT node, status FROM mesh.run('owned');
CREATE INDEX ON owned.m (owned.who(left(t, 5)));
INSERT INTO stored_raw.d VALUES (16, NULL, NULL, NULL, 'owner');
BEGIN;
SELECT node, status, reason FROM mesh.run('owned');
COMMIT;
SET enable_seqscan = off;
SET ROLE regress_stored;
SELECT a FROM owned.m WHERE owned.who(left(t, 5)) = 'regress_stored owner';
RESET ROLE;
RESET enable_seqscan;

-- on_configuration_change: what to do about an index that is new.
SET client_min_messages = warning;
SELECT mesh.create_model('stored.told', 'select a, f from stored_raw.d', materialized => 'materialized_view', indexes => '["a"]');
SELECT status FROM mesh.run('stored.told');
SELECT mesh.create_model('stored.told', 'select a, f from stored_raw.d', materialized => 'materialized_view', indexes => '["a", "f"]', config => '{"on_configuration_change": "continue"}', replace => true);
SELECT status FROM mesh.run('stored.told');
SELECT indexdef FROM pg_indexes WHERE tablename = 'told' ORDER BY 1;
SELECT mesh.create_model('stored.told', 'select a, f from stored_raw.d', materialized => 'materialized_view', indexes => '["a", "f"]', config => '{"on_configuration_change": "fail"}', replace => true);
SELECT status, message FROM mesh.run('stored.told');
SELECT status, message FROM mesh.run('stored.told', full_refresh => true);
SELECT indexdef FROM pg_indexes WHERE tablename = 'told' ORDER BY 1;
SELECT mesh.create_model('stored.told', 'select a, f from stored_raw.d', materialized => 'materialized_view', config => '{"on_configuration_change": "ignore"}', replace => true);

SELECT count(*) AS left_over FROM pg_class WHERE relname ~ '^(mesh_(stage|delta)|pg_temp_)' AND relkind <> 't';
DROP EXTENSION mesh CASCADE;
DROP SCHEMA stored, owned, stored_raw CASCADE;
DROP ROLE regress_stored;
