-- One run over several domains: consumers read, and test against, what the run has staged of the products they hold.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE ROLE regress_shop;
CREATE ROLE regress_marketing;
CREATE ROLE regress_stranger;
SELECT mesh.create_domain('shop', owner => 'regress_shop'), mesh.create_domain('marketing', owner => 'regress_marketing');
SELECT mesh.create_model('shop.facts', 'select 1 as x', materialized => 'table'), mesh.create_model('shop.seen', 'select 1 as x'),
       mesh.create_model('shop.helper', 'select 1 as x', materialized => 'ephemeral', description => 'An ephemeral model has no relation to comment on');
SELECT mesh.publish('shop.facts'), mesh.publish('shop.seen');
SELECT count(mesh.grant_product(p, 'marketing')) FROM unnest('{shop.facts,shop.seen}'::text[]) p;
SELECT mesh.create_model('marketing.of_table', 'select * from shop.facts', materialized => 'table'),
       mesh.create_model('marketing.of_view', 'select * from shop.seen', materialized => 'table'),
       mesh.create_model('marketing.shown', 'select * from shop.facts'),
       mesh.create_model('marketing.kept', 'select * from shop.facts', materialized => 'materialized_view');
SELECT mesh.create_test('marketing.of_table', 'relationships', 'x', '{"to": "ref(''shop'', ''facts'')", "field": "x"}');
-- Nothing is built yet; then everything is; then with another shape.
SELECT node, status, message FROM mesh.run('shop marketing');
SELECT node, status, message FROM mesh.run('shop marketing');
SELECT mesh.create_model('shop.facts', 'select 1 as x, 2 as y', materialized => 'table', replace => true);
SELECT node, status, message FROM mesh.run('shop marketing');
-- What an agreement gives stays with the relation, and nothing more.
SELECT c.relname, r.rolname, has_table_privilege(r.oid, c.oid, 'SELECT') AS reads, has_table_privilege(r.oid, c.oid, 'INSERT') AS writes
FROM pg_class c, pg_roles r WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'v') AND r.rolname IN ('regress_marketing', 'regress_stranger') ORDER BY 1, 2;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, marketing CASCADE;
DROP ROLE regress_shop, regress_marketing, regress_stranger;
