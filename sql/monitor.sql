-- Monitor and evolve: plan, lineage, graph, freshness, and who sees what. Two domains with an owner each, and a BI role.
\set VERBOSITY default
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS mesh;
SET mesh.skip_unchanged = off;
DROP ROLE IF EXISTS shop_analyst, visitor, shop_owner, growth_owner, bi_reader;
CREATE ROLE shop_owner;
CREATE ROLE growth_owner;
CREATE ROLE shop_analyst IN ROLE shop_owner;
CREATE ROLE bi_reader;
CREATE ROLE visitor NOINHERIT IN ROLE shop_owner;
CREATE SCHEMA landing;
CREATE TABLE landing.orders (id int, customer_id int, amount numeric, note text, loaded_at timestamptz, day date, epoch bigint);
CREATE TABLE landing.customers (id int, name text);
CREATE TABLE landing.calendar (day date);
INSERT INTO landing.orders VALUES (1, 1, 10, 'a', now() - interval '3 hours', current_date - 10, 0), (2, 2, 5, 'b', now() - interval '5 hours', current_date - 20, 0);
INSERT INTO landing.customers VALUES (1, 'ann'), (2, 'bob');
GRANT USAGE ON SCHEMA landing TO shop_owner, growth_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA landing TO shop_owner, growth_owner;
SELECT mesh.create_domain('shop', owner => 'shop_owner');
SELECT mesh.create_domain('growth', owner => 'growth_owner');

-- Sources: what is wrong is said.
SET ROLE shop_owner;
SELECT mesh.create_source('shop', 'landing', '{orders}', freshness => '{"warn_after": "1 hour"}');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'loaded_at', freshness => '{"warn_after": "soon"}');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'loaded_at', freshness => '{"warn_after": "-1 hour"}');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'loaded_at', freshness => '{"warn": "1 hour"}');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'loaded_at', freshness => '{"warn_after": {"count": 1, "period": "week"}}');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'nope');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'note');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'day) from landing.orders; select (now()');
SELECT mesh.create_source('shop', 'landing', '{}');
SELECT mesh.create_source('shop', 'landing', '{orders,customers}', description => 'what lands');
SELECT mesh.create_source('shop', 'landing', '{orders}');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'loaded_at', freshness => '{"warn_after": {"count": 2, "period": "hour"}, "error_after": "1 day"}',
                          description => 'orders', replace => true);
SELECT mesh.create_source('shop', 'people', '{customers}', schema => 'landing');
SELECT source_name, table_name, schema_name, loaded_at, warn_after, error_after, description, found FROM mesh.sources WHERE domain = 'shop' ORDER BY 1, 2;

-- A plan before anything is built, and what a plan says is what the run does.
SELECT mesh.create_model('shop.orders', $$select id, customer_id, amount from {{ source('landing', 'orders') }} where note is not null$$, materialized => 'table');
SELECT mesh.create_model('shop.customers', 'select id as customer_id, name from landing.customers', tags => '{people}');
SELECT mesh.create_model('shop.days', 'select day from landing.calendar', materialized => 'ephemeral');
SELECT mesh.create_model('shop.totals', 'select c.customer_id, c.name, sum(o.amount) as total from orders o join customers c using (customer_id) group by 1, 2', materialized => 'table');
SELECT mesh.create_model('shop.daily', 'select day from days', materialized => 'materialized_view');
SELECT mesh.create_model('shop.week', 'select max(day) as last from days');
SELECT mesh.create_model('shop.log', 'select id, amount from orders', materialized => 'incremental', unique_key => '{id}');
SELECT mesh.create_model('shop.report', 'select name, total from totals');
SELECT mesh.create_model('shop.waiting', 'select * from not_there');
SELECT mesh.create_model('shop.behind', 'select * from waiting');
SELECT mesh.create_test('shop.totals', 'not_null', 'customer_id');
SELECT mesh.create_test('shop.waiting', 'not_null', 'x');
SELECT * FROM mesh.plan('shop');
SELECT action, reason FROM mesh.plan('shop.report');
SELECT * FROM mesh.plan('shop.totals', exclude => 'not_null_totals_customer_id');
SELECT node, kind, status FROM mesh.run('shop');
SELECT * FROM mesh.plan('shop');
SELECT node, action, reason FROM mesh.plan('shop.customers shop.log', full_refresh => true);
SELECT node, action, reason FROM mesh.plan('test:not_null_totals_customer_id');

