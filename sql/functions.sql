-- Functions of a dbt project (functions/): made by runs, in the order of what they read and what calls them.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
\set VERBOSITY default
CREATE ROLE regress_shop;
CREATE FUNCTION profiles() RETURNS text LANGUAGE sql AS $f$
SELECT format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: shop}}}', current_database()) $f$;
CREATE FUNCTION project(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object(
'dbt_project.yml', $$
name: shop
profile: shop
models: {shop: {+materialized: table}}
functions: {shop: {money: {+volatility: deterministic}}}
$$,
'seeds/raw_orders.csv', E'id,customer,amount\n1,ann,10\n2,bob,20\n3,ann,1\n',
'models/orders.sql', $$select id, customer, amount::numeric as amount from {{ ref('raw_orders') }}$$,
'models/customers.sql', $$select distinct customer, {{ function('spent') }}(customer) as spent from {{ ref('orders') }}$$,
'models/prices.sql', $${{ config(materialized='view') }}select id, {{ function('shop', 'doubled') }}(amount) as price from {{ ref('orders') }}$$,
'functions/spent.sql', $$select sum(amount) from {{ ref('orders') }} where customer = who$$,
'functions/money/with_tax.sql', $$select round(price * {{ var('tax', 1.5) }}, 1)$$,
'functions/doubled.sql', $$select {{ function('with_tax') }}(price) * times$$,
'functions/functions.yml', $$
functions:
  - {name: spent, description: Of all orders, arguments: [{name: who, data_type: text}], returns: {data_type: numeric}}
  - {name: with_tax, arguments: [{name: price, data_type: numeric}], returns: {data_type: numeric}}
  - name: doubled
    arguments: [{name: price, data_type: numeric}, {name: times, data_type: int, default_value: 2}]
    returns: {data_type: numeric}
$$) || more $f$;
CREATE FUNCTION bad(file text, content text) RETURNS jsonb LANGUAGE sql AS $f$ SELECT project(jsonb_build_object(file, content)) $f$;
SELECT mesh.create_domain('shop', owner => 'regress_shop') IS NULL AS created;
SET SESSION AUTHORIZATION regress_shop;

-- What is wrong is said when it is deployed.
SELECT * FROM mesh.deploy('shop', bad('models/m.sql', $$select {{ function('with_taxes') }}(1) as a$$), profiles => profiles());
SELECT * FROM mesh.deploy('shop', bad('functions/functions.yml', 'functions: [{name: spent, returns: {data_type: int}, arguments: [{name: a, data_type: int, default_value: 1}, {name: b, data_type: int}]}]'), profiles => profiles());
SELECT * FROM mesh.deploy('shop', bad('functions/functions.yml', 'functions: [{name: spent}]'), profiles => profiles());
SELECT * FROM mesh.deploy('shop', bad('functions/other.sql', $${{ config(volatility='often') }}select 1$$), profiles => profiles());

-- What calls a function is analyzed when that is there.
SELECT change, node, kind, file, message FROM mesh.deploy('shop', project(), profiles => profiles());
SELECT unique_id FROM mesh.invoke('shop', 'list', '{"resource_types": ["function"]}') ORDER BY 1;
SELECT node, action, reason FROM mesh.plan('shop');

-- A function reads what the run has staged, and after it what is published.
SELECT node, kind, status, rows, message FROM mesh.run('shop');
SELECT customer, spent FROM shop.customers ORDER BY 1;
SELECT id, price FROM shop.prices ORDER BY 1;
SELECT proname, provolatile, pg_get_function_arguments(oid) AS arguments, prosrc FROM pg_proc WHERE pronamespace = 'shop'::regnamespace ORDER BY 1;
SELECT change, node FROM mesh.deploy('shop', '{"seeds/raw_orders.csv": "id,customer,amount\n1,ann,100\n2,eve,7\n"}', partial => true);
SELECT node, status, rows FROM mesh.run('shop');
SELECT customer, spent, shop.spent(customer) = spent AS same FROM shop.customers ORDER BY 1;
SELECT name, materialized, relation, last_status, built_at IS NOT NULL AS built FROM mesh.models WHERE domain = 'shop' ORDER BY 1;

-- dbt's commands: build makes functions, run does not.
SELECT change, node FROM mesh.deploy('shop', '{"functions/money/with_tax.sql": "select price + 1"}', partial => true);
SELECT unique_id, kind, status FROM mesh.invoke('shop', 'run');
SELECT shop.with_tax(10);
SELECT unique_id, status, message FROM mesh.invoke('shop', 'build', '{"select": "with_tax+"}');
SELECT shop.with_tax(10), (SELECT sum(price) FROM shop.prices);
SELECT mesh.compiled('shop', 'doubled');
SELECT * FROM mesh.show('shop', $$select {{ function('doubled') }}(3, 3) as a$$);
SELECT f.key, f.value->'arguments' AS arguments, f.value->'returns' AS returns, f.value->'depends_on'->'nodes' AS depends_on FROM json_each(mesh.manifest('shop')->'functions') f ORDER BY 1;

-- One that fails keeps what calls it from being built, and stays as it was; so it does when the run fails otherwise.
SELECT change, node FROM mesh.deploy('shop', '{"functions/money/with_tax.sql": "select nothing"}', partial => true);
SELECT node, status, CASE WHEN status <> 'unchanged' THEN reason END AS reason, message FROM mesh.run('shop');
SELECT shop.with_tax(10);
SELECT change, node FROM mesh.deploy('shop', '{"functions/money/with_tax.sql": "select price + 2", "models/customers.sql": "select 1 / 0 as a"}', partial => true, "check" => false);
SELECT node, status FROM mesh.run('shop', atomic => true);
SELECT shop.with_tax(10);

-- Several at once: a function is made by the run itself, and what calls it is built where it is seen.
SELECT change, node FROM mesh.deploy('shop', project(), profiles => profiles());
SELECT node, status, rows FROM mesh.run('shop', threads => 2);
SELECT customer, spent FROM shop.customers ORDER BY 1;

-- Another owner gets the functions too; one that the project has no longer stays.
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_other;
SELECT mesh.alter_domain('shop', owner => 'regress_other');
SELECT DISTINCT proowner::regrole FROM pg_proc WHERE pronamespace = 'shop'::regnamespace;
SET SESSION AUTHORIZATION regress_other;
SELECT node, status FROM mesh.run('shop', force => true) WHERE status <> 'success';
SELECT change, node, kind, message FROM mesh.deploy('shop', project('{"models/customers.sql": "select 1 as a"}') - 'functions/spent.sql' - 'functions/functions.yml'
    || jsonb_build_object('functions/functions.yml', 'functions: [{name: with_tax, arguments: [{name: price, data_type: numeric}], returns: {data_type: numeric}}]', 'functions/doubled.sql', '{{ config(enabled=false) }}', 'models/prices.sql', 'select 1 as a')) ORDER BY 1, 2;
SELECT shop.spent('ann');
SELECT node, status FROM mesh.run('shop');
RESET SESSION AUTHORIZATION;
-- Another deployment that has not made its functions calls those of the state.
SELECT mesh.manifest('shop')::text AS state \gset
SELECT change, node FROM mesh.deploy('shop_dev', project('{"models/prices.sql": "select {{ function(''with_tax'') }}(1) as price"}'), profiles => replace(profiles(), 'schema: shop', 'schema: shop_dev')) WHERE change <> 'added';
SELECT unique_id, status, compiled FROM mesh.invoke('shop_dev', 'run', jsonb_build_object('select', 'prices', 'defer', true, 'state', :'state'));
SELECT * FROM shop_dev.prices;
SELECT mesh.drop_model('shop.with_tax');
SELECT count(*) FROM pg_proc WHERE pronamespace = 'shop'::regnamespace;

SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, shop_dev CASCADE;
DROP ROLE regress_shop, regress_other;
DROP FUNCTION profiles, project, bad;
