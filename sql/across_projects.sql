-- Several dbt projects as several domains: one refs the public models of another.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
\set VERBOSITY default
CREATE ROLE regress_shop;
CREATE ROLE regress_marketing;
SELECT mesh.create_domain('shop', owner => 'regress_shop'), mesh.create_domain('marketing', owner => 'regress_marketing');

CREATE FUNCTION profiles(name text) RETURNS text LANGUAGE sql AS $f$
SELECT format('%s: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: %1$s}}}', name, current_database()) $f$;
CREATE FUNCTION shop(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object(
'dbt_project.yml', $$
name: shop
profile: shop
models: {shop: {+materialized: table}}
$$,
'models/stg_customers.sql', $$select 1 as id, 'ann' as name, 10 as spent union all select 2, 'bob', 20$$,
'models/customers.sql', $$select id, name, spent from {{ ref('stg_customers') }}$$,
'models/secret.sql', $$select 1 as x$$,
'models/orders_v1.sql', $$select 1 as id, 5 as amount$$,
'models/orders_v2.sql', $$select 1 as id, 5.0 as amount, 'eur' as currency$$,
'models/schema.yml', $$
groups: [{name: finance, owner: {name: me}}]
models:
  - {name: customers, description: Who buys, config: {access: public}}
  - {name: secret, config: {access: private, group: finance}}
  - name: orders
    latest_version: 1
    config: {access: public, contract: {enforced: true}}
    columns: [{name: id, data_type: int, constraints: [{type: not_null}, {type: unique}]}, {name: amount, data_type: int}]
    versions:
      - {v: 1}
      - v: 2
        columns: [{name: id, data_type: int}, {name: amount, data_type: numeric}, {name: currency, data_type: text}]
$$) || more $f$;
CREATE FUNCTION marketing(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object(
'dbt_project.yml', $$
name: marketing
profile: marketing
models: {marketing: {+materialized: table}}
$$,
'dependencies.yml', 'projects: [{name: shop}]',
'models/best.sql', $$select c.name, sum(o.amount) as amount from {{ ref('shop', 'customers') }} c left join {{ ref('shop', 'orders') }} o on o.id = c.id group by 1$$,
'tests/spent.sql', $$select * from {{ ref('shop', 'customers') }} c left join {{ ref('best') }} b on b.name = c.name where b.name is null$$
) || more $f$;

-- What is not there yet is said.
SET SESSION AUTHORIZATION regress_marketing;
SELECT * FROM mesh.deploy('marketing', marketing(), profiles => profiles('marketing'));

-- Public models are products at once, with what their contract enforces; the others are none.
SET SESSION AUTHORIZATION regress_shop;
SELECT change, node, kind, file, message FROM mesh.deploy('shop', shop(), profiles => profiles('shop'));
SELECT product, version, model, access, description, columns, contract FROM mesh.products WHERE domain = 'shop' ORDER BY 1, 2;

-- Only they can be read, by dbt's rules.
SET SESSION AUTHORIZATION regress_marketing;
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select * from {{ ref(''shop'', ''stg_customers'') }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select * from {{ ref(''shop'', ''secret'') }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select * from {{ ref(''shop'', ''custmers'') }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select * from {{ ref(''shop'', ''orders'', v=3) }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select * from {{ ref(''shpo'', ''customers'') }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select nothing from {{ ref(''shop'', ''customers'') }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/bad.sql": "select * from {{ ref(''stg_customers'') }}"}'), profiles => profiles('marketing'));
SELECT * FROM mesh.deploy('marketing', marketing('{"models/best.sql": "select * from {{ ref(''customers'') }}", "dependencies.yml": "", "tests/spent.sql": "select 1"}'), profiles => profiles('marketing'));
SELECT count(*) FROM mesh.agreements;

-- A ref is an agreement, an edge, and a node of the manifest without a file.
SELECT change, node, kind, message FROM mesh.deploy('marketing', marketing(), profiles => profiles('marketing'));
SELECT product, version, consumer_kind, consumer, purpose, status FROM mesh.agreements ORDER BY 1;
SELECT column_name, upstream, upstream_column FROM mesh.column_lineage WHERE domain = 'marketing' AND kind = 'direct' ORDER BY 1, 2;
SELECT n.key, n.value->>'original_file_path' AS file, n.value->>'relation_name' AS relation, n.value->>'access' AS access, n.value->'version' AS version
FROM json_each(mesh.manifest('marketing')->'nodes') n WHERE n.value->>'package_name' = 'shop' ORDER BY 1;
SELECT mesh.manifest('marketing')->'parent_map'->'model.marketing.best' AS parents;
SELECT mesh.compiled('marketing', 'best');
SELECT unique_id FROM mesh.invoke('marketing', 'list', '{"select": "+best"}');

-- Nothing is built yet; then each owner runs what is his; then both in one run, in their order.
SELECT node, status, message FROM mesh.run('marketing');
SET SESSION AUTHORIZATION regress_shop;
SELECT node, status FROM mesh.run('shop');
SET SESSION AUTHORIZATION regress_marketing;
SELECT unique_id, status, failures FROM mesh.invoke('marketing', 'build');
TABLE marketing.best ORDER BY 1;
SELECT relname, has_table_privilege('regress_marketing', oid, 'SELECT') AS reads FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' ORDER BY 1;
RESET SESSION AUTHORIZATION;
SELECT node, status FROM mesh.run('marketing shop', force => true);

-- With one argument, ref looks into the projects that dependencies.yml names.
SET SESSION AUTHORIZATION regress_marketing;
SELECT change, node FROM mesh.deploy('marketing', '{"models/one.sql": "select name from {{ ref(''customers'') }}"}', partial => true);
SELECT node, status, rows FROM mesh.run('marketing.one');
SELECT change, node FROM mesh.deploy('marketing', '{"models/one.sql": null}', partial => true);

-- A change that others would notice is refused, and says whom it breaks; one that they do not is taken.
SET SESSION AUTHORIZATION regress_shop;
SELECT change, node FROM mesh.deploy('shop', '{"models/customers.sql": "select id, name from {{ ref(''stg_customers'') }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/customers.sql": "select id, spent from {{ ref(''stg_customers'') }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/customers.sql": null, "models/schema.yml": ""}', partial => true);
SELECT * FROM mesh.deploy('shop', jsonb_build_object('models/schema.yml', replace(shop()->>'models/schema.yml', 'Who buys, config: {access: public}', 'Who buys')), partial => true);
SELECT * FROM mesh.deploy('shop', jsonb_build_object('models/schema.yml', replace(shop()->>'models/schema.yml', ', contract: {enforced: true}', '')), partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/orders_v1.sql": "select 1 as id, 5.5 as amount"}', partial => true);
SELECT product, version, columns FROM mesh.products WHERE domain = 'shop' ORDER BY 1, 2;

-- Another latest version is what an unpinned ref reads from the next deploy on; what nobody holds goes without a word.
SELECT change, node FROM mesh.deploy('shop', jsonb_build_object('models/schema.yml', replace(shop()->>'models/schema.yml', 'latest_version: 1', 'latest_version: 2')), partial => true) WHERE kind = 'model';
SET SESSION AUTHORIZATION regress_marketing;
SELECT change, node, kind, message FROM mesh.deploy('marketing', '{}', partial => true);
SELECT mesh.compiled('marketing', 'best');
SELECT change, node FROM mesh.deploy('marketing', '{"models/best.sql": "select name from {{ ref(''shop'', ''customers'') }}"}', partial => true);
SELECT mesh.revoke_product('shop.orders', 'marketing');
SET SESSION AUTHORIZATION regress_shop;
SELECT mesh.revoke_product('shop.orders', 'marketing');
SELECT change, node, kind FROM mesh.deploy('shop', jsonb_build_object('models/orders_v1.sql', null, 'models/orders_v2.sql', null, 'models/schema.yml', 'models: [{name: customers, config: {access: public}}]'), partial => true);
SELECT product, version FROM mesh.products WHERE domain = 'shop' ORDER BY 1, 2;

-- Projects may read each other, models may not.
SET SESSION AUTHORIZATION regress_marketing;
SELECT change, node, kind FROM mesh.deploy('marketing', '{"models/seen.sql": "select name from {{ ref(''best'') }}", "models/s.yml": "models: [{name: seen, config: {access: public}}]"}', partial => true);
SET SESSION AUTHORIZATION regress_shop;
SELECT change, node, kind FROM mesh.deploy('shop', '{"models/audience.sql": "select * from {{ ref(''marketing'', ''seen'') }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/stg_customers.sql": "select 1 as id, name, 1 as spent from {{ ref(''marketing'', ''seen'') }}"}', partial => true);

RESET SESSION AUTHORIZATION;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, marketing CASCADE;
DROP ROLE regress_shop, regress_marketing;
DROP FUNCTION profiles, shop, marketing;