-- Changes: a definition, columns, a materialization, a relation that is gone or not the mesh's.
SELECT mesh.create_model('shop.customers', 'select id as customer_id, upper(name) as name from landing.customers', tags => '{people}', replace => true);
SELECT mesh.create_model('shop.report', 'select total, name, 1 as one from totals', replace => true);
SELECT mesh.create_model('shop.log', 'select id, amount, customer_id from orders', materialized => 'incremental', unique_key => '{id}', replace => true);
SELECT mesh.create_model('shop.daily', 'select day from days', materialized => 'table', replace => true);
SELECT mesh.create_model('shop.mine', 'select 1 as a', materialized => 'table');
CREATE TABLE shop.mine (a int);
SELECT node, action, reason FROM mesh.plan('shop', exclude => 'waiting behind');
-- What the plan says is what the run does, in the same order.
BEGIN;
CREATE TEMP TABLE planned AS SELECT row_number() OVER () AS at, p.node, p.action FROM mesh.plan('shop') p WHERE p.kind = 'model';
CREATE TEMP TABLE ran AS SELECT row_number() OVER () AS at, r.node, r.status, r.reason FROM mesh.run('shop', publish => 'model') r WHERE r.kind = 'model';
SELECT count(*) AS same, count(*) FILTER (WHERE action = 'error') AS errors, count(*) FILTER (WHERE action = 'skip') AS skipped FROM planned FULL JOIN ran USING (at, node)
WHERE status = CASE action WHEN 'error' THEN 'error' WHEN 'skip' THEN 'skipped' ELSE 'success' END;
SELECT at, node, action, status, reason FROM planned FULL JOIN ran USING (at, node)
WHERE status IS DISTINCT FROM CASE action WHEN 'error' THEN 'error' WHEN 'skip' THEN 'skipped' ELSE 'success' END;
ROLLBACK;
SELECT mesh.create_model('shop.log', 'select id, customer_id from orders', materialized => 'incremental', unique_key => '{id}', on_schema_change => 'fail', replace => true);
SELECT node, action, reason FROM mesh.plan('shop.log');
SELECT mesh.create_model('shop.log', 'select id, customer_id from orders', materialized => 'incremental', unique_key => '{id}', on_schema_change => 'sync_all_columns', replace => true);
SELECT node, action, reason FROM mesh.plan('shop.log');
SELECT mesh.drop_model('shop.mine');
DROP TABLE shop.mine;
-- Somebody else's view stands on a view that has to be made anew, and on a column that goes.
RESET ROLE;
GRANT USAGE ON SCHEMA shop TO growth_owner;
GRANT SELECT ON shop.report, shop.totals TO growth_owner;
CREATE VIEW public.on_report AS SELECT name FROM shop.report;
CREATE VIEW public.on_totals AS SELECT total FROM shop.totals;
ALTER VIEW public.on_report OWNER TO growth_owner;
SELECT node, action, reason FROM mesh.plan('shop.report');
SELECT node, status FROM mesh.run('shop.report');
DROP VIEW public.on_report;
BEGIN;
SELECT mesh.create_model('shop.report', 'select name from totals', replace => true);
SELECT mesh.create_model('shop.totals', 'select c.customer_id, c.name from orders o join customers c using (customer_id) group by 1, 2', materialized => 'table', replace => true);
SELECT node, action, reason FROM mesh.plan('totals report');
DROP VIEW public.on_totals;
SELECT node, action, reason FROM mesh.plan('totals report');
ROLLBACK;
DROP VIEW public.on_totals;
SELECT node, status, message FROM mesh.run('shop', exclude => 'waiting behind') WHERE status NOT IN ('success', 'pass');
DROP TABLE shop.log;
SELECT node, action, reason FROM mesh.plan('shop', exclude => 'waiting behind');

-- A plan locks no relation.
BEGIN;
SELECT count(*) FROM mesh.plan('shop');
SELECT count(*) AS locked FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND n.nspname IN ('shop', 'landing');
COMMIT;

