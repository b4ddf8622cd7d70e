-- Deploying what changed: a part of the project is read, and what comes out is what reading the whole would make of it.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;

CREATE FUNCTION project() RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object(
'dbt_project.yml', E'name: shop\nmodels: {shop: {marts: {+materialized: table}}}\n',
'seeds/raw_orders.csv', E'id,customer_id,amount\n1,1,10.5\n2,1,20\n',
'models/orders.sql', $$select id, customer_id, amount from {{ ref('raw_orders') }}$$,
'models/big.sql', $${{ config(materialized='ephemeral') }}select * from {{ ref('orders') }} where amount > 10$$,
'models/marts/sums.sql', $$select customer_id, sum(amount) as total from {{ ref('big') }} group by 1$$,
'models/marts/wide.sql', $$select s.*, {{ graph.nodes | length }} as nodes from {{ ref('sums') }} s$$,
'models/orders.yml', E'models:\n  - name: orders\n    columns: [{name: id, data_tests: [unique, not_null]}]\n',
'models/marts.yml', E'models:\n  - name: sums\n    description: Sums.\n    columns: [{name: customer_id, data_tests: [not_null, {relationships: {to: ref(\'orders\'), field: customer_id}}]}]\n',
'tests/both.sql', $$select 1 from {{ ref('orders') }} join {{ ref('sums') }} using (customer_id) where total < amount$$,
'macros/m.sql', $${% macro half(x) %}{{ x }} / 2{% endmacro %}$$) $f$;

-- Everything that the registry knows of the project, but for when and how it was read.
CREATE FUNCTION known() RETURNS TABLE (what text) LANGUAGE sql AS $f$
SELECT (to_jsonb(m) - 'changed_at' - 'created_at')::text FROM mesh.model_registry m
UNION ALL SELECT to_jsonb(t)::text FROM mesh.test_registry t
UNION ALL SELECT to_jsonb(t)::text FROM mesh.unit_test_registry t
UNION ALL SELECT to_jsonb(s)::text FROM mesh.source_registry s
UNION ALL SELECT to_jsonb(d)::text FROM mesh.dependency_registry d
UNION ALL SELECT to_jsonb(r)::text FROM mesh.project_resource_registry r
UNION ALL SELECT to_jsonb(f)::text FROM mesh.project_file_registry f
UNION ALL SELECT name || header FROM mesh.project_registry $f$;

-- Deploys files; tells how they were read, and what the registry has then that it has not when the whole is read, and the other way round.
CREATE PROCEDURE deploy(files jsonb) LANGUAGE plpgsql AS $p$
DECLARE row record;
BEGIN
    FOR row IN SELECT change, node, kind, message FROM mesh.deploy('shop', files, partial => true) LOOP
        RAISE INFO '% % % %', row.change, row.kind, row.node, coalesce(row.message, '');
    END LOOP;
    RAISE INFO '%', (SELECT read_as FROM mesh.projects);
    CREATE TEMP TABLE part AS SELECT * FROM known();
    UPDATE mesh.project_registry SET reader = 'another';
    PERFORM mesh.deploy('shop', '{}', partial => true);
    FOR row IN (SELECT 'in part ' || what AS what FROM (TABLE part EXCEPT ALL SELECT * FROM known()) p)
               UNION ALL (SELECT 'whole ' || what FROM (SELECT * FROM known() EXCEPT ALL TABLE part) w) LOOP
        RAISE INFO '%', row.what;
    END LOOP;
    DROP TABLE part;
END $p$;

SELECT change, node, kind FROM mesh.deploy('shop', project());
SELECT read_as FROM mesh.projects;

-- Nothing; a text; a text that gives other columns, which others see; another ref; an ephemeral model.
CALL deploy('{}');
CALL deploy(jsonb_build_object('models/orders.sql', project()->>'models/orders.sql'));
CALL deploy('{"models/orders.sql": "select id, customer_id, amount from {{ ref(\"raw_orders\") }} where id > 0"}');
CALL deploy('{"models/orders.sql": "select id, customer_id, amount::float, 1 as one from {{ ref(\"raw_orders\") }}"}');
SELECT name, columns FROM mesh.models ORDER BY 1;
CALL deploy('{"models/marts/sums.sql": "select customer_id, sum(amount) as total from {{ ref(\"orders\") }} group by 1"}');
CALL deploy('{"models/marts/wide.sql": "select *, {{ graph.nodes | length }} as nodes from {{ ref(\"orders\") }}"}');
CALL deploy('{"models/big.sql": "{{ config(materialized=\"ephemeral\") }}select * from {{ ref(\"orders\") }} where amount > 11"}');
CALL deploy('{"seeds/raw_orders.csv": "id,customer_id,amount,day\n1,1,10.5,2024-01-01\n"}');

