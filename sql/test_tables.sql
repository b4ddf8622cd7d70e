-- Tests of what is no plain table: the verdict and the count are those of the test's query, asked by the domain's owner.
\set VERBOSITY terse
SET client_min_messages = error;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE EXTENSION mesh;
CREATE ROLE regress_tables_owner;
CREATE SCHEMA tables_raw;
GRANT USAGE ON SCHEMA tables_raw TO regress_tables_owner;
CREATE VIEW tables_raw.rows AS SELECT i AS id, i % 5 AS k, nullif(i % 11, 3) AS n, 'text ' || i % 40 AS note FROM generate_series(1, 400) i;

-- Row security that hides rows from the owner: by a comparison, by a function, by another table, or all of them; and none for him.
CREATE TABLE tables_raw.hidden (admitted int);
INSERT INTO tables_raw.hidden VALUES (1), (2);
CREATE FUNCTION tables_raw.shows(k int) RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN k <> 3; END $$;
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES ('guarded', 'k <> 3'), ('guarded_call', 'tables_raw.shows(k)'), ('guarded_read', 'k in (select admitted from tables_raw.hidden)'),
            ('guarded_all', NULL), ('guarded_none', 'true')) g(name, condition) LOOP
        EXECUTE format('create table tables_raw.%I as select id, k, n, note from tables_raw.rows; alter table tables_raw.%1$I enable row level security', one.name);
        EXECUTE format('create unique index on tables_raw.%I (id); create index on tables_raw.%1$I (n)', one.name);
        IF one.condition IS NOT NULL THEN EXECUTE format('create policy visible on tables_raw.%I using (%s)', one.name, one.condition); END IF;
    END LOOP;
END $$;

-- Partitions whose columns stand in another order, or stood there once; a table with one partition; one in two levels, and one with none.
CREATE TABLE tables_raw.parts (id int, k int, n int, note text) PARTITION BY LIST (k);
CREATE TABLE tables_raw.parts_1 PARTITION OF tables_raw.parts FOR VALUES IN (1);
CREATE TABLE tables_raw.parts_2 (note text, gone int, n int, k int, id int);
ALTER TABLE tables_raw.parts_2 DROP COLUMN gone;
ALTER TABLE tables_raw.parts ATTACH PARTITION tables_raw.parts_2 FOR VALUES IN (2);
CREATE TABLE tables_raw.parts_more PARTITION OF tables_raw.parts DEFAULT PARTITION BY HASH (id);
CREATE TABLE tables_raw.parts_more_0 PARTITION OF tables_raw.parts_more FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE tables_raw.parts_more_1 PARTITION OF tables_raw.parts_more FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON tables_raw.parts (id);
INSERT INTO tables_raw.parts SELECT id, k, n, note FROM tables_raw.rows;
CREATE TABLE tables_raw.one_part (note text, n int, k int, id int) PARTITION BY RANGE (id);
CREATE TABLE tables_raw.only_part (id int, k int, n int, note text);
ALTER TABLE tables_raw.one_part ATTACH PARTITION tables_raw.only_part DEFAULT;
CREATE UNIQUE INDEX ON tables_raw.one_part (id);
INSERT INTO tables_raw.one_part (id, k, n, note) SELECT id, k, n, note FROM tables_raw.rows;
CREATE TABLE tables_raw.no_parts (id int, k int, n int, note text) PARTITION BY LIST (k);

-- A parent: its index knows nothing of its child's rows. One that has lost its child; and the child.
CREATE TABLE tables_raw.parent (id int, k int, n int, note text);
CREATE TABLE tables_raw.child (more int) INHERITS (tables_raw.parent);
CREATE UNIQUE INDEX ON tables_raw.parent (id);
INSERT INTO tables_raw.parent SELECT id, k, n, note FROM tables_raw.rows WHERE id <= 300;
INSERT INTO tables_raw.child SELECT id, k, n, note FROM tables_raw.rows WHERE id > 290;
CREATE TABLE tables_raw.bereft (id int, k int, n int, note text);
CREATE TABLE tables_raw.lost () INHERITS (tables_raw.bereft);
DROP TABLE tables_raw.lost;
CREATE UNIQUE INDEX ON tables_raw.bereft (id);
INSERT INTO tables_raw.bereft SELECT id, k, n, note FROM tables_raw.rows;

-- Stored in another way.
CREATE UNLOGGED TABLE tables_raw.unlogged AS SELECT id, k, n, note FROM tables_raw.rows;
CREATE MATERIALIZED VIEW tables_raw.stored AS SELECT id, k, n, note FROM tables_raw.rows;
CREATE UNIQUE INDEX ON tables_raw.stored (id);

