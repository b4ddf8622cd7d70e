-- The run: every materialization through its life, options, and what a selector picks.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE ROLE regress_runs_owner;
CREATE ROLE regress_runs_bi;
CREATE SCHEMA runs_raw;
CREATE TABLE runs_raw.orders (id int, customer int, amount numeric, note text);
INSERT INTO runs_raw.orders VALUES (1, 1, 10, 'a'), (2, 1, 5, 'b'), (3, 2, 7, NULL);
GRANT USAGE ON SCHEMA runs_raw TO regress_runs_owner;
GRANT SELECT ON runs_raw.orders TO regress_runs_owner;
SELECT mesh.create_domain('shop', owner => 'regress_runs_owner', schema => 'runs_shop');
SELECT mesh.create_source('shop', 'runs_raw', '{orders}');

CREATE TEMP TABLE known (relation name, kind "char", oid oid);
-- What became of each relation since the last look: same, another, or gone.
CREATE FUNCTION pg_temp.look(OUT relation name, OUT kind "char", OUT identity text) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT coalesce(c.relname, k.relation), c.relkind,
        CASE WHEN c.oid IS NULL THEN 'gone' WHEN k.oid IS NULL THEN 'new' WHEN k.oid = c.oid THEN 'same' ELSE 'another' END
        FROM (SELECT * FROM pg_class WHERE relnamespace = 'runs_shop'::regnamespace AND relkind IN ('r', 'v', 'm')) c
        FULL JOIN known k ON k.relation = c.relname ORDER BY 1;
    TRUNCATE known;
    INSERT INTO known SELECT relname, relkind, oid FROM pg_class WHERE relnamespace = 'runs_shop'::regnamespace AND relkind IN ('r', 'v', 'm');
END $$;

-- Built for the first time: each materialization reads another.
SELECT mesh.create_model('shop.v', 'select id, customer, amount from runs_raw.orders', description => 'The orders');
SELECT mesh.create_model('shop.e', 'select customer, sum(amount) as total from v group by customer', materialized => 'ephemeral', description => 'Never built');
SELECT mesh.create_model('shop.t', 'select customer, total from e', materialized => 'table', indexes => '[{"columns": ["customer"], "unique": true}]', description => 'The totals');
SELECT mesh.create_model('shop.m', 'select customer, total from t where total > 7', materialized => 'materialized_view', indexes => '["total"]', description => 'The best');
SELECT mesh.create_model('shop.i', 'select id, amount from v where not is_incremental() or id > (select max(id) from this)', materialized => 'incremental', description => 'The log');
SELECT node, kind, status, rows, reason, message FROM mesh.run('shop');
SELECT * FROM pg_temp.look();
SELECT * FROM runs_shop.t ORDER BY 1;
SELECT * FROM runs_shop.m ORDER BY 1;
SELECT * FROM runs_shop.i ORDER BY 1;
SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c WHERE relnamespace = 'runs_shop'::regnamespace AND relkind IN ('r', 'v', 'm') ORDER BY 1;
SELECT tablename, replace(indexdef, indexname, 'name') FROM pg_indexes WHERE schemaname = 'runs_shop' ORDER BY 1, 2;

-- Rebuilt: every relation is the one it was.
INSERT INTO runs_raw.orders VALUES (4, 3, 100, 'c');
SELECT node, status, rows, reason, message FROM mesh.run('shop');
SELECT * FROM pg_temp.look();
SELECT (SELECT sum(total) FROM runs_shop.t) AS t, (SELECT count(*) FROM runs_shop.m) AS m, (SELECT count(*) FROM runs_shop.i) AS i;