-- The second domain reads a product of the first.
SELECT mesh.publish('shop.totals', access => 'protected');
SELECT node, status FROM mesh.run('shop.log');
SELECT mesh.publish('shop.log', access => 'private');
SELECT mesh.grant_product('shop.totals', 'growth');
SELECT node, action, reason FROM mesh.plan('shop.totals', exclude => 'not_null_totals_customer_id');
SET ROLE growth_owner;
SELECT mesh.create_model('growth.leads', 'select name, total from shop.totals where total > 1', materialized => 'table');
SELECT mesh.create_model('growth.best', 'select max(total) as best from leads');
SELECT mesh.create_model('growth.notes', 'select note from landing.orders');
SELECT node, status FROM mesh.run('growth');

-- Lineage, by node and by column; each owner sees the border and not beyond it.
SET ROLE shop_owner;
SELECT * FROM mesh.lineage('shop.totals');
SELECT * FROM mesh.lineage('shop.totals', 'upstream', 1);
SELECT * FROM mesh.lineage('source:shop.landing.orders', 'downstream');
SELECT * FROM mesh.lineage('product:shop.totals', 'upstream');
SELECT * FROM mesh.lineage('relation:landing.calendar', 'downstream');
SELECT * FROM mesh.lineage('"shop"."daily"', 'upstream');
SELECT * FROM mesh.lineage('shop.report.total');
SELECT * FROM mesh.lineage('source:shop.landing.orders.amount', 'downstream');
SELECT * FROM mesh.lineage('shop.totals.nope');
SELECT * FROM mesh.lineage('growth.best');
SELECT * FROM mesh.lineage('shop.totals', 'sideways');
SELECT * FROM mesh.lineage('relation:landing.orders');
SET ROLE growth_owner;
SELECT * FROM mesh.lineage('growth.best');
SELECT * FROM mesh.lineage('growth.best.best', 'upstream');
SELECT * FROM mesh.lineage('shop.totals');
SELECT * FROM mesh.lineage('shop.orders');
SELECT * FROM mesh.lineage('product:shop.log');
SET ROLE bi_reader;
SELECT * FROM mesh.lineage('shop.totals');

-- Pictures.
SET ROLE shop_owner;
SELECT mesh.graph('shop.totals+1');
SELECT mesh.graph('tag:people', format => 'dot');
SELECT mesh.graph('shop.totals', tests => true);
SELECT jsonb_pretty(mesh.graph('shop.customers', format => 'json')::jsonb);
SELECT mesh.graph('nothing_of_this');
SELECT mesh.graph(format => 'png');
SET ROLE growth_owner;
SELECT mesh.graph();
SET ROLE bi_reader;
SELECT mesh.graph();

-- Freshness.
SET ROLE shop_owner;
SELECT domain, source_name, status FROM mesh.freshness;
SELECT source, max_loaded_at < snapshotted_at AS older, age > '2 hours' AND age < '4 hours' AS about_three_hours, status, message FROM mesh.source_freshness('shop');
SET client_min_messages = notice;
SELECT source, status FROM mesh.source_freshness('source:people');
SET client_min_messages = warning;
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'day', freshness => '{"warn_after": "1 day", "error_after": "9 days"}', replace => true);
SELECT source, status, message FROM mesh.source_freshness();
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'to_timestamp(epoch)', freshness => '{"warn_after": "300 years"}', replace => true);
SELECT source, max_loaded_at AT TIME ZONE 'UTC' AS max_loaded_at, status, message FROM mesh.source_freshness('shop.orders');
SELECT mesh.create_source('shop', 'landing', '{orders}', loaded_at => 'loaded_at', freshness => '{"error_after": "1 day"}', replace => true);
RESET ROLE;
BEGIN;
DELETE FROM landing.orders;
SET LOCAL ROLE shop_owner;
SELECT source, max_loaded_at, age, status, message FROM mesh.source_freshness('source:shop.landing.orders');
ROLLBACK;
REVOKE SELECT ON landing.orders FROM shop_owner;
SELECT source, max_loaded_at, age, status, message FROM mesh.source_freshness('shop');
GRANT SELECT ON landing.orders TO shop_owner;
SELECT source_name, table_name, status, warn_after, error_after, message, checked_by = current_user AS by_me FROM mesh.freshness WHERE domain = 'shop';
SELECT status, count(*) FROM mesh.freshness_history GROUP BY 1 ORDER BY 1;
SET ROLE growth_owner;
SELECT * FROM mesh.source_freshness('shop');
SELECT * FROM mesh.source_freshness();

