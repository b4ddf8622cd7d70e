-- What did not change is not built, not tested again, and never taken for unchanged when it is not.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET timezone = 'UTC';
CREATE ROLE regress_same_owner;
CREATE SCHEMA same_raw;
GRANT USAGE ON SCHEMA same_raw TO regress_same_owner;
CREATE TABLE same_raw.orders (id int, customer int, amount numeric, note text, at timestamptz);
INSERT INTO same_raw.orders SELECT i, i % 3, i, 'note ' || i, '2024-01-01'::timestamptz + i * interval '1 hour' FROM generate_series(1, 100) i;
CREATE TABLE same_raw.rates (customer int, rate numeric);
INSERT INTO same_raw.rates VALUES (0, 1), (1, 2), (2, 3);
GRANT SELECT ON ALL TABLES IN SCHEMA same_raw TO regress_same_owner;
SELECT mesh.create_domain('same', owner => 'regress_same_owner');
SELECT mesh.create_source('same', 'raw', '{orders,rates}', schema => 'same_raw');
CREATE FUNCTION pg_temp.run(selector text, force boolean DEFAULT false, OUT node text, OUT status text, OUT rows bigint, OUT reason text, OUT message text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT node, status, rows, regexp_replace(regexp_replace(reason, 'run \d+ built it at .*', 'run N built it'), 'result of run \d+, .* old', 'result of run N, so old'), message FROM mesh.run(selector, force => force) ORDER BY node COLLATE "C"
$$;
CREATE FUNCTION pg_temp.plan(selector text, OUT node text, OUT action text, OUT change text, OUT reason text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT node, action, change, regexp_replace(reason, 'run \d+ built it at .*', 'run N built it') FROM mesh.plan(selector) WHERE kind = 'model' ORDER BY node COLLATE "C"
$$;

SELECT mesh.create_model('same.orders', 'select id, customer, amount, note from same_raw.orders', materialized => 'table', indexes => '["id"]');
SELECT mesh.create_model('same.recent', 'select id, customer, amount from orders where id > 10');
SELECT mesh.create_model('same.rich', 'select customer, amount from recent where amount > 50', materialized => 'ephemeral');
SELECT mesh.create_model('same.totals', 'select r.customer, sum(r.amount * x.rate) as total from rich r join same_raw.rates x using (customer) group by 1', materialized => 'table');
SELECT mesh.create_model('same.stored', 'select count(*) as n from orders', materialized => 'materialized_view');
SELECT mesh.create_test('same.totals', 'not_null', 'customer');
SELECT mesh.create_test('same.totals', 'unique', 'customer');
SELECT * FROM pg_temp.plan('same');
SELECT * FROM pg_temp.run('same');

-- Nothing changed.
SELECT * FROM pg_temp.plan('same');
SELECT * FROM pg_temp.run('same');
SELECT status, count(*) FROM mesh.steps WHERE run_id = (SELECT max(run_id) FROM mesh.runs) GROUP BY 1 ORDER BY 1;
SELECT reason ~ '^unchanged since run \d+ built it at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$' AS tells FROM mesh.steps WHERE node = 'same.orders' ORDER BY run_id DESC LIMIT 1;
SELECT status, steps, failures FROM mesh.runs ORDER BY run_id DESC LIMIT 1;

-- A source changes: what reads it follows, and nothing else.
UPDATE same_raw.rates SET rate = 10 WHERE customer = 2;
SELECT * FROM pg_temp.plan('same');
SELECT * FROM pg_temp.run('same');
SELECT * FROM same.totals ORDER BY 1;
DELETE FROM same_raw.orders WHERE id = 100;
SELECT * FROM pg_temp.run('same');
SELECT * FROM pg_temp.run('same');
TRUNCATE same_raw.rates;
SELECT node, status, reason FROM pg_temp.run('same');
INSERT INTO same_raw.rates VALUES (0, 1), (1, 2), (2, 3);
SELECT node, status, reason FROM pg_temp.run('same') WHERE node = 'same.totals';

-- Rows that go and come in one transaction, as many as before.
BEGIN;
DELETE FROM same_raw.rates WHERE customer = 1;
INSERT INTO same_raw.rates VALUES (1, 7);
COMMIT;
SELECT node, status, reason FROM pg_temp.run('same.totals');
-- What was rolled back is no change, nor is what VACUUM, ANALYZE, an index, a lock on rows or statistics do.
BEGIN;
DELETE FROM same_raw.rates;
INSERT INTO same_raw.rates VALUES (1, 8);
ROLLBACK;
SELECT node, status, reason FROM pg_temp.run('same.totals');
VACUUM (FREEZE, ANALYZE) same_raw.rates, same_raw.orders, same.orders, same.totals;
CREATE INDEX ON same_raw.rates (customer);
CREATE STATISTICS same_raw.rates_statistics ON customer, rate FROM same_raw.rates;
SELECT count(*) FROM (SELECT FROM same_raw.rates FOR UPDATE) l;
SELECT node, status, reason FROM pg_temp.run('same');
SELECT pg_stat_reset();
SELECT node, status, reason FROM pg_temp.run('same.totals') WHERE node = 'same.totals';
-- A savepoint that is kept, within a transaction that runs too.
BEGIN;
SAVEPOINT s;
INSERT INTO same_raw.rates VALUES (0, 4);
RELEASE s;
SELECT node, status, reason FROM pg_temp.run('same.totals') WHERE node = 'same.totals';
SELECT node, status, reason FROM pg_temp.run('same.totals') WHERE node = 'same.totals';
ROLLBACK;
SELECT node, status, reason FROM pg_temp.run('same.totals') WHERE node = 'same.totals';

-- Somebody changes what the mesh built.
DELETE FROM same.totals WHERE customer = 1;
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
UPDATE same.orders SET note = 'mine' WHERE id = 50;
SELECT node, status, reason FROM pg_temp.plan('same'), LATERAL (SELECT action AS status) s WHERE change <> 'unchanged';
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT count(*) FROM same.orders WHERE note = 'mine';
DROP INDEX same.orders_id_idx;
SELECT node, status, reason FROM pg_temp.run('same.orders');
SELECT count(*) FROM pg_indexes WHERE schemaname = 'same' AND tablename = 'orders';
ALTER TABLE same.orders ADD COLUMN extra int DEFAULT 3;
SELECT node, status, reason FROM pg_temp.run('same.orders same.stored');
SELECT node, status, reason FROM pg_temp.run('same.orders same.stored');
ALTER TABLE same.orders DROP COLUMN extra;
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
REFRESH MATERIALIZED VIEW same.stored;
SELECT node, status, reason FROM pg_temp.run('same.stored');
CREATE OR REPLACE VIEW same.recent AS SELECT id, customer, amount FROM same.orders WHERE id > 98;
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT count(*) FROM same.recent;
DROP MATERIALIZED VIEW same.stored;
SELECT node, status, reason FROM pg_temp.run('same.stored');
-- Rows of an upstream that is not run.
DELETE FROM same.orders WHERE id = 60;
SELECT node, status, reason FROM pg_temp.run('same.totals') WHERE node = 'same.totals';
SELECT node, status, reason FROM pg_temp.run('same.totals') WHERE node = 'same.totals';
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';

-- Comments, white space and other ways to write the same.
SELECT mesh.create_model('same.orders', $$SELECT id, /* the customer */ customer,
    amount, note FROM same_raw.orders -- all of them$$, materialized => 'table', indexes => '["id"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
-- Remarks.
SELECT mesh.create_model('same.orders', 'select id, customer, amount, note from same_raw.orders', materialized => 'table', indexes => '["id"]', tags => '{daily}', config => '{"meta": {"by": "me"}}', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
-- Settings, and a column that nobody else reads.
SELECT mesh.create_model('same.orders', 'select id, customer, amount, note from same_raw.orders', materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT mesh.create_model('same.orders', $$select id, customer, amount, note || '!' as note from same_raw.orders$$, materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, change, reason FROM pg_temp.plan('same') WHERE change <> 'unchanged';
SELECT node, status, reason FROM pg_temp.run('same');
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT mesh.create_model('same.orders', $$select id, customer, amount, note || '!' as note, 1 as one from same_raw.orders$$, materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
-- One that they read; rows that they read.
-- As dbt's models are written: a column of a common table expression that nobody reads does not count.
SELECT mesh.create_model('same.orders', $$with o as (select * from same_raw.orders), named as (select id, customer, amount, note || '!' as note, 1 as one from o) select * from named$$, materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT mesh.create_model('same.orders', $$with o as (select * from same_raw.orders), named as (select id, customer, amount, note || '!' as note, 2 as one from o) select * from named$$, materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT mesh.create_model('same.orders', $$select id, customer, amount + 1 as amount, note from same_raw.orders$$, materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT mesh.create_model('same.orders', $$select id, customer, amount + 1 as amount, note from same_raw.orders where id <> 70$$, materialized => 'table', indexes => '["id", "customer"]', replace => true);
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
-- Which rows come first is the server's choice: two queries may choose differently.
SELECT mesh.create_model('same.few', 'select id, customer, amount from same_raw.orders limit 5', materialized => 'table');
SELECT mesh.create_model('same.of_few', 'select customer from few', materialized => 'table');
SELECT node, status, reason FROM pg_temp.run('few of_few');
SELECT mesh.create_model('same.few', 'select id, customer, amount + 1 as amount from same_raw.orders limit 5', materialized => 'table', replace => true);
SELECT node, status, reason FROM pg_temp.run('few of_few');
SELECT mesh.drop_model('same.of_few'), mesh.drop_model('same.few');

-- A source's columns: those that nobody reads, and one that goes and comes again.
ALTER TABLE same_raw.orders ADD COLUMN more int DEFAULT 5;
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
ALTER TABLE same_raw.orders DROP COLUMN amount CASCADE;
ALTER TABLE same_raw.orders ADD COLUMN amount numeric DEFAULT 60;
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT node, status, reason FROM pg_temp.run('same') WHERE status <> 'unchanged';
SELECT mesh.create_model('same.all_of_it', 'select * from same_raw.rates', materialized => 'table');
SELECT node, status, reason FROM pg_temp.run('all_of_it');
ALTER TABLE same_raw.rates ADD COLUMN more int DEFAULT 5;
SELECT node, status, reason FROM pg_temp.run('all_of_it');
SELECT node, status, reason FROM pg_temp.run('all_of_it');
SELECT * FROM same.all_of_it ORDER BY 1 LIMIT 1;
DROP TABLE same_raw.rates CASCADE;
CREATE TABLE same_raw.rates (customer int, rate numeric, more int);
GRANT SELECT ON same_raw.rates TO regress_same_owner;
SELECT node, status, reason FROM pg_temp.run('all_of_it');
REVOKE SELECT ON same_raw.rates FROM regress_same_owner;
SELECT node, status, reason, message FROM pg_temp.run('all_of_it');
GRANT SELECT ON same_raw.rates TO regress_same_owner;
SELECT node, status, reason FROM pg_temp.run('all_of_it');
SELECT mesh.drop_model('same.all_of_it');

-- What changes by itself.
SELECT mesh.create_model('same.clock', 'select now() as at', materialized => 'table');
SELECT mesh.create_model('same.day', 'select current_date as day', materialized => 'table');
SELECT mesh.create_model('same.word', $$select 'today'::date as day$$, materialized => 'table');
SELECT mesh.create_model('same.text_day', 'select note::date as day from same_raw.orders where false', materialized => 'table');
SELECT mesh.create_model('same.dice', 'select random() as n', materialized => 'table');
SELECT mesh.create_model('same.who', 'select current_user::text as who', materialized => 'table');
SELECT mesh.create_model('same.sampled', 'select id from same_raw.orders tablesample system (50)', materialized => 'table');
SELECT mesh.create_model('same.catalog', 'select count(*) as n from pg_class', materialized => 'table');
SELECT mesh.create_model('same.zoned', $$select date_trunc('day', at) as day, to_char(at, 'HH24') as hour from same_raw.orders$$, materialized => 'table');
SELECT mesh.create_model('same.clock_view', 'select id, clock_timestamp() as at from same_raw.orders');
SELECT mesh.create_model('same.of_clock', 'select id, at from clock_view', materialized => 'table');
SELECT mesh.create_model('same.believed', 'select now() as at', materialized => 'table', config => '{"skip_unchanged": true}');
SELECT mesh.create_model('same.always', 'select id from same_raw.orders', materialized => 'table', config => '{"skip_unchanged": false}');
SELECT mesh.create_model('same.hooked', 'select id from same_raw.orders', materialized => 'table', config => '{"pre_hook": "select 1"}');
SELECT mesh.create_model('same.bad', 'select 1 as a', materialized => 'table', config => '{"skip_unchanged": "sometimes"}');
\set some 'clock day word text_day dice who sampled catalog zoned clock_view of_clock believed always hooked'
SELECT count(*) FROM pg_temp.run(:'some') WHERE status = 'success';
SELECT node, status, reason FROM pg_temp.run(:'some');
SET timezone = 'Asia/Tokyo';
SELECT node, status, reason FROM pg_temp.run('zoned orders');
SELECT min(hour) FROM same.zoned;
SET timezone = 'UTC';
SELECT mesh.drop_model('same.' || m) FROM unnest('{of_clock,clock_view,clock,day,word,text_day,dice,who,sampled,catalog,zoned,believed,always,hooked}'::text[]) m;

-- Functions that users made, and variables.
CREATE FUNCTION same.inner_part(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 1';
CREATE FUNCTION same.outer_part(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN same.inner_part(a); END';
CREATE FUNCTION same.looks(a int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM same_raw.orders';
SELECT mesh.create_model('same.called', 'select outer_part(id) as n from same_raw.orders', materialized => 'table');
SELECT mesh.create_model('same.looked', 'select looks(1) as n', materialized => 'table');
SELECT mesh.create_model('same.varied', $$select coalesce(mesh.var('a'), 'none') as a$$, materialized => 'table');
SELECT mesh.create_model('same.built_in', 'select upper(note) as n, length(note) as l from same_raw.orders', materialized => 'table');
SELECT node, status FROM pg_temp.run('called looked varied built_in');
SELECT node, status, reason FROM pg_temp.run('called looked varied built_in');
CREATE OR REPLACE FUNCTION same.inner_part(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 100';
SELECT node, status, reason FROM pg_temp.run('called varied built_in');
SELECT min(n) FROM same.called;
SELECT node, status, reason FROM mesh.run('same.varied', vars => '{"a": 1}');
-- A function that suits better takes the place of one of the server's.
CREATE FUNCTION same.length(a text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -1';
SELECT node, status, reason FROM pg_temp.run('built_in');
CREATE FUNCTION same.upper(a varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'hidden'$$;
ALTER TABLE same_raw.orders ALTER note TYPE varchar;
SELECT node, status, reason FROM pg_temp.run('built_in');
SELECT DISTINCT n FROM same.built_in;
SELECT mesh.drop_model('same.' || m) FROM unnest('{called,looked,varied,built_in}'::text[]) m;
DROP FUNCTION same.outer_part, same.inner_part, same.looks, same.length, same.upper;

-- Relations of which one cannot know, and those that are made of others.
CREATE TABLE same_raw.parts (id int, kind text) PARTITION BY LIST (kind);
CREATE TABLE same_raw.parts_a PARTITION OF same_raw.parts FOR VALUES IN ('a');
CREATE TABLE same_raw.parent (id int);
CREATE TABLE same_raw.child () INHERITS (same_raw.parent);
CREATE UNLOGGED TABLE same_raw.fast AS SELECT 1 AS id;
CREATE TABLE same_raw.guarded AS SELECT 1 AS id;
ALTER TABLE same_raw.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON same_raw.guarded USING (true);
CREATE SEQUENCE same_raw.counter;
CREATE VIEW same_raw.of_parts AS SELECT id FROM same_raw.parts;
GRANT SELECT ON ALL TABLES IN SCHEMA same_raw TO regress_same_owner;
GRANT SELECT ON same_raw.counter TO regress_same_owner;
SELECT mesh.create_model('same.' || m, 'select id from same_raw.' || m, materialized => 'table') FROM unnest('{parts,of_parts,parent,fast,guarded}'::text[]) m;
\set some 'parts of_parts parent fast guarded'
SELECT node, status FROM pg_temp.run(:'some');
SELECT node, status, reason FROM pg_temp.run(:'some');
INSERT INTO same_raw.parts VALUES (1, 'a');
INSERT INTO same_raw.child VALUES (1);
INSERT INTO same_raw.fast VALUES (2);
SELECT node, status, reason FROM pg_temp.run(:'some');
CREATE TABLE same_raw.parts_b PARTITION OF same_raw.parts FOR VALUES IN ('b');
CREATE TABLE same_raw.child2 () INHERITS (same_raw.parent);
SELECT node, status, reason FROM pg_temp.run(:'some');
SELECT node, status, reason FROM pg_temp.run(:'some');
CREATE OR REPLACE VIEW same_raw.of_parts AS SELECT id FROM same_raw.parts WHERE id > 0;
SELECT node, status, reason FROM pg_temp.run('of_parts');
CREATE OR REPLACE VIEW same_raw.of_parts AS SELECT id FROM same_raw.parts WHERE id > random();
SELECT node, status, reason FROM pg_temp.run('of_parts');
SELECT node, status, reason FROM pg_temp.run('of_parts');
SELECT mesh.drop_model('same.' || m) FROM unnest('{parts,of_parts,parent,fast,guarded}'::text[]) m;

-- Row-level security that comes later.
CREATE TABLE same_raw.opened AS SELECT 1 AS id;
GRANT SELECT ON same_raw.opened TO regress_same_owner;
SELECT mesh.create_model('same.opened', 'select id from same_raw.opened', materialized => 'table');
SELECT status, rows FROM pg_temp.run('opened');
SELECT status, rows FROM pg_temp.run('opened');
ALTER TABLE same_raw.opened ENABLE ROW LEVEL SECURITY;
SELECT status, rows FROM pg_temp.run('opened');
SELECT status, rows, reason FROM pg_temp.run('opened');
SELECT mesh.drop_model('same.opened');

-- Incremental models: as long as a run writes rows, the next may too. An unlogged one; a snapshot; a seed.
SELECT mesh.create_model('same.log', 'select id, note from same_raw.orders where not is_incremental() or id > (select max(id) from this)', materialized => 'incremental');
SELECT mesh.create_model('same.after_log', 'select count(*) as n from log', materialized => 'table', config => '{"unlogged": true}');
SELECT mesh.create_model('same.history', 'select id, note from same_raw.orders', materialized => 'snapshot', config => '{"strategy": "check", "check_cols": ["note"], "unique_key": "id"}');
\set some 'log after_log history'
SELECT node, status, rows, left(reason, 19) AS reason FROM mesh.run(:'some');
SELECT node, status, rows, left(reason, 19) AS reason FROM mesh.run(:'some');
SELECT node, status, rows, left(reason, 19) AS reason FROM mesh.run(:'some');
INSERT INTO same_raw.orders (id, note) VALUES (1000, 'new');
SELECT node, status, rows, left(reason, 19) AS reason FROM mesh.run(:'some');
SELECT node, status, rows, left(reason, 19) AS reason FROM mesh.run(:'some');
SELECT node, status, rows, left(reason, 19) AS reason FROM mesh.run(:'some');
-- In a function, which may write more: as much by hand to what the run has just written is told by its count alone, of an unlogged table.
SELECT * FROM pg_temp.run('after_log', force => true);
SELECT * FROM pg_temp.run('after_log');
CREATE FUNCTION pg_temp.run_and_write(OUT status text) LANGUAGE plpgsql AS $$
BEGIN
    SELECT r.status INTO status FROM mesh.run('same.after_log', force => true) r;
    UPDATE same.after_log SET n = -1;
END $$;
SELECT * FROM pg_temp.run_and_write();
SELECT * FROM pg_temp.run('after_log');
SELECT n FROM same.after_log;
SELECT mesh.create_model('same.grows', 'select 1 as one', materialized => 'incremental');
SELECT status, rows FROM pg_temp.run('grows');
SELECT status, rows FROM pg_temp.run('grows');
SELECT status, rows FROM pg_temp.run('grows');
SELECT mesh.drop_model('same.' || m) FROM unnest('{after_log,log,history,grows}'::text[]) m;

-- A hook writes to what has been read before, in the same run.
CREATE TABLE same_raw.touched AS SELECT 1 AS id;
GRANT ALL ON same_raw.touched TO regress_same_owner;
SELECT mesh.create_model('same.early', 'select count(*) as n from same_raw.touched', materialized => 'table');
SELECT mesh.create_model('same.late', 'select n from early', materialized => 'table', config => '{"post_hook": "insert into same_raw.touched values (2)"}');
SELECT node, status, reason FROM pg_temp.run('early late');
SELECT node, status, reason FROM pg_temp.run('early late');
SELECT mesh.create_model('same.late', 'select n from early', materialized => 'table', config => '{"post_hook": "delete from same_raw.touched where id = 2"}', replace => true);
SELECT node, status, reason FROM pg_temp.run('early late');
SELECT node, status, reason FROM pg_temp.run('early late');
SELECT n FROM same.early;
SELECT mesh.drop_model('same.late'), mesh.drop_model('same.early');

-- Built by workers: no different.
CREATE TABLE same_raw.shared AS SELECT i AS id FROM generate_series(1, 3) i;
GRANT SELECT ON same_raw.shared TO regress_same_owner;
SELECT mesh.create_model('same.left_one', 'select id from same_raw.shared', materialized => 'table');
SELECT mesh.create_model('same.right_one', 'select id + 1 as id from same_raw.shared', materialized => 'table');
SELECT mesh.create_model('same.below', 'select l.id from left_one l join right_one using (id)', materialized => 'table');
SELECT node, status FROM mesh.run('same.left_one same.right_one same.below', threads => 2) ORDER BY node;
SELECT node, status, regexp_replace(reason, 'run \d+ built it at .*', 'run N built it') AS reason FROM mesh.run('same.left_one same.right_one same.below', threads => 2) ORDER BY node;
VACUUM (FREEZE) same.left_one, same.right_one, same.below, same_raw.shared;
SELECT node, status FROM mesh.run('same.left_one same.right_one same.below') ORDER BY node;
INSERT INTO same_raw.shared VALUES (4);
SELECT node, status FROM mesh.run('same.left_one same.right_one same.below', threads => 2) ORDER BY node;
SELECT count(*) FROM same.below;
DELETE FROM same.below WHERE id = 2;
SELECT node, status FROM mesh.run('same.left_one same.right_one same.below', threads => 2) ORDER BY node;
SELECT mesh.drop_model('same.below'), mesh.drop_model('same.left_one'), mesh.drop_model('same.right_one');

-- Tests: one that is new or changed runs on what is published, and the model is not built for it.
INSERT INTO same_raw.rates VALUES (0, 1), (1, 2), (2, 3);
SELECT mesh.create_test('same.totals', 'not_null', 'total');
SELECT node, status, reason FROM pg_temp.run('same.totals');
SELECT node, status, reason FROM pg_temp.run('same.totals');
SELECT mesh.create_test('same.totals', sql => 'select * from same.totals where total < 0', name => 'no_debts');
SELECT mesh.create_test('same.totals', sql => 'select * from same.totals where customer = 0', name => 'no_zero', severity => 'warn');
SELECT mesh.create_test('same.totals', sql => 'select * from same.totals where now() < ''2000-01-01''', name => 'clock');
SELECT node, status, reason, message FROM pg_temp.run('same.totals');
SELECT node, status, reason, message FROM pg_temp.run('same.totals');
SELECT count(*) > 0 AS tells FROM mesh.failures('same.no_zero');
SELECT node, status, regexp_replace(reason, 'result of run \d+, .* old', 'result of run N, so old') FROM mesh.test('same.totals');
SELECT node, status, reason FROM mesh.test('same.totals', force => true);
SELECT mesh.create_test('same.totals', sql => 'select * from same.totals where total < 1000000', name => 'no_debts', replace => true);
SELECT node, status, reason, message FROM pg_temp.run('same.totals');
SELECT node, status, reason, message FROM pg_temp.run('same.totals');
SELECT mesh.drop_test('same.no_debts');
SELECT mesh.create_test('same.recent', 'not_null', 'id');
SELECT node, status, reason FROM pg_temp.run('same.recent');
UPDATE same_raw.orders SET note = note;
SELECT node, status, reason FROM pg_temp.run('same.orders same.recent same.totals');

-- All of it, once or always.
SELECT node, status, reason FROM pg_temp.run('same.stored');
SELECT node, status, reason FROM pg_temp.run('same.stored', force => true);
SELECT node, status FROM mesh.run('same.stored', full_refresh => true);
SET mesh.skip_unchanged = off;
SELECT node, status, reason FROM pg_temp.run('same.stored');
SELECT node, action, change FROM pg_temp.plan('same.stored');
RESET mesh.skip_unchanged;
SELECT node, status, reason FROM pg_temp.run('same.stored');
-- What cannot be read of the state is not believed.
UPDATE mesh.model_registry SET built_state = 'mesh 1	nonsense' WHERE name = 'stored';
SELECT node, status, reason FROM pg_temp.run('same.stored');
-- REPEATABLE READ: what others wrote since the transaction began is none of its business, and is seen later.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM same_raw.orders;
SELECT node, status, reason FROM pg_temp.run('same.stored', force => true);
COMMIT;
SELECT node, status, reason FROM pg_temp.run('same.stored');

-- What a transaction writes after its run is a change, though it wrote to the same table before the run too; and by hand to what was built.
SELECT mesh.create_model('same.block', 'select id, note from same_raw.orders', materialized => 'table');
BEGIN;
UPDATE same_raw.orders SET note = 'before' WHERE id = 1;
SELECT status FROM mesh.run('same.block');
UPDATE same_raw.orders SET note = 'after' WHERE id = 1;
COMMIT;
SELECT status, reason FROM mesh.run('same.block');
SELECT note FROM same.block WHERE id = 1;
BEGIN;
SELECT status FROM mesh.run('same.block', force => true);
UPDATE same.block SET note = 'by hand' WHERE id = 1;
COMMIT;
SELECT status, reason FROM mesh.run('same.block');
-- The same in a function.
CREATE FUNCTION pg_temp.between(OUT status text) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE same_raw.orders SET note = 'before it' WHERE id = 1;
    SELECT r.status INTO status FROM mesh.run('same.block') r;
    UPDATE same_raw.orders SET note = 'after it' WHERE id = 1;
END $$;
SELECT * FROM pg_temp.between();
SELECT status, reason FROM mesh.run('same.block');
SELECT note FROM same.block WHERE id = 1;
SELECT mesh.drop_model('same.block');

-- Of a table of many pages a newer state is remembered when its visibility map did not tell that nothing changed: the next run need not read them.
CREATE TABLE same_raw.large (id int, filler char(700)) WITH (fillfactor = 10);
ALTER TABLE same_raw.large ALTER filler SET STORAGE PLAIN;
INSERT INTO same_raw.large SELECT i, '' FROM generate_series(1, 1100) i;
GRANT SELECT ON same_raw.large TO regress_same_owner;
SELECT mesh.create_model('same.large', 'select count(*) as n from same_raw.large', materialized => 'table');
SELECT status FROM mesh.run('same.large');
CREATE TEMP TABLE large AS SELECT built_state AS state FROM mesh.model_registry WHERE name = 'large';
CHECKPOINT; -- what is committed has to be in the log before pages can be all visible
VACUUM same_raw.large;
SELECT status FROM mesh.run('same.large');
INSERT INTO large SELECT built_state FROM mesh.model_registry WHERE name = 'large';
SELECT status FROM mesh.run('same.large');
INSERT INTO large SELECT built_state FROM mesh.model_registry WHERE name = 'large';
SELECT relallvisible > 1000 AS all_visible FROM pg_class WHERE oid = 'same_raw.large'::regclass;
SELECT count(*) AS runs, count(DISTINCT state) AS states FROM large;
SELECT mesh.drop_model('same.large');

DROP EXTENSION mesh CASCADE;
DROP SCHEMA same, same_raw CASCADE;
DROP ROLE regress_same_owner;
