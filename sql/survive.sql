-- What hangs on a table survives its rebuild, and so does the table's identity. What cannot be kept is refused by name.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE ROLE regress_survive_owner;
CREATE ROLE regress_survive_bi;
CREATE ROLE regress_survive_clerk;
CREATE SCHEMA survive_raw;
CREATE TABLE survive_raw.orders (id int, customer int, amount numeric, note text);
INSERT INTO survive_raw.orders SELECT i, i % 3, i * 10, repeat('long ', 2000) || i FROM generate_series(1, 6) i;
GRANT USAGE ON SCHEMA survive_raw TO regress_survive_owner;
GRANT SELECT ON survive_raw.orders TO regress_survive_owner;
SELECT mesh.create_domain('live', owner => 'regress_survive_owner', schema => 'live');
SELECT mesh.create_model('live.t', 'select id, customer, amount, note from survive_raw.orders', materialized => 'table', description => 'Orders');
SELECT node, status, rows, reason, message FROM mesh.run('live');

-- Everything that can hang on a table.
SET SESSION AUTHORIZATION regress_survive_owner;
GRANT USAGE ON SCHEMA live TO regress_survive_bi, regress_survive_clerk;
GRANT SELECT ON live.t TO regress_survive_bi WITH GRANT OPTION;
GRANT SELECT (id, customer), UPDATE (amount) ON live.t TO regress_survive_clerk;
COMMENT ON COLUMN live.t.amount IS 'In euro';
ALTER TABLE live.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY some_rows ON live.t TO regress_survive_bi USING (customer = 1);
CREATE STATISTICS live.t_stats ON customer, amount FROM live.t;
ALTER TABLE live.t ALTER COLUMN amount SET STATISTICS 500, ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER TABLE live.t SET (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = off);
CREATE FUNCTION live.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'trigger % %', TG_OP, TG_LEVEL; RETURN NULL; END $$;
CREATE TRIGGER tells AFTER UPDATE ON live.t FOR EACH STATEMENT EXECUTE FUNCTION live.tell();
ALTER TABLE live.t ADD CONSTRAINT positive CHECK (amount > 0), ALTER COLUMN id SET NOT NULL, ADD CONSTRAINT t_key PRIMARY KEY (id);
ALTER TABLE live.t ADD CONSTRAINT t_once UNIQUE (amount, customer) DEFERRABLE INITIALLY DEFERRED, REPLICA IDENTITY USING INDEX t_key;
CREATE INDEX t_note ON live.t (lower(left(note, 20)) COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (customer) WHERE customer > 0;
ALTER TABLE live.t CLUSTER ON t_key;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_survive_bi;
CREATE TEMP VIEW mine AS SELECT id, customer FROM live.t;
RESET SESSION AUTHORIZATION;
CREATE VIEW survive_raw.report AS SELECT customer, sum(amount) AS total FROM live.t GROUP BY customer;
CREATE MATERIALIZED VIEW survive_raw.report_stored AS SELECT count(*) FROM live.t;
CREATE FUNCTION survive_raw.whole(live.t) RETURNS int LANGUAGE sql RETURN $1.id;

-- All that the catalogs say about it, with the toast table's and the indexes' names.
CREATE FUNCTION survive_raw.portrait(relation regclass) RETURNS TABLE (what text, says text) LANGUAGE sql AS $$
    SELECT 'oid', relation::oid::text
    UNION ALL SELECT 'class', row(relname, relowner::regrole, relacl, reloptions, relrowsecurity, relforcerowsecurity, relpersistence, relreplident, relhasindex, relchecks)::text FROM pg_class WHERE oid = relation
    UNION ALL SELECT 'toast', row(t.relname, t.reloptions, t.relnamespace::regnamespace, i.relname)::text FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid WHERE c.oid = relation
    UNION ALL SELECT 'column ' || attnum, row(attname, atttypid::regtype, attnotnull, attstattarget, attstorage, attacl, attoptions, attidentity, attgenerated, attisdropped)::text FROM pg_attribute WHERE attrelid = relation AND attnum > 0
    UNION ALL SELECT 'comment ' || objsubid, description FROM pg_description WHERE objoid = relation AND classoid = 'pg_class'::regclass
    UNION ALL SELECT 'constraint ' || conname, format('%s %s %s', pg_get_constraintdef(oid), oid, conindid) FROM pg_constraint WHERE conrelid = relation
    UNION ALL SELECT 'index ' || indexrelid, row(pg_get_indexdef(indexrelid), indisclustered, indisreplident, indisvalid, indisprimary)::text FROM pg_index WHERE indrelid = relation
    UNION ALL SELECT 'trigger ' || tgname, format('%s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE tgrelid = relation AND NOT tgisinternal
    UNION ALL SELECT 'policy ' || polname, row(polcmd, polroles::regrole[], pg_get_expr(polqual, polrelid))::text FROM pg_policy WHERE polrelid = relation
    UNION ALL SELECT 'statistics ' || stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxrelid = relation
    UNION ALL SELECT 'publication', pubid::text FROM (SELECT prpubid AS pubid FROM pg_publication_rel WHERE prrelid = relation) p
    UNION ALL SELECT 'rule ' || rulename, pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = relation
    UNION ALL SELECT 'inherits', inhparent::regclass::text FROM pg_inherits WHERE inhrelid = relation
    UNION ALL SELECT 'row type', reltype::text FROM pg_class WHERE oid = relation
$$;
CREATE TEMP TABLE before AS SELECT * FROM survive_raw.portrait('live.t');
CREATE FUNCTION pg_temp.changed(relation regclass) RETURNS TABLE (what text, before text, after text) LANGUAGE sql AS $$
    SELECT coalesce(b.what, a.what), b.says, a.says FROM before b FULL JOIN survive_raw.portrait(relation) a ON a.what = b.what WHERE a.says IS DISTINCT FROM b.says ORDER BY 1 $$;
SELECT pg_relation_filenode('live.t') AS storage \gset
UPDATE survive_raw.orders SET amount = amount + 1;
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT pg_relation_filenode('live.t') <> :storage AS storage_exchanged;
SELECT * FROM pg_temp.changed('live.t');
SELECT id, customer, amount, length(note) FROM live.t ORDER BY id;
SELECT * FROM survive_raw.report ORDER BY 1;
SELECT sum(survive_raw.whole(t)) FROM live.t t;
SET SESSION AUTHORIZATION regress_survive_bi;
SELECT count(*) FROM live.t;
SELECT count(*) FROM mine;
SET SESSION AUTHORIZATION regress_survive_clerk;
SELECT sum(customer) FROM live.t;
SELECT sum(amount) FROM live.t;
RESET SESSION AUTHORIZATION;
UPDATE live.t SET amount = amount WHERE id = 1;
ANALYZE live.t;
VACUUM FULL live.t;
REINDEX TABLE live.t;
CLUSTER live.t;
SELECT * FROM pg_temp.changed('live.t');
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM live.t WHERE id = 3;
SELECT amount FROM live.t WHERE id = 3;
SELECT id FROM live.t WHERE lower(left(note, 20)) COLLATE "C" LIKE 'long long%' AND customer > 0 ORDER BY 1;
RESET enable_seqscan;
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT * FROM pg_temp.changed('live.t');

-- Constraints that somebody added are enforced before anything is published.
INSERT INTO survive_raw.orders VALUES (7, 1, -1, 'negative');
SELECT node, status, rows, reason, message FROM mesh.run('live');
UPDATE survive_raw.orders SET id = NULL, amount = 1 WHERE id = 7;
SELECT node, status, rows, reason, message FROM mesh.run('live');
UPDATE survive_raw.orders SET id = 1 WHERE id IS NULL;
SELECT node, status, rows, reason, regexp_replace(message, '\d{4,}', 'N', 'g') AS message FROM mesh.run('live');
UPDATE survive_raw.orders SET id = 8, amount = 11 WHERE note = 'negative';
SELECT node, status, rows, reason, regexp_replace(message, '\d{4,}', 'N', 'g') AS message FROM mesh.run('live');
SELECT count(*) FROM live.t;
SELECT * FROM pg_temp.changed('live.t');
DELETE FROM survive_raw.orders WHERE id = 8;

-- Its columns change, and what does not hang on them stays.
SELECT mesh.create_model('live.t', 'select id, customer, amount, note, amount * 2 as twice from survive_raw.orders', materialized => 'table', description => 'Orders, twice', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT what FROM pg_temp.changed('live.t');
SELECT sum(twice) FROM live.t;

-- A column that somebody else added stays, with its values gone: said in the reason.
DROP FUNCTION survive_raw.whole;
ALTER TABLE live.t ADD COLUMN checked_by text DEFAULT 'nobody';
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT DISTINCT checked_by FROM live.t;
ALTER TABLE live.t DROP COLUMN checked_by;

-- A publication: the rows are replaced, not the storage.
SET client_min_messages = error;
CREATE PUBLICATION survive_publication FOR TABLE live.t;
SET client_min_messages = warning;
TRUNCATE before;
INSERT INTO before SELECT * FROM survive_raw.portrait('live.t');
SELECT pg_relation_filenode('live.t') AS storage \gset
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT pg_relation_filenode('live.t') = :storage AS storage_kept;
SELECT * FROM pg_temp.changed('live.t');
DROP PUBLICATION survive_publication;

-- Row by row, with row level security forced upon the owner: refused, as it would leave rows behind.
CREATE TABLE live.child () INHERITS (live.t);
SELECT node, status, rows, reason, message FROM mesh.run('live');
ALTER TABLE live.t FORCE ROW LEVEL SECURITY;
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT count(*) FROM live.t;
ALTER TABLE live.t NO FORCE ROW LEVEL SECURITY;
-- A trigger that keeps rows from being deleted: refused as well.
CREATE FUNCTION live.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keeps BEFORE DELETE ON live.t FOR EACH ROW EXECUTE FUNCTION live.keep();
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT count(*) FROM live.t;
DROP TRIGGER keeps ON live.t;
DROP TABLE live.child;

-- Foreign keys, in and out. Where the table has triggers, deferred ones are checked with each command; those that cascade would empty what
-- reads the table: they are refused.
SELECT mesh.create_model('live.customers', 'select distinct customer as id from survive_raw.orders', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('live.customers');
ALTER TABLE live.customers ADD PRIMARY KEY (id);
ALTER TABLE live.t ADD CONSTRAINT t_customer FOREIGN KEY (customer) REFERENCES live.customers DEFERRABLE INITIALLY DEFERRED;
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT node, status, rows, reason, message FROM mesh.run('live.customers');
INSERT INTO survive_raw.orders VALUES (9, 77, 5, 'new customer');
SELECT node, status, rows, reason, message FROM mesh.run('live.t');
SELECT node, status, rows, reason, message FROM mesh.run('live');
SELECT count(*) FROM live.t JOIN live.customers c ON c.id = customer;
ALTER TABLE live.t DROP CONSTRAINT t_customer, ADD CONSTRAINT t_customer FOREIGN KEY (customer) REFERENCES live.customers ON DELETE CASCADE;
SELECT node, status, rows, reason, message FROM mesh.run('live.customers');
SELECT count(*) FROM live.t;
ALTER TABLE live.t DROP CONSTRAINT t_customer, ADD CONSTRAINT t_customer FOREIGN KEY (customer) REFERENCES live.customers;
SELECT node, status, rows, reason, message FROM mesh.run('live.customers');
SELECT node, status, rows, reason, message FROM mesh.run('live.t');
INSERT INTO survive_raw.orders VALUES (10, 78, 6, 'newer customer');
SELECT node, status, rows, reason, message FROM mesh.run('live.t');
SELECT count(*) FROM live.t;
ALTER TABLE live.t DROP CONSTRAINT t_customer;

-- Identity and generated columns that somebody added.
ALTER TABLE live.customers ADD COLUMN nr bigint GENERATED ALWAYS AS IDENTITY, ADD COLUMN square int GENERATED ALWAYS AS (id * id) STORED;
SELECT node, status, rows, reason, message FROM mesh.run('live.customers');
SELECT id, nr IS NOT NULL AS numbered, square FROM live.customers ORDER BY id;

-- An unlogged table stays one, an inheritance child stays a child.
SELECT mesh.create_model('live.u', 'select id from survive_raw.orders', materialized => 'table', config => '{"unlogged": true}', indexes => '["id"]');
SELECT node, status, rows, reason, message FROM mesh.run('live.u');
SELECT node, status, rows, reason, message FROM mesh.run('live.u');
SELECT relname ~ '^u' AS mine, relpersistence FROM pg_class WHERE oid = 'live.u'::regclass OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'live.u'::regclass);
CREATE TABLE survive_raw.parent (id int);
ALTER TABLE live.u INHERIT survive_raw.parent;
SELECT node, status, rows, reason, message FROM mesh.run('live.u');
SELECT count(*) FROM survive_raw.parent;

-- A view and a materialized view keep what they have, and are refused with its name when they would lose it.
SELECT mesh.create_model('live.v', 'select id, amount from survive_raw.orders'), mesh.create_model('live.m', 'select id, amount from survive_raw.orders', materialized => 'materialized_view');
SELECT node, status, rows, reason, message FROM mesh.run('live.v live.m');
GRANT SELECT ON live.v, live.m TO regress_survive_bi;
GRANT SELECT (id), UPDATE (amount) ON live.v TO regress_survive_clerk;
COMMENT ON COLUMN live.v.id IS 'The number';
ALTER VIEW live.v SET (security_barrier = true);
CREATE INDEX m_amount ON live.m (amount);
ALTER TABLE live.m CLUSTER ON m_amount;
TRUNCATE before;
INSERT INTO before SELECT * FROM survive_raw.portrait('live.v');
SELECT node, status, rows, reason, message FROM mesh.run('live.v');
SELECT * FROM pg_temp.changed('live.v');
TRUNCATE before;
INSERT INTO before SELECT * FROM survive_raw.portrait('live.m');
SELECT node, status, rows, reason, message FROM mesh.run('live.m');
SELECT * FROM pg_temp.changed('live.m');
SELECT mesh.create_model('live.v', 'select amount, id from survive_raw.orders', replace => true), mesh.create_model('live.m', 'select amount, id from survive_raw.orders', materialized => 'materialized_view', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('live.v live.m');
SELECT relname, regexp_replace(relacl::text, 'arwdDxtm?', 'all', 'g') AS relacl, reloptions FROM pg_class WHERE oid IN ('live.v'::regclass, 'live.m'::regclass) ORDER BY 1;
SELECT attname, attacl, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 'live.v'::regclass AND attnum > 0 ORDER BY attnum;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'live' AND tablename = 'm';
CREATE TRIGGER tells INSTEAD OF UPDATE ON live.v FOR EACH ROW EXECUTE FUNCTION live.tell();
SELECT mesh.create_model('live.v', 'select id from survive_raw.orders', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('live.v');
SELECT count(amount) FROM live.v;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA survive_raw, live CASCADE;
DROP ROLE regress_survive_owner, regress_survive_bi, regress_survive_clerk;
