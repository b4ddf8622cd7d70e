-- What a table is after its storage was exchanged, and that the constraints which somebody put on it hold before.
\set VERBOSITY terse
SET client_min_messages = error;
CREATE EXTENSION mesh;
SET mesh.skip_unchanged = off;
CREATE SCHEMA raw;
CREATE TABLE raw.notes (id int, body text);
INSERT INTO raw.notes VALUES (1, 'one'), (2, 'two');
SELECT mesh.create_domain('shop');
SELECT mesh.create_model('shop.notes', 'select id, body from raw.notes', materialized => 'table', indexes => '[{"columns": ["id"], "unique": true}]');
SELECT node, kind, status, rows FROM mesh.run('shop');
SELECT 'shop.notes'::regclass::oid AS before \gset

ALTER TABLE shop.notes ADD PRIMARY KEY (id), ALTER body SET NOT NULL, ADD CHECK (body <> 'bad');
INSERT INTO raw.notes SELECT 3, string_agg(md5(i::text), '') FROM generate_series(1, 2000) i;
SELECT node, kind, status, rows, reason FROM mesh.run('shop');
SELECT 'shop.notes'::regclass::oid = :before AS same_table;
SELECT id, length(body) FROM shop.notes ORDER BY id;

-- Its TOAST table is the table's own: named after it, hanging on it, and no rewrite's temporary one (decoding would skip it).
SELECT t.relname = 'pg_toast_' || c.oid AS named, i.relname = 'pg_toast_' || c.oid || '_index' AS index_named, t.relrewrite,
    (SELECT count(*) FROM pg_depend d WHERE d.objid = t.oid AND d.refobjid = c.oid AND d.deptype = 'i') AS owned
FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.oid = 'shop.notes'::regclass;
SELECT count(*) AS left_over FROM pg_class WHERE relname LIKE 'pg_temp%' OR relname LIKE 'mesh_stage%' OR relrewrite <> 0;
SELECT conname, contype, convalidated FROM pg_constraint WHERE conrelid = 'shop.notes'::regclass AND contype IN ('p', 'c') ORDER BY conname;
SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = 'shop.notes'::regclass AND attnum > 0 ORDER BY attnum;

-- Rows that break a constraint end the publish; the table keeps what it had.
INSERT INTO raw.notes VALUES (4, NULL);
SELECT node, kind, status, message FROM mesh.run('shop');
UPDATE raw.notes SET body = 'bad' WHERE id = 4;
SELECT node, kind, status, message FROM mesh.run('shop');
UPDATE raw.notes SET id = 3, body = 'good' WHERE id = 4;
SELECT node, kind, status, message FROM mesh.run('shop');
SELECT count(*) FROM shop.notes;
UPDATE raw.notes SET id = 4 WHERE body = 'good';
SELECT node, kind, status, rows FROM mesh.run('shop');
INSERT INTO shop.notes VALUES (4, 'again');
SET enable_seqscan = off;
SELECT id, length(body) FROM shop.notes WHERE id = 3;
RESET enable_seqscan;

-- A value that ADD COLUMN noted for rows written before it says nothing about the rows of the new storage.
ALTER TABLE shop.notes ADD kind text DEFAULT 'old';
SELECT mesh.create_model('shop.notes', 'select id, body, null::text as kind from raw.notes', materialized => 'table',
    indexes => '[{"columns": ["id"], "unique": true}]', replace => true);
SELECT node, kind, status, rows FROM mesh.run('shop');
SELECT id, kind FROM shop.notes ORDER BY id;
SELECT attname, atthasmissing FROM pg_attribute WHERE attrelid = 'shop.notes'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;

-- In a transaction that also has subtransactions, before and after.
BEGIN;
SAVEPOINT a;
INSERT INTO raw.notes VALUES (5, 'five');
SELECT node, kind, status, rows FROM mesh.run('shop');
ROLLBACK TO a;
SELECT count(*) FROM shop.notes;
SELECT node, kind, status, rows FROM mesh.run('shop');
SAVEPOINT b;
INSERT INTO raw.notes VALUES (6, 'six');
SELECT node, kind, status, rows FROM mesh.run('shop');
RELEASE b;
SELECT node, kind, status, rows FROM mesh.run('shop');
COMMIT;
SELECT id, length(body) FROM shop.notes ORDER BY id;

-- A materialized view, new and again.
SELECT mesh.create_model('shop.longest', 'select max(length(body)) as longest from {{ ref(''notes'') }}', materialized => 'materialized_view',
    indexes => '[{"columns": ["longest"]}]');
SELECT node, kind, status, rows FROM mesh.run('shop.longest');
SELECT node, kind, status, rows FROM mesh.run('shop');
SELECT relispopulated, relhasindex FROM pg_class WHERE oid = 'shop.longest'::regclass;
REFRESH MATERIALIZED VIEW shop.longest;
VACUUM FULL shop.notes;
SELECT longest FROM shop.longest;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, raw CASCADE;