-- Sources that are read stay.
SET ROLE shop_owner;
SELECT mesh.drop_source('shop', 'landing');
SELECT mesh.drop_source('shop', 'landing', 'nope');
SELECT mesh.create_source('shop', 'landing', '{customers}', replace => true);
RESET ROLE;
CREATE SCHEMA landing2;
CREATE TABLE landing2.orders (id bigint, customer_id int, amount numeric);
GRANT USAGE ON SCHEMA landing2 TO shop_owner;
GRANT SELECT ON landing2.orders TO shop_owner;
SET ROLE shop_owner;
SELECT mesh.create_source('shop', 'landing', '{orders}', schema => 'landing2', replace => true);
RESET ROLE;
ALTER TABLE landing2.orders ADD note text;
SET ROLE shop_owner;
-- Now the body works, but two models farther a product's contract would break.
SELECT mesh.create_source('shop', 'landing', '{orders}', schema => 'landing2', replace => true);
RESET ROLE;
ALTER TABLE landing2.orders ALTER id TYPE int;
SET ROLE shop_owner;
SELECT mesh.create_source('shop', 'landing', '{orders}', schema => 'landing2', replace => true);
SELECT node, action, reason FROM mesh.plan('shop.orders shop.log');
SELECT mesh.create_source('shop', 'spare', '{customers}', schema => 'landing');
SELECT mesh.drop_source('shop', 'spare');
SELECT source_name, table_name, schema_name FROM mesh.sources WHERE domain = 'shop' ORDER BY 1, 2;

-- Who sees what. An owner sees his domain, whole; a member who inherits sees the same.
SET ROLE shop_analyst;
SELECT name, owner, is_seen FROM mesh.domains WHERE name IN ('shop', 'growth') ORDER BY 1;
SELECT domain, name, materialized, relation, row_count, built_at IS NOT NULL AS built, last_status FROM mesh.models ORDER BY 1, 2;
SELECT DISTINCT domain FROM mesh.steps;
SELECT DISTINCT domain FROM mesh.test_results;
SELECT count(*) > 0 AS some, bool_and(duration >= '0') AS timed, bool_and(steps > 0) AS with_steps FROM mesh.runs;
SELECT test, status, failures, model, column_name, severity FROM mesh.test_results ORDER BY run_id LIMIT 1;
SELECT mesh.sees('shop') AS shop, mesh.sees('growth') AS growth, mesh.sees('nowhere') AS nowhere;
-- The other domain's owner sees nothing of it.
SET ROLE growth_owner;
SELECT DISTINCT domain FROM mesh.models;
SELECT count(*) AS foreign_details FROM (SELECT domain FROM mesh.models UNION ALL SELECT domain FROM mesh.sources UNION ALL SELECT domain FROM mesh.tests
    UNION ALL SELECT domain FROM mesh.dependencies UNION ALL SELECT domain FROM mesh.column_lineage UNION ALL SELECT domain FROM mesh.steps
    UNION ALL SELECT domain FROM mesh.test_results UNION ALL SELECT domain FROM mesh.freshness) d WHERE domain <> 'growth';
SELECT selector, steps, failures FROM mesh.runs;
-- A run over both, started by somebody else: its rows, options and message of the other domain stay hidden.
RESET ROLE;
SELECT count(*) > 2 AS ran FROM mesh.run('growth.notes shop.customers shop.totals', vars => '{"secret": "x"}');
SET ROLE growth_owner;
SELECT steps, options FROM mesh.runs ORDER BY run_id DESC LIMIT 1;
SET ROLE bi_reader;
SELECT name, is_seen FROM mesh.domains WHERE name IN ('shop', 'growth') ORDER BY 1;
SELECT (SELECT count(*) FROM mesh.models) AS models, (SELECT count(*) FROM mesh.sources) AS sources, (SELECT count(*) FROM mesh.tests) AS tests,
       (SELECT count(*) FROM mesh.dependencies) AS dependencies, (SELECT count(*) FROM mesh.column_lineage) AS column_lineage, (SELECT count(*) FROM mesh.runs) AS runs,
       (SELECT count(*) FROM mesh.steps) AS steps, (SELECT count(*) FROM mesh.test_results) AS test_results, (SELECT count(*) FROM mesh.freshness) AS freshness;
