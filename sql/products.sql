-- Publishing products, and consuming them across domains.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE ROLE regress_shop;
CREATE ROLE regress_marketing;
CREATE ROLE regress_bi;
CREATE ROLE regress_stranger;
CREATE SCHEMA shop_raw;
CREATE TABLE shop_raw.orders (customer_id int, amount numeric, placed date, note text);
INSERT INTO shop_raw.orders VALUES (1, 10, '2024-01-01', 'a'), (1, 5, '2024-01-02', 'b'), (2, 7, '2024-01-03', 'c');
GRANT USAGE ON SCHEMA shop_raw TO regress_shop;
GRANT SELECT ON shop_raw.orders TO regress_shop;
SELECT mesh.create_domain('shop', owner => 'regress_shop'), mesh.create_domain('marketing', owner => 'regress_marketing');

SET SESSION AUTHORIZATION regress_shop;
SET client_min_messages = notice;
SELECT mesh.create_source('shop', 'shop_raw', '{orders}');
SELECT mesh.create_model('shop.summary', $$select customer_id, sum(amount) as total, max(placed) as last_order
from shop_raw.orders group by customer_id$$, materialized => 'table');
SELECT mesh.create_model('shop.secret', 'select customer_id, note from shop_raw.orders', materialized => 'table');
SELECT mesh.create_model('shop.helper', 'select 1 as one', materialized => 'ephemeral');
SELECT mesh.create_model('shop.waits', 'select * from missing_yet');
SELECT mesh.create_test('shop.summary', 'not_null', 'customer_id'), mesh.create_test('shop.summary', 'unique', 'customer_id');
SELECT mesh.create_test('shop.summary', 'not_null', 'total', severity => 'warn');

-- Publish: the contract is what the model holds.
SELECT mesh.publish('shop.summary', description => 'What each customer spent');
SELECT product, version, model, access, description, columns, owner, schema_name, consumers FROM mesh.products WHERE domain = 'shop';
SELECT jsonb_pretty(contract) FROM mesh.products WHERE domain = 'shop';
-- What publish refuses.
SELECT mesh.publish('shop.nope');
SELECT mesh.publish('shop.waits');
SELECT mesh.publish('shop.helper');
SELECT mesh.publish('shop.summary');
SELECT mesh.publish('shop.summary', version => 0);
SELECT mesh.publish('shop.summary', product => 'other', access => 'open');
SELECT mesh.publish('shop.summary', product => 'other', contract => '{"columns": [{"name": "customer_id"}]}');
SELECT mesh.publish('shop.summary', product => 'other', contract => '{"columns": [{"name": "customer_id", "type": "text"}, {"name": "total", "type": "decimal", "not_null": true}, {"name": "x", "type": "int"}], "keys": [{"columns": ["total"]}], "tests": ["t"]}');
-- Types are compared, not their spelling.
SELECT mesh.publish('shop.summary', product => 'totals', contract => '{"columns": [{"name": "customer_id", "type": "int4", "not_null": true}, {"name": "total", "type": "decimal"}], "keys": [{"columns": ["customer_id"], "primary": true}]}');
SELECT columns FROM mesh.products WHERE domain = 'shop' AND product = 'totals';
SELECT mesh.unpublish('shop.totals');
SET SESSION AUTHORIZATION regress_stranger;
SELECT mesh.publish('shop.summary', version => 2);
SELECT mesh.unpublish('shop.summary');