GRANT SELECT ON ALL TABLES IN SCHEMA tables_raw TO regress_tables_owner;
SELECT mesh.create_domain('tables', owner => 'regress_tables_owner', schema => 'tables');
SELECT count(mesh.create_model('tables.' || relname, format('select id, k, n, note from tables_raw.%I', relname))) FROM pg_class
    WHERE relnamespace = 'tables_raw'::regnamespace AND relkind IN ('r', 'p', 'm') AND relname <> 'hidden';

-- Each test with and without a condition that leaves one partition over, and what its query says.
CREATE TABLE tables_raw.tests (name text, kind text, col text, arguments jsonb, failing text);
INSERT INTO tables_raw.tests VALUES
    ('not_null', 'not_null', 'n', '{}', 'select * from %s where n is null'),
    ('unique', 'unique', 'id', '{}', 'select id from %s where id is not null group by id having count(*) > 1'),
    ('unique_notes', 'unique', 'note', '{}', 'select note from %s where note is not null group by note having count(*) > 1'),
    ('accepted', 'accepted_values', 'k', '{"values": [0, 1, 2], "quote": false}', 'select k from %s where k not in (0, 1, 2) group by k'),
    ('in_range', 'accepted_range', 'n', '{"min_value": 2, "max_value": 9}', 'select * from %s where not (n >= 2) or not (n <= 9)'),
    ('short', 'expression_is_true', NULL, '{"expression": "length(note) < 7"}', 'select * from %s where not (length(note) < 7)');
INSERT INTO tables_raw.tests SELECT name || '_of_2', kind, col, arguments || '{"where": "k = 2"}', replace(failing, '%s', '(select * from %s where k = 2) t') FROM tables_raw.tests;
SELECT count(mesh.create_test('tables.' || m.name, t.kind, t.col, t.arguments - 'where', name => t.name || '__' || m.name, severity => 'warn', "where" => t.arguments ->> 'where'))
    FROM mesh.models m, tables_raw.tests t WHERE m.domain = 'tables';