-- Properties and tests.
CALL deploy('{"models/marts.yml": "models:\n  - name: sums\n    description: All.\n    columns: [{name: customer_id, data_tests: [unique, {relationships: {to: ref(''orders''), field: customer_id}}]}]\n"}');
CALL deploy('{"tests/both.sql": "select 1 from {{ ref(\"sums\") }} join {{ ref(\"wide\") }} using (customer_id)"}');
CALL deploy('{"models/orders.yml": "models:\n  - name: orders\n    columns: [{name: id, data_tests: [unique]}]\n    colums: []\n", "models/marts.yml": "models: []\n"}');
SELECT name, model, test, reads FROM mesh.test_registry ORDER BY 1;

-- What may reach further is read whole.
CALL deploy('{"macros/m.sql": "{% macro half(x) %}{{ x }} * 0.5{% endmacro %}"}');
CALL deploy('{"models/more.sql": "select 1 as one"}');
CALL deploy('{"models/more.sql": "{{ config(alias=\"most\") }}select 1 as one"}');
CALL deploy('{"models/more.sql": null}');
SELECT count(*) FROM mesh.deploy('shop', '{}', vars => '{"x": 1}', partial => true);
SELECT read_as FROM mesh.projects;

-- Mistakes are found, wherever they show, and nothing changes.
\set VERBOSITY default
CALL deploy('{"models/orders.sql": "select id, amount from {{ ref(\"raw_orders\") }}"}');
CALL deploy('{"models/orders.sql": "select id, customer_id, amount from {{ ref(\"wide\") }}"}');
CALL deploy('{"models/orders.sql": "select id from {{ ref(\"raw_order\") }}"}');
CALL deploy('{"models/orders.yml": "models: [{name: orders, columns: [{name: id, data_tests: [uniqe]}]}]"}');
SELECT mesh.create_test('shop.orders', 'unique', column_name => 'amount', name => 'mine');
SELECT * FROM mesh.deploy('shop', '{"models/orders.yml": "models: [{name: orders, columns: [{name: id, data_tests: [{unique: {name: mine}}]}]}]"}', partial => true);
SET statement_timeout = '500ms';
\set SHOW_CONTEXT never
SELECT * FROM mesh.deploy('shop', '{"models/orders.sql": "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}select 1"}', partial => true);
\set SHOW_CONTEXT errors
RESET statement_timeout;
CREATE ROLE regress_partial_other;
GRANT USAGE ON SCHEMA mesh TO regress_partial_other;
SET ROLE regress_partial_other;
SELECT * FROM mesh.deploy('shop', '{}', partial => true);
RESET ROLE;

-- Two models exchange their places. One that has the place of a model that is none of the project's is refused.
SELECT * FROM mesh.deploy('swap', '{"dbt_project.yml": "{name: swap, models: {+materialized: table}}", "models/a.sql": "{{ config(alias=\"x\") }} select 1 as i",
 "models/b.sql": "{{ config(alias=\"y\") }} select i + 1 as j from {{ ref(\"a\") }}"}');
SELECT node, status FROM mesh.run('swap');
SELECT * FROM mesh.deploy('swap', '{"models/a.sql": "{{ config(alias=\"y\") }} select 1 as i", "models/b.sql": "{{ config(alias=\"x\") }} select i + 1 as j from {{ ref(\"a\") }}"}', partial => true);
SELECT node, status, reason FROM mesh.run('swap');
SELECT i, j FROM swap.y, swap.x;
SELECT mesh.create_model('swap.z', 'select 1 as k');
SELECT * FROM mesh.deploy('swap', '{"models/a.sql": "{{ config(alias=\"z\") }} select 1 as i"}', partial => true);

-- A built-in macro that dispatches to one of the project: which comes, is another one, and goes.
CREATE FUNCTION dispatched(macro text) RETURNS TABLE (columns text, stored bigint) LANGUAGE sql AS $f$
SELECT mesh.deploy('swap2', jsonb_build_object('dbt_project.yml', 'name: swap2', 'macros/m.sql', macro,
 'models/any.sql', 'select {{ any_value("1") }} as a'));
SELECT (SELECT columns::text FROM mesh.models WHERE domain = 'swap2'), (SELECT count(*) FROM mesh.project_resource_registry WHERE domain = 'swap2' AND resource_type = 'macro') $f$;
SELECT * FROM dispatched('');
SELECT * FROM dispatched('{% macro postgres__any_value(x) %}{{ deeper(x) }}{% endmacro %}{% macro deeper(x) %}{{ x }}::text{% endmacro %}');
SELECT * FROM dispatched('{% macro postgres__any_value(x) %}{{ deeper(x) }}{% endmacro %}{% macro deeper(x) %}{{ x }}::bigint{% endmacro %}');
SELECT * FROM dispatched('');

REVOKE USAGE ON SCHEMA mesh FROM regress_partial_other;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, swap, swap2 CASCADE;
DROP FUNCTION project, dispatched;
DROP ROLE regress_partial_other;