-- A consumer asks, the owner approves; not built yet, so the grants come with the first build.
SELECT domain, product, access, description FROM mesh.products WHERE domain = 'shop';
SELECT mesh.request_access('shop.summary', 'marketing', purpose => 'campaigns');
SELECT mesh.request_access('shop.summary', 'nobody_of_that_name');
SELECT mesh.request_access('summary', 'regress_stranger');
SELECT mesh.request_access('nowhere.summary', 'regress_stranger');
SELECT mesh.request_access('shop.secret', 'regress_stranger');
SELECT mesh.request_access('shop.summary', 'regress_stranger', version => 7);
SELECT mesh.request_access('shop.summary', 'regress_stranger', until => '2001-01-01 00:00+00');
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.create_model('marketing.best', 'select customer_id, total from shop.summary where total > 8', materialized => 'table');
SELECT mesh.request_access('shop.summary', 'marketing', purpose => 'campaigns') AS request \gset
SELECT mesh.request_access('shop.summary', 'marketing');
SELECT mesh.create_model('marketing.best', 'select customer_id, total from {{ ref(''shop'', ''summary'') }}', materialized => 'table');
SELECT mesh.approve(:request);
SELECT consumer_kind, consumer, purpose, status, requested_by, decided_by FROM mesh.agreements;
SET SESSION AUTHORIZATION regress_shop;
SELECT consumer_kind, consumer, purpose, status, requested_by, decided_by FROM mesh.agreements;
SELECT mesh.approve(999999);
SELECT mesh.approve(:request);
SELECT mesh.approve(:request);
SELECT mesh.grant_product('shop.summary', 'regress_bi', purpose => 'dashboards') > 0 AS granted;
SELECT has_schema_privilege('regress_bi', 'shop', 'USAGE') AS before_the_build;
SELECT node, status, message FROM mesh.run('shop.summary');
SELECT r, has_table_privilege(r, 'shop.summary', 'SELECT') AS reads, has_schema_privilege(r, 'shop', 'USAGE') AS sees
FROM unnest('{regress_marketing,regress_bi,regress_stranger}'::text[]) r;

-- The domain consumes it with a model, the BI role as an ordinary relation.
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.request_access('shop.summary', 'marketing');
SELECT mesh.create_model('marketing.best', 'select customer_id, total from {{ ref(''shop'', ''summary'') }} where total > 8', materialized => 'table');
SELECT node, status, message FROM mesh.run('marketing');
SELECT * FROM marketing.best;
SET SESSION AUTHORIZATION regress_bi;
SELECT * FROM shop.summary ORDER BY 1;
\d shop.summary
SELECT domain, product, version, age < '1 hour' AS fresh, row_count, tests_passed, tests_failed, tests_warned, consumers, contract_ok FROM mesh.product_status;
SELECT count(*) FROM mesh.models;
-- A rebuild keeps the grants.
SET SESSION AUTHORIZATION regress_shop;
SELECT node, status FROM mesh.run('shop.summary', tests => false);
SET SESSION AUTHORIZATION regress_bi;
SELECT count(*) FROM shop.summary;

-- A private model stays private, whatever was granted by hand.
SET SESSION AUTHORIZATION regress_shop;
SELECT node, status FROM mesh.run('shop.secret');
GRANT SELECT ON shop.secret TO regress_marketing;
SET SESSION AUTHORIZATION regress_marketing;
SELECT count(*) FROM shop.secret;
SELECT mesh.create_model('marketing.spy', 'select * from shop.secret');
SELECT mesh.create_source('marketing', 'spy', '{secret}', schema => 'shop');
RESET SESSION AUTHORIZATION;
INSERT INTO mesh.source_registry (domain, source_name, table_name, schema_name) VALUES ('marketing', 'spy', 'secret', 'shop');
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.create_model('marketing.spy', 'select * from {{ source(''spy'', ''secret'') }}');
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.publish('shop.secret', access => 'private');
SELECT mesh.grant_product('shop.secret', 'marketing');
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.create_model('marketing.spy', 'select * from shop.secret');
SELECT mesh.request_access('shop.secret', 'marketing');
SELECT product FROM mesh.products WHERE domain = 'shop';
SELECT mesh.contract_breaks('shop.secret', 1);

-- Public: granted to whoever asks.
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.publish('shop.secret', access => 'public', replace => true);
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.create_model('marketing.spy', 'select * from shop.secret');
SELECT mesh.request_access('shop.secret', 'marketing') > 0 AS asked;
SELECT product, status, decided_by, reason FROM mesh.agreements WHERE product = 'secret';
SELECT mesh.create_model('marketing.spy', 'select * from shop.secret');
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.publish('shop.secret', access => 'private', replace => true);