CREATE TABLE tables_raw.expected (node text, failures bigint);
GRANT INSERT ON tables_raw.expected TO regress_tables_owner;
GRANT SELECT ON tables_raw.tests TO regress_tables_owner;
CREATE FUNCTION tables_raw.ask(models text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
    FOR one IN SELECT t.name || '__' || m AS name, format(t.failing, 'tables.' || m) AS failing FROM tables_raw.tests t, unnest(models) m LOOP
        EXECUTE format('insert into tables_raw.expected select %L, count(*) from (%s) f', 'tables.' || one.name, one.failing);
    END LOOP;
END $$;
CREATE TABLE tables_raw.told (way text, node text, status text, failures bigint, reason text);

CREATE VIEW tables_raw.differences AS
    SELECT way, node, status, t.failures, e.failures AS expected FROM tables_raw.told t FULL JOIN tables_raw.expected e USING (node)
    WHERE t.failures IS DISTINCT FROM e.failures OR t.status IS DISTINCT FROM CASE WHEN e.failures = 0 THEN 'pass' ELSE 'warn' END;
-- On what is published: all tests of a model, and one by one.
CREATE PROCEDURE tables_raw.tell(models text[]) LANGUAGE sql AS $$
    INSERT INTO tables_raw.told SELECT 'test', node, status, failures, reason FROM unnest(models) m, mesh.test('tables.' || m, force => true);
    INSERT INTO tables_raw.told SELECT 'alone', r.node, r.status, r.failures, r.reason FROM unnest(models) m, tables_raw.tests t, mesh.test(format('test:%s__%s', t.name, m), force => true) r;
$$;
CREATE VIEW tables_raw.ways AS
    SELECT split_part(node, '__', 2) COLLATE "C" AS relation, coalesce(substring(reason FROM 'index'), 'its rows') AS asked, count(*) AS tests
    FROM tables_raw.told WHERE way = 'alone' OR reason ~ 'index' GROUP BY 1, 2 ORDER BY 1, 2;

SELECT status, count(*) FROM mesh.run('tables') WHERE kind = 'model' GROUP BY 1;
INSERT INTO tables_raw.told SELECT 'run', node, status, failures, reason FROM mesh.steps WHERE kind = 'test' AND run_id = (SELECT max(run_id) FROM mesh.runs);
SELECT array_agg(name) AS models FROM mesh.models WHERE domain = 'tables' \gset
CALL tables_raw.tell(:'models');
SET ROLE regress_tables_owner;
SELECT tables_raw.ask(:'models');
RESET ROLE;
SELECT way, count(*), count(*) FILTER (WHERE failures > 0) AS fail FROM tables_raw.told GROUP BY 1 ORDER BY 1;
SELECT * FROM tables_raw.differences;

-- Tables of the mesh that somebody gave row security, which holds for their owner too, children, or a place among partitions. An index of
-- their own says nothing of what others have in theirs, and of rows that are not to be seen nothing but the good.
TRUNCATE tables_raw.told, tables_raw.expected;
SELECT mesh.drop_model('tables.' || m) FROM unnest(:'models'::text[]) m;
SELECT mesh.create_model('tables.' || m, 'select id, k, n, note from tables_raw.rows order by id desc', materialized => 'table', indexes => '["id", "note"]') FROM unnest('{forced,forced_ids,mother,part,plain}'::text[]) m;
SELECT count(mesh.create_test('tables.' || m.name, t.kind, t.col, t.arguments - 'where', name => t.name || '__' || m.name, severity => 'warn', "where" => t.arguments ->> 'where'))
    FROM mesh.models m, tables_raw.tests t WHERE m.domain = 'tables';
SELECT count(*) FROM mesh.run('tables');
ALTER TABLE tables.forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY visible ON tables.forced USING (k <> 3);
INSERT INTO tables.forced_ids SELECT id, 3, n, note FROM tables.forced_ids;
ALTER TABLE tables.forced_ids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY visible ON tables.forced_ids USING (k <> 3);
CREATE TABLE tables.daughter () INHERITS (tables.mother);
INSERT INTO tables.daughter SELECT * FROM tables_raw.rows WHERE id > 300;
CREATE TABLE tables.whole (id int, k int, n int, note text) PARTITION BY RANGE (id);
ALTER TABLE tables.whole ATTACH PARTITION tables.part FOR VALUES FROM (0) TO (1000);
ALTER TABLE tables.daughter OWNER TO regress_tables_owner;
SELECT array_agg(name) AS models FROM mesh.models WHERE domain = 'tables' \gset
CALL tables_raw.tell(:'models');
SET ROLE regress_tables_owner;
SELECT tables_raw.ask(:'models');
RESET ROLE;
SELECT * FROM tables_raw.differences;
SELECT * FROM tables_raw.ways;
SELECT node, failures FROM tables_raw.expected WHERE node ~ '\.unique__' ORDER BY node COLLATE "C";

-- The mesh goes on with them: those that are part of a tree row by row, each row where it was.
INSERT INTO tables_raw.hidden VALUES (4);
CREATE OR REPLACE VIEW tables_raw.rows AS SELECT i AS id, i % 5 AS k, nullif(i % 11, 3) AS n, 'text ' || i % 40 AS note FROM generate_series(11, 410) i;
SELECT node, status, reason, message FROM mesh.run('tables') WHERE kind = 'model';
SELECT (SELECT count(*) FROM ONLY tables.mother) AS mother, (SELECT count(*) FROM tables.daughter) AS daughter, (SELECT min(id) FROM tables.whole) AS first_of_whole;
-- A row that no partition takes: said, and nothing of it is published.
CREATE OR REPLACE VIEW tables_raw.rows AS SELECT i AS id, i % 5 AS k, nullif(i % 11, 3) AS n, 'text ' || i % 40 AS note FROM generate_series(999, 1001) i;
SELECT node, status, reason, message FROM mesh.run('tables.part') WHERE kind = 'model';
SELECT count(*) FROM tables.whole;

-- A foreign table, where there is a wrapper for files.
TRUNCATE tables_raw.told, tables_raw.expected;
SELECT count(*) = 1 AS has_files FROM pg_available_extensions WHERE name = 'file_fdw' \gset
\if :has_files
CREATE EXTENSION file_fdw;
CREATE SERVER tables_files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE tables_raw.far (id int) SERVER tables_files OPTIONS (program 'seq 400; seq 390 400');
GRANT SELECT ON tables_raw.far TO regress_tables_owner;
DO $$
BEGIN
    PERFORM mesh.create_model('tables.far', 'select id, id % 5 as k, nullif(id % 11, 3) as n, ''text '' || id % 40 as note from tables_raw.far');
    PERFORM mesh.create_model('tables.near', 'select * from far', materialized => 'table', indexes => '["id"]');
    PERFORM mesh.create_test('tables.' || m, t.kind, t.col, t.arguments - 'where', name => t.name || '__' || m, severity => 'warn', "where" => t.arguments ->> 'where')
        FROM unnest('{far,near}'::text[]) m, tables_raw.tests t;
    PERFORM count(*) FROM mesh.run('tables.far tables.near');
    INSERT INTO tables_raw.told SELECT 'run', node, status, failures, reason FROM mesh.steps WHERE kind = 'test' AND run_id = (SELECT max(run_id) FROM mesh.runs);
    CALL tables_raw.tell('{far,near}');
    IF (SELECT count(*) FROM tables_raw.told) <> 3 * 24 THEN RAISE 'not all were asked'; END IF;
    SET LOCAL ROLE regress_tables_owner;
    PERFORM tables_raw.ask('{far,near}');
END $$;
SET client_min_messages = error;
\endif
SELECT * FROM tables_raw.differences;

DROP EXTENSION IF EXISTS file_fdw CASCADE;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA tables, tables_raw CASCADE;
DROP ROLE regress_tables_owner;
