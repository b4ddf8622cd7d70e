-- incremental_strategy "auto": changed keys are logged by triggers and rebuilt alone; what cannot be followed is built in full, with the reason.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE SCHEMA auto_raw;
CREATE TABLE auto_raw.orders (id int PRIMARY KEY, customer int, amount int, at timestamp, note text, price numeric);
CREATE TABLE auto_raw.customers (id int PRIMARY KEY, name text, region text);
INSERT INTO auto_raw.orders SELECT i, i % 5, i * 10, timestamp '2024-01-01' + i * interval '6 hours', 'n' || i, i FROM generate_series(1, 40) i;
INSERT INTO auto_raw.orders VALUES (41, NULL, NULL, NULL, NULL, NULL);
INSERT INTO auto_raw.customers SELECT i, 'c' || i, 'r' || i % 2 FROM generate_series(0, 5) i;
SELECT mesh.create_domain('auto', schema => 'auto');
CREATE FUNCTION auto_raw.create_auto(name text, body text) RETURNS void LANGUAGE sql AS
    $$ SELECT mesh.create_model('auto.' || name, body, materialized => 'incremental', incremental_strategy => 'auto') $$;
-- How many rows of a model differ from what its body gives.
CREATE FUNCTION auto_raw.wrong(name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    EXECUTE (SELECT format('SELECT count(*) FROM ((SELECT m::text FROM auto.%1$I m EXCEPT ALL SELECT b::text FROM (%2$s) b) UNION ALL (SELECT b::text FROM (%2$s) b EXCEPT ALL SELECT m::text FROM auto.%1$I m)) d',
                           m.name, m.body) FROM mesh.models m WHERE domain = 'auto' AND m.name = wrong.name) INTO wrong;
    RETURN wrong;
END $$;
CREATE FUNCTION auto_raw.logs() RETURNS TABLE (relation text, key_columns text, logged bigint) LANGUAGE plpgsql AS $$
DECLARE log text;
BEGIN
    FOR log, relation, key_columns IN SELECT r.log, schema_name || '.' || table_name, array_to_string(r.key_columns, ',') FROM mesh.change_log_registry r ORDER BY 2, 3 LOOP
        EXECUTE format('SELECT count(*) FROM mesh.%I', log) INTO logged;
        RETURN NEXT;
    END LOOP;
END $$;

-- What can be followed: groups, also by expressions; rows of one table; joins by key; windows; what reads such models; views between.
SELECT auto_raw.create_auto('totals', 'select customer, count(*) as n, sum(amount) as amount from auto_raw.orders group by customer');
SELECT auto_raw.create_auto('days', 'select date_trunc(''day'', at) as day, max(id) as last from auto_raw.orders where amount > 0 group by 1 having count(*) > 1');
SELECT auto_raw.create_auto('rows', 'select id, upper(note) as note, price from auto_raw.orders where amount <> 50');
SELECT auto_raw.create_auto('named', 'select o.id, o.customer, c.name, c.region from auto_raw.orders o left join auto_raw.customers c on c.id = o.customer');
SELECT mesh.create_model('auto.looked', 'select * from auto.named where region is not null');
SELECT auto_raw.create_auto('ranked', 'select id, region, name, row_number() over (partition by region order by id desc) as place from auto.looked');
SELECT auto_raw.create_auto('regions', 'with r as (select region, count(*) as n from auto.ranked group by region) select region, n from r union all select name, 0 from auto_raw.customers');
SELECT node, status, rows, reason, message FROM mesh.run('auto');
SELECT model, is_ready, reason, inputs FROM mesh.increments ORDER BY 1;
SELECT node, action, reason FROM mesh.plan('auto');
SELECT node, status, rows, reason, message FROM mesh.run('auto');
SELECT indexdef FROM pg_indexes WHERE schemaname = 'auto' ORDER BY 1;

-- Insert, update that moves keys, delete, nulls; also what was rolled back, and what a transaction wrote that runs the mesh itself.
INSERT INTO auto_raw.orders VALUES (50, 9, 90, '2024-01-01 01:00', 'new', 1.0), (51, NULL, 1, NULL, NULL, NULL);
UPDATE auto_raw.orders SET customer = 1 WHERE id IN (2, 41);
DELETE FROM auto_raw.orders WHERE id = 3;
BEGIN;
DELETE FROM auto_raw.orders WHERE customer = 4;
SAVEPOINT a;
DELETE FROM auto_raw.orders;
ROLLBACK;
SELECT * FROM auto_raw.logs();
SELECT node, status, rows, reason, message FROM mesh.run('auto');
SELECT * FROM auto_raw.logs();
SELECT name, auto_raw.wrong(name) FROM mesh.models WHERE domain = 'auto' ORDER BY 1;
BEGIN;
UPDATE auto_raw.customers SET region = 'r0', name = 'moved' WHERE id = 1;
SELECT node, rows, reason FROM mesh.run('auto');
UPDATE auto_raw.customers SET region = 'r1' WHERE id = 1;
DELETE FROM auto_raw.customers WHERE id = 2;
COMMIT;
SELECT node, rows, reason FROM mesh.run('auto');
SELECT name, auto_raw.wrong(name) FROM mesh.models WHERE domain = 'auto' ORDER BY 1;
-- 1.0 becomes 1.00: equal, and another value.
UPDATE auto_raw.orders SET price = 1.00 WHERE id = 50;
SELECT node, rows, reason FROM mesh.run('auto.rows');
SELECT price FROM auto."rows" WHERE id = 50;
-- MERGE, ON CONFLICT, COPY, and a writer that has no rights but on the table.
CREATE ROLE regress_auto_writer;
GRANT USAGE ON SCHEMA auto_raw TO regress_auto_writer;
GRANT INSERT, SELECT, UPDATE ON auto_raw.orders TO regress_auto_writer;
SET ROLE regress_auto_writer;
MERGE INTO auto_raw.orders o USING (VALUES (60, 2), (5, 3)) v(id, customer) ON o.id = v.id WHEN MATCHED THEN UPDATE SET customer = v.customer WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.customer, 600);
INSERT INTO auto_raw.orders VALUES (61, 2, 1), (6, 4, 2) ON CONFLICT (id) DO UPDATE SET customer = excluded.customer;
COPY auto_raw.orders (id, customer, amount) FROM stdin;
70	7	700
71	\N	710
\.
RESET ROLE;
SELECT * FROM auto_raw.logs() WHERE relation = 'auto_raw.orders';
SELECT node, rows, reason FROM mesh.run('auto');
SELECT name, auto_raw.wrong(name) FROM mesh.models WHERE domain = 'auto' ORDER BY 1;
-- Triggers fire whatever the session says; rows that come by logical replication are logged one by one.
SET session_replication_role = replica;
UPDATE auto_raw.orders SET amount = 1 WHERE id = 7;
RESET session_replication_role;
SELECT node, rows, reason FROM mesh.run('auto.totals');
SELECT auto_raw.wrong('totals');