-- A change that breaks the contract does not take effect; one that adds does.
SELECT mesh.create_model('shop.summary', 'select customer_id::bigint, count(*) as total from shop_raw.orders group by 1', materialized => 'table', replace => true);
SELECT mesh.create_model('shop.summary', 'select customer_id, 1.5 as total, current_date as last_order from shop_raw.orders', materialized => 'ephemeral', replace => true);
SELECT mesh.create_model('shop.summary', 'select * from missing_yet', materialized => 'table', replace => true);
SELECT mesh.create_model('shop.summary', $$select count(*) as orders, customer_id, sum(amount) as total, max(placed) as last_order
from shop_raw.orders group by customer_id$$, materialized => 'table', replace => true);
SELECT mesh.contract_breaks('shop.summary', 1);
SELECT mesh.create_model('shop.summary', $$select customer_id, sum(amount) as total, max(placed) as last_order
from shop_raw.orders group by customer_id$$, materialized => 'table', replace => true);
RESET SESSION AUTHORIZATION;
ALTER TABLE shop_raw.orders ALTER placed TYPE timestamp;
SELECT node, status, message FROM mesh.run('shop.summary');
ALTER TABLE shop_raw.orders ALTER placed TYPE date;
UPDATE mesh.test_registry SET severity = 'warn' WHERE domain = 'shop' AND name = 'unique_summary_customer_id';
SELECT node, status, message FROM mesh.run('shop.summary');
SELECT contract_ok, contract_breaks FROM mesh.product_status WHERE product = 'summary';
UPDATE mesh.test_registry SET severity = 'error' WHERE domain = 'shop' AND name = 'unique_summary_customer_id';
SET SESSION AUTHORIZATION regress_bi;
SELECT * FROM shop.summary ORDER BY 1;

-- Versions; a replacement may not break what consumers hold.
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.create_model('shop.summary_v2', 'select customer_id, sum(amount)::float8 as spent from shop_raw.orders group by 1', materialized => 'table');
SELECT mesh.publish('shop.summary_v2', product => 'summary', replace => true);
SELECT mesh.publish('shop.summary', access => 'private', replace => true);
SELECT mesh.publish('shop.summary', contract => '{"columns": [{"name": "customer_id", "type": "int"}]}', replace => true);
SELECT mesh.publish('shop.summary', description => 'Orders and their sums', replace => true);
SELECT mesh.publish('shop.summary_v2', product => 'summary', version => 2, access => 'protected');
SELECT version, model, description, columns FROM mesh.products WHERE domain = 'shop' AND product = 'summary' ORDER BY 1;
SELECT mesh.grant_product('shop.summary_v2', 'marketing') > 0 AS granted;
SELECT product, version, consumer FROM mesh.agreements WHERE domain = 'shop' AND status = 'approved' ORDER BY 1, 2, 3;
SELECT mesh.revoke_product('shop.summary', 'marketing', version => 2);

-- Rejection, and a request that is taken up again.
SET SESSION AUTHORIZATION regress_stranger;
SELECT mesh.request_access('shop.summary', 'regress_stranger', 'curious', version => 1) AS request \gset
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.revoke_product('shop.summary', 'regress_stranger');
SELECT mesh.reject(:request, 'no purpose that we know');
SELECT mesh.reject(:request);
SET SESSION AUTHORIZATION regress_stranger;
SELECT status, reason FROM mesh.agreements;
SELECT domain, product, row_count, consumers, contract_ok FROM mesh.product_status;

-- An agreement that ends by itself.
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.grant_product('shop.summary', 'regress_stranger', until => clock_timestamp() + '400 ms', version => 1) > 0 AS granted;
SELECT has_table_privilege('regress_stranger', 'shop.summary', 'SELECT') AS reads, has_schema_privilege('regress_stranger', 'shop', 'USAGE') AS sees;
SELECT pg_sleep(0.5);
SELECT mesh.expire_agreements();
SELECT mesh.expire_agreements();
SELECT has_table_privilege('regress_stranger', 'shop.summary', 'SELECT') AS reads, has_schema_privilege('regress_stranger', 'shop', 'USAGE') AS sees;
SELECT status FROM mesh.agreements WHERE consumer = 'regress_stranger' ORDER BY id;
-- A model of a consumer domain is refused from that moment, and a run takes the grants back.
SELECT mesh.grant_product('shop.summary', 'marketing', until => clock_timestamp() + '200 ms', version => 1) > 0 AS granted;
SELECT status, reason FROM mesh.agreements WHERE consumer = 'marketing' AND product = 'summary' ORDER BY id;
SELECT pg_sleep(0.3);
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.create_model('marketing.late', 'select * from shop.summary');
SELECT node, status, message FROM mesh.run('marketing.best');
SELECT has_table_privilege('regress_marketing', 'shop.summary', 'SELECT') AS reads, has_schema_privilege('regress_marketing', 'shop', 'USAGE') AS uses_secret_still;