-- Columns of a table: added, retyped, dropped, reordered. A view of another role reads it.
GRANT USAGE, CREATE ON SCHEMA runs_shop TO regress_runs_bi;
GRANT SELECT ON ALL TABLES IN SCHEMA runs_shop TO regress_runs_bi;
SELECT mesh.create_model('shop.wide', 'select id, customer, amount, note from runs_raw.orders', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('shop.wide');
GRANT SELECT ON runs_shop.wide TO regress_runs_bi;
SET SESSION AUTHORIZATION regress_runs_bi;
CREATE VIEW runs_shop.bi AS SELECT id, amount FROM runs_shop.wide;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.look();
-- added in the middle
SELECT mesh.create_model('shop.wide', 'select id, customer, id * 2 as twice, amount, note from runs_raw.orders', materialized => 'table', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.wide');
-- retyped, not read by the view
SELECT mesh.create_model('shop.wide', 'select id, customer::text, id * 2 as twice, amount, note from runs_raw.orders', materialized => 'table', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.wide');
-- dropped, not read by the view; the rest in another order
SELECT mesh.create_model('shop.wide', 'select note, amount, customer::text, id from runs_raw.orders', materialized => 'table', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.wide');
SELECT * FROM runs_shop.wide ORDER BY id;
SELECT * FROM runs_shop.bi ORDER BY id;
SELECT * FROM pg_temp.look();
-- dropped and retyped, read by the view: refused, named, and as it was
SELECT mesh.create_model('shop.wide', 'select note, customer::text, id from runs_raw.orders', materialized => 'table', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.wide');
SELECT mesh.create_model('shop.wide', 'select note, amount, customer::text, id::bigint from runs_raw.orders', materialized => 'table', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.wide');
SELECT * FROM runs_shop.wide ORDER BY id;
SELECT * FROM runs_shop.bi ORDER BY id;
SELECT * FROM pg_temp.look();

-- A view whose columns change: at the end in place, otherwise anew, with its grants and comment; never while another's view reads it.
DROP VIEW runs_shop.bi;
SELECT mesh.create_model('shop.v', 'select id, customer, amount, note from runs_raw.orders', description => 'The orders', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.v');
SELECT * FROM pg_temp.look();
SELECT mesh.create_model('shop.v', 'select note, id, customer, amount from runs_raw.orders', description => 'The orders', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.v');
SELECT has_table_privilege('regress_runs_bi', 'runs_shop.v', 'SELECT') AS granted, obj_description('runs_shop.v'::regclass) AS comment;
SELECT * FROM pg_temp.look();
SET SESSION AUTHORIZATION regress_runs_bi;
CREATE VIEW runs_shop.bi AS SELECT id FROM runs_shop.v;
RESET SESSION AUTHORIZATION;
SELECT mesh.create_model('shop.v', 'select id, customer, amount, note as remark from runs_raw.orders', description => 'The orders', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.v');
SELECT * FROM runs_shop.v ORDER BY id;
DROP VIEW runs_shop.bi;
-- Views of the run that read one another are made anew together.
SELECT mesh.create_model('shop.v2', 'select id, remark from v');
SELECT node, status, rows, reason, message FROM mesh.run('shop.v shop.v2');
SELECT mesh.create_model('shop.v2', 'select id, remark, amount from v', replace => true);
SELECT mesh.create_model('shop.v', 'select remark, amount, customer, id from (select id, customer, amount, note as remark from runs_raw.orders) s', description => 'The orders', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.v shop.v2');
SELECT * FROM runs_shop.v2 ORDER BY id;
SELECT mesh.drop_model('shop.v2');
SELECT * FROM pg_temp.look();

-- The materialization changes, there and back.
SELECT mesh.create_model('shop.c', 'select 1 as a', description => 'Changing');
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
GRANT SELECT ON runs_shop.c TO regress_runs_bi WITH GRANT OPTION;
SELECT mesh.create_model('shop.c', 'select 1 as a', materialized => 'table', description => 'Changing', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT mesh.create_model('shop.c', 'select 1 as a', materialized => 'materialized_view', description => 'Changing', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT mesh.create_model('shop.c', 'select 1 as a', materialized => 'incremental', description => 'Changing', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT mesh.create_model('shop.c', 'select 1 as a', materialized => 'table', description => 'Changing', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT mesh.create_model('shop.c', 'select 1 as a', materialized => 'materialized_view', description => 'Changing', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT mesh.create_model('shop.c', 'select 1 as a', description => 'Changing', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT relkind, obj_description(oid), regexp_replace(relacl::text, 'arwdDxtm?', 'all', 'g') AS relacl FROM pg_class WHERE oid = 'runs_shop.c'::regclass;
-- It becomes ephemeral: what was built is told about.
SELECT mesh.create_model('shop.c', 'select 1 as a', materialized => 'ephemeral', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.c');
SELECT * FROM pg_temp.look();
SELECT mesh.drop_model('shop.c');

-- Indexes: added, kept when somebody else made them, none twice.
SELECT mesh.create_model('shop.t', 'select customer, total from e', materialized => 'table', description => 'The totals, indexed',
    indexes => '[{"columns": ["customer"], "unique": true}, {"columns": ["total", "customer"]}, {"columns": ["total"], "type": "hash"}]', replace => true);
CREATE INDEX by_expression ON runs_shop.t ((total * 2)) WHERE total > 0;
SELECT node, status, rows, reason, message FROM mesh.run('shop.t');
SELECT node, status, rows, reason, message FROM mesh.run('shop.t');
SELECT CASE indexname WHEN 'by_expression' THEN indexname ELSE 'of the mesh' END AS whose, replace(indexdef, indexname, 'name') FROM pg_indexes WHERE tablename = 't' AND schemaname = 'runs_shop' ORDER BY 2;
SELECT obj_description('runs_shop.t'::regclass);
SET enable_seqscan = off;
SELECT * FROM runs_shop.t WHERE customer = 3;
SELECT * FROM runs_shop.t WHERE total * 2 = 200 AND total > 0;
RESET enable_seqscan;
SELECT mesh.create_model('shop.t', 'select customer, total from e', materialized => 'table', indexes => '[{"columns": ["nope"]}]', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.t');
SELECT mesh.create_model('shop.t', 'select customer, total from e', materialized => 'table', indexes => '[{"cols": ["nope"]}]', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.t');
SELECT mesh.create_model('shop.t', 'select 1 as customer, total from e', materialized => 'table', replace => true);
SELECT node, status, rows, reason, regexp_replace(message, '\d{4,}', 'N', 'g') AS message FROM mesh.run('shop.t');
SELECT mesh.create_model('shop.t', 'select customer, total from e', materialized => 'table', replace => true);

-- Options.
SELECT mesh.create_model('shop.z1', 'select 1 / (id - 1) as a from runs_raw.orders', materialized => 'table');
SELECT mesh.create_model('shop.z2', 'select a from z1', materialized => 'table');
SELECT mesh.create_model('shop.zz', 'select mesh.var(''name'', ''nobody'') as name', materialized => 'table');
SELECT node, status, rows, reason, message FROM mesh.run('shop', exclude => 'shop.wide shop.m') ORDER BY node;
SELECT node, status, rows, reason, message FROM mesh.run('shop.z1 shop.z2 shop.zz', fail_fast => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.z1 shop.z2 shop.zz', vars => '{"name": "Ann"}');
SELECT name FROM runs_shop.zz;
SELECT node, status, rows, reason, message FROM mesh.run('shop.t shop.z1 shop.zz', atomic => true, vars => '{"name": "Bea"}');
SELECT name FROM runs_shop.zz;
SELECT node, status, rows, reason, message FROM mesh.run('shop.zz', publish => 'model', vars => '{"name": "Cleo"}');
SELECT name, current_setting('mesh.vars') AS vars_now FROM runs_shop.zz;
SELECT mesh.run('shop.zz', publish => 'never');
SELECT mesh.run('shop.zz', vars => '[1]');
SELECT mesh.run(NULL);
-- Model by model: the one that cannot be published keeps no other back.
SET SESSION AUTHORIZATION regress_runs_bi;
CREATE VIEW runs_shop.bi AS SELECT id FROM runs_shop.v;
RESET SESSION AUTHORIZATION;
SELECT mesh.create_model('shop.v', 'select customer, id from runs_raw.orders', replace => true);
SELECT mesh.drop_model('shop.i');
SELECT mesh.drop_model('shop.m');
SELECT mesh.drop_model('shop.t');
SELECT mesh.drop_model('shop.e');
SELECT mesh.create_model('shop.v', 'select customer, id from runs_raw.orders', replace => true);
SELECT node, status, rows, reason, message FROM mesh.run('shop.v shop.zz', vars => '{"name": "Dora"}');
SELECT name FROM runs_shop.zz;
SELECT node, status, rows, reason, message FROM mesh.run('shop.v shop.zz', publish => 'model', vars => '{"name": "Dora"}');
SELECT name FROM runs_shop.zz;
SELECT count(*) FROM pg_class WHERE relname LIKE 'mesh\_%' OR relname LIKE 'pg\_temp\_%' AND relnamespace = 'runs_shop'::regnamespace;
DROP VIEW runs_shop.bi;
-- Tests are left out on demand.
SELECT mesh.create_test('shop.zz', 'accepted_values', 'name', arguments => '{"values": ["Eve"]}');
SELECT node, status, rows, failures, message FROM mesh.run('shop.zz', vars => '{"name": "Fay"}');
SELECT name FROM runs_shop.zz;
SELECT node, status, rows, failures, message FROM mesh.run('shop.zz', tests => false, vars => '{"name": "Fay"}');
SELECT name FROM runs_shop.zz;

-- Selectors.
SELECT mesh.create_domain('other', owner => 'regress_runs_owner', schema => 'runs_other');
SELECT mesh.create_model('other.a', 'select id from runs_raw.orders', tags => '{nightly}');
SELECT mesh.create_model('other.b', 'select id from a', materialized => 'table', tags => '{nightly,big}');
SELECT mesh.create_model('other.c', 'select a.id from a join b using (id)', materialized => 'table');
SELECT mesh.create_model('other.d', 'select id from c', materialized => 'ephemeral');
SELECT mesh.create_test('other.b', 'not_null', 'id'), mesh.create_test('other.c', sql => 'select * from {{ ref(''c'') }} where id < 0', name => 'no_negatives');
SELECT s, (SELECT string_agg(node, ' ' ORDER BY node) FROM mesh.run(s)) AS nodes
FROM unnest('{other,other.*,+other.b,other.a+,1+other.c,other.a+1,@other.b,tag:nightly,"tag:nightly,tag:big",config.materialized:table,"other.a other.d","test_type:singular","source:*+"}'::text[]) WITH ORDINALITY o(s, n) ORDER BY n;
SELECT node FROM mesh.run('other', exclude => '+other.c') ORDER BY 1;
SELECT node FROM mesh.run('other', exclude => 'tag:big other.d') ORDER BY 1;
SELECT mesh.run('tag:none');
SELECT mesh.run('other.nope');
SELECT mesh.run('nope:x');
SELECT mesh.run('+');
SELECT count(*) FROM mesh.run('');
SELECT count(*) FROM mesh.run('other other.nope');
SELECT mesh.run('other', exclude => 'method:x');

-- What was recorded.
SELECT status, count(*) FROM mesh.runs GROUP BY 1 ORDER BY 1;
SELECT count(*) = sum((status IN ('success', 'error', 'skipped', 'pass', 'fail', 'warn'))::int) AS known_words FROM mesh.steps;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA runs_raw, runs_shop, runs_other CASCADE;
DROP ROLE regress_runs_owner, regress_runs_bi;