-- What may have passed unseen.
ALTER TABLE auto_raw.orders DISABLE TRIGGER ALL;
DELETE FROM auto_raw.orders WHERE id = 8;
ALTER TABLE auto_raw.orders ENABLE TRIGGER ALL;
SELECT node, action, reason FROM mesh.plan('auto.totals');
SELECT node, rows, reason FROM mesh.run('auto.totals');
SELECT node, rows, reason FROM mesh.run('auto.totals');
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'auto_raw.orders'::regclass AND tgenabled = 'A' LOOP
        EXECUTE format('ALTER TABLE auto_raw.orders DISABLE TRIGGER %I', t.tgname);
        EXECUTE format('ALTER TABLE auto_raw.orders ENABLE ALWAYS TRIGGER %I', t.tgname);
    END LOOP;
END $$;
SELECT node, rows, reason FROM mesh.run('auto.totals');
SELECT node, rows, reason FROM mesh.run('auto.totals');
TRUNCATE auto_raw.customers;
SELECT node, rows, reason FROM mesh.run('auto.named');
INSERT INTO auto_raw.customers SELECT i, 'c' || i, 'r' || i % 2 FROM generate_series(0, 5) i;
SELECT node, rows, reason FROM mesh.run('auto.named');
VACUUM FULL auto_raw.customers;
ALTER TABLE auto_raw.orders ADD COLUMN more int DEFAULT 3;
SELECT node, rows, reason FROM mesh.run('auto.named auto.totals');
ALTER TABLE auto_raw.orders RENAME COLUMN customer TO buyer;
INSERT INTO auto_raw.orders VALUES (80, 3, 800);
ALTER TABLE auto_raw.orders RENAME COLUMN buyer TO customer;
ALTER TABLE auto_raw.orders DROP COLUMN more, ADD CONSTRAINT positive CHECK (id > 0);
DELETE FROM auto_raw.orders WHERE id = 9;
SELECT node, rows, reason FROM mesh.run('auto.totals');
SELECT auto_raw.wrong('totals');
-- Its own table: somebody emptied it.
TRUNCATE auto.totals;
SELECT node, rows, reason FROM mesh.run('auto.totals');
-- What it reads was built in full by a run of its own.
SELECT node, rows, reason FROM mesh.run('auto.ranked');
UPDATE auto_raw.customers SET region = 'r9' WHERE id = 3;
SELECT node, rows, reason FROM mesh.run('auto.named', full_refresh => true);
SELECT node, action, reason FROM mesh.plan('auto.ranked');
SELECT node, rows, reason FROM mesh.run('auto.ranked');
SELECT auto_raw.wrong('ranked');
-- Subqueries in expressions: what a row asks for by one of its columns.
SELECT auto_raw.create_auto('asked', 'select o.id, o.customer, (select count(*) from auto_raw.orders p where p.customer = o.customer and p.id < o.id) as before from auto_raw.orders o
    where o.customer in (select id from auto_raw.customers where region <> ''r0'') and not exists (select from auto_raw.customers c where o.customer = c.id and c.name = ''c1'' limit 1)');
SELECT node, rows, reason FROM mesh.run('auto.asked');
SELECT inputs FROM mesh.increments WHERE model = 'asked';
UPDATE auto_raw.customers SET region = 'r7' WHERE id = 4;
UPDATE auto_raw.customers SET name = 'c1' WHERE id = 3;
DELETE FROM auto_raw.orders WHERE id = 11;
SELECT node, rows, reason FROM mesh.run('auto.asked');
SELECT auto_raw.wrong('asked');
SELECT mesh.drop_model('auto.asked');
-- Its definition, that of a view in it, of a function in it.
CREATE FUNCTION auto_raw.twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2';
CREATE VIEW auto_raw.some AS SELECT customer, amount FROM auto_raw.orders;
SELECT auto_raw.create_auto('twice', 'select customer, sum(auto_raw.twice(amount)) as twice from auto_raw.some group by customer');
SELECT node, rows, reason FROM mesh.run('auto.twice');
CREATE OR REPLACE FUNCTION auto_raw.twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + $1';
SELECT node, rows, reason FROM mesh.run('auto.twice');
CREATE OR REPLACE VIEW auto_raw.some AS SELECT customer, amount FROM auto_raw.orders WHERE amount > 100;
SELECT node, rows, reason FROM mesh.run('auto.twice');
SELECT node, rows, reason FROM mesh.run('auto.twice');
SELECT mesh.create_model('auto.twice', 'select customer, max(amount) as twice from auto_raw.orders group by customer', materialized => 'incremental', incremental_strategy => 'auto', replace => true);
SELECT node, rows, reason FROM mesh.run('auto.twice');
SELECT node, rows, reason FROM mesh.run('auto.twice', full_refresh => true);
SELECT node, rows, reason FROM mesh.run('auto.twice');
SELECT auto_raw.wrong('twice');

-- A test that fails takes the rows back, and the changes come again.
SELECT mesh.create_test('auto.totals', 'not_null', 'amount');
INSERT INTO auto_raw.orders VALUES (90, 90, NULL);
SELECT node, status, rows, reason, message FROM mesh.run('auto.totals');
SELECT count(*) FROM auto.totals WHERE customer = 90;
UPDATE auto_raw.orders SET amount = 5 WHERE id = 90;
UPDATE auto_raw.orders SET amount = 5 WHERE customer IS NULL;
SELECT node, status, rows, reason, message FROM mesh.run('auto.totals');
SELECT auto_raw.wrong('totals');
SELECT mesh.drop_test('auto.not_null_totals_amount');
-- With a unique key rows keep their place, and rows that exchange other unique values are written anew.
SELECT mesh.create_model('auto.keyed', 'select id, amount from auto_raw.orders where id < 8', materialized => 'incremental', incremental_strategy => 'auto');
SELECT node, rows, reason FROM mesh.run('auto.keyed');
DELETE FROM auto_raw.orders WHERE id = 7;
ALTER TABLE auto.keyed ADD UNIQUE (amount), ALTER COLUMN id SET NOT NULL;
CREATE UNIQUE INDEX ON auto.keyed (id);
SELECT node, rows, reason FROM mesh.run('auto.keyed');
UPDATE auto_raw.orders SET amount = amount + 1000 WHERE id = 1;
SELECT node, rows, reason FROM mesh.run('auto.keyed');
UPDATE auto_raw.orders SET amount = CASE id WHEN 1 THEN 20 ELSE 1010 END WHERE id IN (1, 2);
SELECT node, rows, reason FROM mesh.run('auto.keyed');
SELECT auto_raw.wrong('keyed');
-- More keys than pay off.
INSERT INTO auto_raw.orders SELECT i, i FROM generate_series(1000, 1200) i;
SELECT node, rows, reason FROM mesh.run('auto.totals');
SELECT auto_raw.wrong('totals');

-- Beside runs that leave alone what did not change.
SET mesh.skip_unchanged = on;
SELECT count(*) FROM mesh.run('auto.totals');
SELECT count(*) FROM mesh.run('auto.totals');
UPDATE auto_raw.orders SET amount = 3 WHERE id = 10;
SELECT node, status, rows, reason FROM mesh.run('auto.totals');
SELECT auto_raw.wrong('totals');
SET mesh.skip_unchanged = off;
-- More than are logged one by one: of one statement; of a bulk write, of which the first rows are enough to tell.
CREATE TABLE auto_raw.bulk (id int);
SELECT auto_raw.create_auto('bulk', 'select id from auto_raw.bulk where id > 200000');
SELECT node, rows, reason FROM mesh.run('auto.bulk');
INSERT INTO auto_raw.bulk SELECT generate_series(1, 200001);
SELECT node, rows, reason FROM mesh.run('auto.bulk');
TRUNCATE auto_raw.bulk;
SELECT node, rows, reason FROM mesh.run('auto.bulk');
INSERT INTO auto_raw.bulk SELECT i % 50 FROM generate_series(1, 400001) i;
SELECT logged FROM auto_raw.logs() WHERE relation = 'auto_raw.bulk';
SELECT node, rows, reason FROM mesh.run('auto.bulk');
INSERT INTO auto_raw.bulk SELECT generate_series(1, 400001);
SELECT logged FROM auto_raw.logs() WHERE relation = 'auto_raw.bulk';
SELECT node, rows, reason FROM mesh.run('auto.bulk');
SELECT mesh.drop_model('auto.bulk');
-- What cannot be followed, and why.
CREATE TABLE auto_raw.parts (id int, k int) PARTITION BY LIST (k);
CREATE TABLE auto_raw.part PARTITION OF auto_raw.parts DEFAULT;
CREATE UNLOGGED TABLE auto_raw.fleeting (id int);
CREATE TABLE auto_raw.hidden (id int);
ALTER TABLE auto_raw.hidden ENABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW auto_raw.stored AS SELECT 1 AS id;
CREATE FUNCTION auto_raw.why(body text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mesh.create_model('auto.no', body, materialized => 'incremental', incremental_strategy => 'auto', replace => true);
    RETURN (SELECT coalesce(reason, 'by ' || array_to_string(inputs, ', ')) FROM mesh.increments WHERE model = 'no');
END $$;
SELECT auto_raw.why(body), body FROM (VALUES ('select id from auto_raw.orders limit 1'), ('select count(*) from auto_raw.orders'), ('select note, now() from auto_raw.orders'),
    ('select random() as r, id from auto_raw.orders'), ('select price, count(*) from auto_raw.orders group by price'), ('select id from auto_raw.orders where id not in (select id from auto_raw.customers)'),
    ('select id, (select max(id) from auto_raw.customers) from auto_raw.orders'), ('select o.id from auto_raw.orders o join auto_raw.customers c on c.id = o.id and o.id in (select 1)'),
    ('select o.id, c.id as c from auto_raw.orders o, lateral (select max(id) as id from auto_raw.customers c where c.id = o.id) c'), ('select n from unnest(array(select id from auto_raw.customers)) n'),
    ('select mesh.var(''a'') as a, id from auto_raw.orders'), ('select id, ctid::text as place from auto_raw.orders'),
    ('select id, rank() over (order by amount) from auto_raw.orders'), ('select distinct on (customer) * from auto_raw.orders order by customer, id'),
    ('select o.id from auto_raw.orders o full join auto_raw.customers c on c.id = o.id'), ('select o.id from auto_raw.orders o cross join auto_raw.customers c'),
    ('select c.id from auto_raw.orders o left join auto_raw.customers c on c.id = o.customer'), ('select customer from auto_raw.orders group by grouping sets ((customer), ())'),
    ('with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select n from r'), ('select id from auto_raw.parts'), ('select id from auto_raw.part'),
    ('select id from auto_raw.fleeting'), ('select id from auto_raw.hidden'), ('select id from auto_raw.stored'), ('select oid::int as id from pg_catalog.pg_class'), ('select 1 as one'),
    ('select id from auto_raw.orders tablesample system (10)'), ('select customer from auto_raw.orders union select id from auto_raw.customers'),
    ('select distinct customer from auto_raw.orders'), ('select o.customer from auto_raw.orders o join auto_raw.customers c on o.customer = c.id and c.region > ''r''')) b(body);
SELECT mesh.drop_model('auto.no');
-- A dbt project: is_incremental() is false in such a model.
SELECT mesh.create_domain('auto3');
SELECT change, node FROM mesh.deploy('auto3', jsonb_build_object('dbt_project.yml', E'name: three\nprofile: three\n', 'models/sums.sql',
    $$ {{ config(materialized='incremental', incremental_strategy='auto') }}
       select customer, sum(amount) as amount from auto_raw.orders {% if is_incremental() %} where id > (select max(amount) from {{ this }}) {% endif %} group by 1 $$), profiles => E'three:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: localhost, user: x, password: x, port: 5432, dbname: x, schema: auto3, threads: 1}\n');
SELECT node, rows, reason, message FROM mesh.run('auto3');
SELECT node, rows, reason, message FROM mesh.run('auto3');
UPDATE auto_raw.orders SET amount = 7 WHERE id = 12;
SELECT node, rows, reason, message FROM mesh.run('auto3');
SELECT sum(amount) = (SELECT sum(amount) FROM auto_raw.orders) AS is_right FROM auto3.sums;
-- What changed keys left is what a rebuild would make: it is unchanged until a page of what it reads is newer. Then the log tells, without a count of rows.
SET mesh.skip_unchanged = on;
SELECT node, status FROM mesh.run('auto3', force => true);
SELECT node, status FROM mesh.run('auto3');
UPDATE auto_raw.orders SET amount = 8 WHERE id = 12;
SELECT node, action, change FROM mesh.plan('auto3');
SELECT node, status, reason FROM mesh.run('auto3');
SELECT node, status FROM mesh.run('auto3');
SELECT (string_to_array(split_part(built_state, E'\n', 3), E'\t'))[8] AS counted FROM mesh.model_registry WHERE domain = 'auto3';
VACUUM auto_raw.orders;
SELECT node, status, reason FROM mesh.run('auto3');
SELECT node, status FROM mesh.run('auto3');
-- What cannot be followed is as a table is: its rows are counted.
SELECT mesh.create_model('auto3.last', 'select * from auto_raw.orders order by id desc limit 3', materialized => 'incremental', incremental_strategy => 'auto');
SELECT node, status, reason FROM mesh.run('auto3.last');
SELECT node, status FROM mesh.run('auto3.last');
DELETE FROM auto_raw.orders WHERE id = 40;
SELECT node, status, reason FROM mesh.run('auto3.last');
SELECT mesh.drop_model('auto3.last');
INSERT INTO auto_raw.orders VALUES (40, 0, 400, '2024-01-11', 'n40', 40);
SET mesh.skip_unchanged = off;
-- An owner who may not have triggers on what he reads.
CREATE ROLE regress_auto_owner;
GRANT USAGE ON SCHEMA auto_raw TO regress_auto_owner;
GRANT SELECT ON auto_raw.orders TO regress_auto_owner;
SELECT mesh.create_domain('auto2', owner => 'regress_auto_owner');
SET client_min_messages = notice;
SELECT mesh.create_model('auto2.mine', 'select amount, count(*) as n from auto_raw.orders group by amount', materialized => 'incremental', incremental_strategy => 'auto');
SET client_min_messages = warning;
SELECT reason FROM mesh.increments WHERE domain = 'auto2';
SELECT node, rows, reason FROM mesh.run('auto2.mine');
SELECT node, action, reason FROM mesh.plan('auto2.mine');
SELECT node, rows, reason FROM mesh.run('auto2.mine');
SET ROLE regress_auto_owner;
CREATE TRIGGER mine AFTER INSERT ON auto2.mine EXECUTE FUNCTION mesh.log_changes('model_registry', '1');
RESET ROLE;
GRANT TRIGGER ON auto_raw.orders TO regress_auto_owner;
SELECT node, rows, reason FROM mesh.run('auto2.mine');
SELECT node, rows, reason FROM mesh.run('auto2.mine');
SELECT node, rows, reason FROM mesh.run('auto2.mine');
SELECT mesh.drop_model('auto2.mine');
-- It shares the log of another domain's model.
SELECT mesh.create_model('auto2.mine', 'select customer, min(id) as first from auto_raw.orders group by customer', materialized => 'incremental', incremental_strategy => 'auto');
SELECT relation, key_columns FROM auto_raw.logs();
SELECT node, rows, reason FROM mesh.run('auto2.mine');
UPDATE auto_raw.orders SET amount = amount + 1 WHERE id = 10;
SELECT node, rows, reason FROM mesh.run('auto2.mine');
SELECT logged FROM auto_raw.logs() WHERE key_columns = 'customer' AND relation = 'auto_raw.orders';
SELECT node, rows, reason FROM mesh.run('auto.totals auto.twice');
SELECT logged FROM auto_raw.logs() WHERE key_columns = 'customer' AND relation = 'auto_raw.orders';
-- Nobody reads it any more: it goes, with its triggers.
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'auto_raw.orders'::regclass;
SELECT mesh.drop_model('auto2.mine');
SELECT mesh.create_model('auto.twice', 'select 1 as a', materialized => 'table', replace => true);
SELECT mesh.create_model('auto.totals', 'select customer, count(*) as n from auto_raw.orders group by customer', materialized => 'incremental', unique_key => '{customer}', replace => true);
SELECT relation, key_columns FROM auto_raw.logs();
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'auto_raw.orders'::regclass;
-- An upstream that is made anew as another kind of relation takes the mesh's own triggers with it.
SELECT mesh.create_model('auto.named', 'select o.id, o.customer, c.name, c.region from auto_raw.orders o left join auto_raw.customers c on c.id = o.customer', materialized => 'view', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('auto.named+');
SELECT node, status, rows, reason, message FROM mesh.run('auto.named+');
SELECT node, status, rows, reason, message FROM mesh.run('auto.named+');
SELECT model, inputs FROM mesh.increments WHERE model IN ('ranked', 'regions') ORDER BY 1;
-- The extension goes with logs and triggers; tables and rows stay.
DROP EXTENSION mesh;
SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'mesh%';
SELECT count(*) FROM auto.ranked;
DROP SCHEMA auto, auto2, auto3, auto_raw CASCADE;
DROP ROLE regress_auto_writer, regress_auto_owner;