-- Revocation: always possible, says what will fail, takes back only what agreements gave.
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.grant_product('shop.summary', 'marketing', version => 1) > 0 AS granted;
SELECT mesh.unpublish('shop.summary', 1);
SELECT mesh.revoke_product('shop.summary', 'nobody_of_that_name');
SELECT mesh.revoke_product('shop.summary', 'marketing');
SELECT mesh.revoke_product('shop.summary', 'regress_bi');
SELECT mesh.revoke_product('shop.summary', 'regress_bi');
SELECT r, has_table_privilege(r, 'shop.summary', 'SELECT') AS reads, has_schema_privilege(r, 'shop', 'USAGE') AS sees
FROM unnest('{regress_marketing,regress_bi}'::text[]) r;
SET SESSION AUTHORIZATION regress_marketing;
SELECT node, status, message FROM mesh.run('marketing.best');
SET SESSION AUTHORIZATION regress_bi;
SELECT count(*) FROM shop.summary;
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.drop_model('shop.summary');
SELECT mesh.unpublish('shop.summary', 9);
SELECT mesh.unpublish('shop.summary');
SELECT product, version FROM mesh.products WHERE domain = 'shop';
SELECT mesh.grant_product('shop.summary', 'marketing');

-- A domain that is dropped consumes no more; a name that is both domain and role has to be told apart.
RESET SESSION AUTHORIZATION;
SELECT mesh.create_domain('regress_bi', owner => 'regress_stranger');
SELECT mesh.publish('shop.summary');
SELECT mesh.grant_product('shop.summary', 'regress_bi');
SELECT mesh.grant_product('shop.summary', 'regress_bi', consumer_kind => 'group');
SELECT mesh.grant_product('shop.summary', 'regress_bi', consumer_kind => 'domain') > 0 AS granted;
SELECT mesh.grant_product('shop.summary', 'regress_bi', consumer_kind => 'role') > 0 AS granted;
SELECT consumers FROM mesh.product_status WHERE domain = 'shop' AND product = 'summary';
SELECT mesh.revoke_product('shop.summary', 'regress_bi');
SELECT mesh.drop_domain('regress_bi');
SELECT has_table_privilege('regress_stranger', 'shop.summary', 'SELECT') AS reads, consumers
FROM mesh.product_status WHERE domain = 'shop' AND product = 'summary';
SELECT mesh.revoke_product('shop.summary', 'regress_bi');

-- Keys that the materialization holds; a model of several products; what an owner cannot approve any more.
SELECT mesh.create_model('shop.ledger', 'select customer_id, note from shop_raw.orders', materialized => 'incremental', unique_key => '{note}', indexes => '[{"columns": ["customer_id", "note"], "unique": true}]');
SELECT mesh.publish('shop.ledger'), mesh.publish('shop.ledger', product => 'book', access => 'protected');
SELECT product, contract -> 'keys' AS keys FROM mesh.products WHERE model = 'ledger' ORDER BY 1;
SELECT mesh.unpublish('shop.ledger');
SELECT mesh.publish('shop.ledger', product => 'diary');
SELECT mesh.grant_product('shop.ledger', 'marketing');
SELECT mesh.request_access('shop.book', 'shop');
SET SESSION AUTHORIZATION regress_stranger;
SELECT mesh.request_access('shop.book', 'regress_stranger', until => clock_timestamp() + '100 ms') AS late \gset
SELECT mesh.request_access('shop.diary', 'regress_stranger') AS waiting \gset
SELECT pg_sleep(0.2);
RESET SESSION AUTHORIZATION;
\set VERBOSITY terse
SELECT mesh.approve(:late);
\set VERBOSITY default
SELECT mesh.publish('shop.ledger', product => 'diary', access => 'private', replace => true);
SELECT mesh.approve(:waiting);
SELECT mesh.unpublish('shop.diary');
SELECT product, status, reason FROM mesh.agreements WHERE product = 'diary';
-- What a consumer passed on by a grant option that it was given by hand ends with its agreement.
SELECT mesh.grant_product('shop.book', 'regress_bi') > 0 AS granted;
SELECT node, status FROM mesh.run('shop.ledger');
GRANT SELECT ON shop.ledger TO regress_bi WITH GRANT OPTION;
SET SESSION AUTHORIZATION regress_bi;
GRANT SELECT ON shop.ledger TO regress_stranger;
RESET SESSION AUTHORIZATION;
SELECT mesh.revoke_product('shop.book', 'regress_bi');
SELECT r, has_table_privilege(r, 'shop.ledger', 'SELECT') AS reads FROM unnest('{regress_bi,regress_stranger}'::text[]) r;