SELECT count(*) FROM mesh.model_registry;
SELECT * FROM mesh.plan('shop');
-- A function in a reader's WHERE is not called on rows that he may not see.
CREATE FUNCTION pg_temp.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE WARNING 'saw %', $1; RETURN true; END $$;
SELECT name FROM mesh.models WHERE pg_temp.peek(body);
-- A member that does not inherit sees only after SET ROLE.
SET ROLE visitor;
SELECT count(*) FROM mesh.models;
-- Inside somebody's SECURITY DEFINER function it is he who sees; a view of his shows each reader his own.
RESET ROLE;
GRANT CREATE ON SCHEMA public TO shop_owner;
SET ROLE shop_owner;
CREATE FUNCTION public.shop_models() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'select count(*) from mesh.models where domain = ''shop''';
CREATE VIEW public.shop_models AS SELECT name FROM mesh.models WHERE domain = 'shop';
GRANT SELECT ON public.shop_models TO bi_reader;
SET ROLE bi_reader;
SELECT public.shop_models() > 0 AS by_function, (SELECT count(*) FROM public.shop_models) AS by_view;
-- The views say what they are, and history can be removed by the extension's owner only.
SELECT mesh.history_cleanup('1 day');
RESET ROLE;
SELECT mesh.history_cleanup('100 years');
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'mesh' AND c.relkind = 'v'
    AND (obj_description(c.oid, 'pg_class') IS NULL OR NOT coalesce('security_barrier=true' = ANY (c.reloptions), false));
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'mesh' AND obj_description(p.oid, 'pg_proc') IS NULL;
DROP FUNCTION public.shop_models();
DROP VIEW public.shop_models;

-- Names that need quotes, also at the very end of a body, and one that is too long for an identifier.
SELECT mesh.create_domain('My Shop');
SELECT mesh.create_model('"My Shop"."Top 10"', 'select 1 as "The One"', materialized => 'table');
SELECT mesh.create_model('"My Shop"."say ""hi"""', 'select "The One" from "Top 10"', materialized => 'table');
SELECT mesh.create_model('"My Shop".last', 'select * from "say ""hi"""');
SELECT mesh.identifier('short'), mesh.identifier(repeat('long', 20)) <> mesh.identifier(repeat('long', 21)) AS differ, length(mesh.identifier(repeat('long', 20)));
SELECT step, kind, action, reason FROM mesh.plan('"My Shop"');
SELECT status FROM mesh.run('"My Shop"');
SELECT name, relation, to_regclass(relation) IS NOT NULL AS found FROM mesh.models WHERE domain = 'My Shop' ORDER BY 1 DESC;
SELECT * FROM mesh.lineage('"My Shop"."Top 10"');
SELECT node, kind, depth FROM mesh.lineage('"My Shop"."Top 10"."The One"', 'downstream');
SELECT mesh.graph('"My Shop"');
RESET ROLE;

-- What a step says is kept as it is, whatever characters it has.
SELECT mesh.create_domain('odd');
CREATE FUNCTION landing.fail() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RAISE EXCEPTION USING MESSAGE = E'a\\b\tc\nd \\N \\. äöü' || chr(13) || repeat('x', 1200); END $$;
SELECT mesh.create_model('odd.m', 'select landing.fail() as i', materialized => 'table');
SELECT message AS told FROM mesh.run('odd') \gset
SELECT message = :'told' AS same, replace(left(message, 24), chr(13), '<cr>') AS message, length(message) FROM mesh.steps WHERE node = 'odd.m';
SELECT mesh.drop_model('odd.m');
SELECT mesh.drop_domain('odd');
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA "My Shop", growth, landing, landing2, shop CASCADE;
DROP OWNED BY shop_owner, growth_owner, shop_analyst, bi_reader, visitor CASCADE;
DROP ROLE shop_owner, growth_owner, shop_analyst, bi_reader, visitor;