-- Names that need quotes, Unicode, 63 bytes and more.
\pset format unaligned
CREATE ROLE "Regress ""Ünïcode"" rôle";
SELECT mesh.create_domain('Große-Welt', owner => 'regress_shop');
SELECT mesh.create_model('"Große-Welt"."Übersicht, gesamt"', 'select 1 as "Nummer 1"', materialized => 'table');
SELECT mesh.publish('"Große-Welt"."Übersicht, gesamt"', product => 'Das "Produkt"');
SELECT mesh.grant_product('"Große-Welt"."Das ""Produkt"""', 'Regress "Ünïcode" rôle') > 0 AS granted;
SELECT mesh.create_model('shop.a_model_whose_name_is_longer_than_the_sixty_three_bytes_of_an_identifier', 'select 2 as two', materialized => 'table');
SELECT mesh.publish('shop.a_model_whose_name_is_longer_than_the_sixty_three_bytes_of_an_identifier');
SELECT mesh.grant_product('shop.a_model_whose_name_is_longer_than_the_sixty_three_bytes_of_an_identifier', 'Regress "Ünïcode" rôle') > 0 AS granted;
SELECT node, status, message FROM mesh.run('Große-Welt');
SELECT node, status FROM mesh.run('shop.a_model_whose_name_is_longer_than_the_sixty_three_bytes_of_an_identifier');
SET SESSION AUTHORIZATION "Regress ""Ünïcode"" rôle";
SELECT relname FROM pg_class WHERE relname LIKE 'a\_model\_whose%' AND relkind = 'r' \gset
SELECT (SELECT two FROM shop.:"relname"), (SELECT "Nummer 1" FROM "Große-Welt"."Übersicht, gesamt");
SELECT domain, product, columns FROM mesh.products WHERE domain LIKE 'Gro%';
SET SESSION AUTHORIZATION regress_marketing;
SELECT mesh.create_model('marketing.long', 'select * from shop.' || :'relname');
SELECT mesh.create_model('marketing.long', 'select * from "Große-Welt"."Übersicht, gesamt"');

RESET SESSION AUTHORIZATION;
SELECT mesh.revoke_product('"Große-Welt"."Das ""Produkt"""', 'Regress "Ünïcode" rôle');
SELECT mesh.revoke_product('shop.a_model_whose_name_is_longer_than_the_sixty_three_bytes_of_an_identifier', 'Regress "Ünïcode" rôle');
-- No grant is left that would keep the role.
DROP ROLE "Regress ""Ünïcode"" rôle";
SET client_min_messages = warning;
DELETE FROM mesh.product_registry WHERE domain IN ('shop', 'marketing', 'Große-Welt');
DELETE FROM mesh.model_registry WHERE domain IN ('shop', 'marketing', 'Große-Welt');
DELETE FROM mesh.source_registry WHERE domain IN ('shop', 'marketing', 'Große-Welt');
SELECT mesh.drop_domain(name) FROM mesh.domains WHERE name IN ('shop', 'marketing', 'Große-Welt');
SELECT count(*) FROM mesh.agreements;
DROP OWNED BY regress_shop, regress_marketing, regress_bi, regress_stranger CASCADE;
DROP ROLE regress_shop, regress_marketing, regress_bi, regress_stranger;
DROP SCHEMA shop_raw CASCADE;
DROP EXTENSION mesh CASCADE;
