-- A dbt project inside the database: deploying it, running it, asking about it, and what is refused.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET client_min_messages = warning;
\set VERBOSITY default

CREATE FUNCTION project(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object(
'dbt_project.yml', $$
name: shop
version: '1.0'
profile: shop
models:
  shop:
    marts: {+materialized: table}
vars: {least: 10}
on-run-start: ["create table if not exists {{ target.schema }}.journal (what text)"]
on-run-end: ["insert into {{ target.schema }}.journal select '{{ results | length }} results'"]
$$,
'seeds/raw_orders.csv', E'id,customer_id,amount,ordered\n1,1,10.5,2024-01-01\n2,1,20,2024-01-02\n3,2,5,2024-01-03\n',
'models/stg_orders.sql', $$select id, customer_id, amount, ordered from {{ ref('raw_orders') }}$$,
'models/recent.sql', $${{ config(materialized='ephemeral') }} select * from {{ ref('stg_orders') }} where ordered > '2024-01-01'$$,
'models/marts/customer_summary.sql', $$
{%- set columns = adapter.get_columns_in_relation(ref('stg_orders')) | map(attribute='name') | list -%}
select customer_id, {{ cents('sum(amount)') }} as total_spent, '{{ columns | join(" ") }}' as columns
from {{ ref('stg_orders') }} group by 1
$$,
'models/marts/recent_orders.sql', $$
{{ config(materialized='incremental', unique_key='id') }}
select id, amount from {{ ref('recent') }}
{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}
$$,
'models/schema.yml', $$
models:
  - name: customer_summary
    description: What each customer has spent.
    columns:
      - name: customer_id
        data_tests: [not_null, unique, {at_least: {value: "{{ var('least') }}", severity: warn}}]
      - name: total_spent
unit_tests:
  - name: adds_up
    model: customer_summary
    given: [{input: ref('stg_orders'), rows: [{customer_id: 1, amount: 1}, {customer_id: 1, amount: 2}]}]
    expect: {rows: [{customer_id: 1, total_spent: 300}]}
$$,
'macros/cents.sql', $${% macro cents(amount) %}({{ amount }} * 100)::int{% endmacro %}
{% macro how_many(table) %}{% set found = run_query('select count(*) from ' ~ ref(table)) %}{{ return(found.columns[0].values()[0]) }}{% endmacro %}
{% macro about_the_call() %}{{ return([invocation_id, flags.WHICH, flags.USE_COLORS, invocation_args_dict.which, invocation_args_dict.profile]) }}{% endmacro %}$$,
'tests/generic/at_least.sql', $${% test at_least(model, column_name, value) %}select * from {{ model }} where {{ column_name }} < {{ value }}{% endtest %}$$,
'tests/no_future_orders.sql', $$select * from {{ ref('stg_orders') }} where ordered > '2030-01-01'$$,
'snapshots/orders.sql', $${% snapshot orders_history %}{{ config(target_schema=target.schema, unique_key='id', strategy='check', check_cols=['amount']) }}
select * from {{ ref('stg_orders') }}{% endsnapshot %}$$
) || more $f$;

CREATE FUNCTION profiles(schema text DEFAULT 'shop') RETURNS text LANGUAGE sql AS $f$
SELECT format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: %s}}}', current_database(), schema) $f$;

SELECT change, node, kind, file, message FROM mesh.deploy('shop', project(), profiles => profiles());
SELECT node, kind, status, rows, failures, reason, message FROM mesh.run('shop');
TABLE shop.customer_summary ORDER BY 1;
TABLE shop.recent_orders;
TABLE shop.journal;
SELECT id, amount, dbt_valid_to IS NULL AS current FROM shop.orders_history ORDER BY 1;

-- An incremental model adds what is new; a changed row makes a new version in the snapshot.
SELECT change, node, kind FROM mesh.deploy('shop', '{"seeds/raw_orders.csv": "id,customer_id,amount,ordered\n1,1,11,2024-01-01\n2,1,20,2024-01-02\n3,2,5,2024-01-03\n4,3,7,2024-01-04\n"}', partial => true);
SELECT node, status, rows FROM mesh.run('shop', tests => false);
SELECT id, amount FROM shop.recent_orders ORDER BY 1;
SELECT id, amount, dbt_valid_to IS NULL AS current FROM shop.orders_history ORDER BY 1, 2;

-- dbt's commands and selection; what a node says; a macro; rows without building.
SELECT unique_id, kind FROM mesh.invoke('shop', 'list', '{"select": "+customer_summary", "exclude": "resource_type:test"}');
SELECT unique_id, status, rows FROM mesh.invoke('shop', 'run', '{"select": ["stg_orders+1"], "full_refresh": true}');
SELECT unique_id, status, failures, message FROM mesh.invoke('shop', 'test', '{"select": "customer_summary", "vars": {"least": 2}}');
SELECT mesh.compiled('shop', 'recent_orders');
SELECT mesh.run_operation('shop', 'how_many', '{"table": "raw_orders"}');
SELECT mesh.run_operation('shop', 'about_the_call', options => '{"invocation_id": "8d7ae2ea-3f1d-4a3a-9d2b-0f4b1d0f1a11", "flags": {"USE_COLORS": true}, "arguments": {"profile": "mine"}}');
SELECT * FROM mesh.show('shop', 'select id from {{ ref("stg_orders") }} order by id', 2);
SELECT mesh.show_table('shop', 'select id, id / 2.0 as half, null::date as day from {{ ref("stg_orders") }} order by id', 2);
SELECT mesh.show_table('shop', 'select 1 as a, false as a where false');
SELECT m->'metadata'->>'project_name' AS project, (SELECT count(*) FROM json_object_keys(m->'nodes')) AS nodes FROM mesh.manifest('shop') m;
SELECT key, value->'metadata'->>'type' AS type FROM json_each(mesh.catalog('shop')->'nodes') ORDER BY 1;
SELECT path, checksum = md5(project()->>path) AS as_given FROM mesh.deployed_files('shop') WHERE path LIKE 'macros/%';

-- A failing test holds back what it is about.
SELECT change, node FROM mesh.deploy('shop', '{"tests/no_future_orders.sql": "select * from {{ ref(''customer_summary'') }} where total_spent > 100"}', partial => true) WHERE kind = 'test';
SELECT node, status, message FROM mesh.run('shop.customer_summary');
TABLE shop.customer_summary ORDER BY 1;

-- What is wrong is refused with its place, and nothing changes.
SELECT * FROM mesh.deploy('other', '{"models/a.sql": "select 1"}');
SELECT * FROM mesh.deploy('other', '{}');
SELECT * FROM mesh.deploy('shop', '{"models/schema.yml": "models:\n  - name: [unclosed\n"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "select 1\nfrom {{ ref(''stg_order'') }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "select {{ 1 +"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "select {{ no_such_macro() }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "select nothing from {{ ref(''stg_orders'') }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "{% for i in range(100000000) %}{% for j in range(100000000) %}{% endfor %}{% endfor %}select 1"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"macros/loop.sql": "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}", "models/broken.sql": "select {{ a() }}"}', partial => true);
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "select ''{{ env_var(''NOT_SET'') }}''"}', partial => true);
\set SHOW_CONTEXT never
SELECT * FROM mesh.deploy('shop', '{"models/broken.sql": "{% do run_query(''create table shop.made_by_deploy()'') %}select 1"}', partial => true);
\set SHOW_CONTEXT errors
SELECT * FROM mesh.deploy('shop', '{"models/marts/stg_orders.sql": "select 1"}', partial => true);
SELECT * FROM mesh.deploy('other', project(), profiles => 'shop: {target: dev, outputs: {dev: {type: snowflake, schema: other}}}');
SELECT * FROM mesh.deploy('other', project(), profiles => profiles('shop'));
SELECT * FROM mesh.invoke('shop', 'compost');
SELECT mesh.compiled('shop', 'custmer_summary');
SELECT count(*) FROM mesh.deployed_files('shop') WHERE path LIKE '%broken%';

-- What the project no longer has is forgotten; its relation stays.
SELECT change, node, kind, message FROM mesh.deploy('shop', '{"models/marts/recent_orders.sql": null}', partial => true);
SELECT to_regclass('shop.recent_orders');

-- Names of more than 63 bytes, which the server would cut so that these two met, are shortened with a hash wherever templates show them.
SELECT repeat('a', 70) AS long \gset
SELECT change, kind, message FROM mesh.deploy('long', jsonb_build_object('dbt_project.yml', 'name: long', 'models/' || :'long' || '.sql', 'select 1 as id',
    'models/' || :'long' || 'b.sql', '{{ config(materialized="table") }}select 2 as id', 'models/top.sql', 'select a.id, b.id as b from {{ ref("' || :'long' || '") }} a, {{ ref("' || :'long' || 'b") }} b',
    'models/s.yml', 'models: [{name: ' || :'long' || 'b, columns: [{name: id, data_tests: [unique, not_null]}]}]'));
SELECT right(unique_id, 15) AS node, status, relation FROM mesh.invoke('long', 'build') ORDER BY unique_id COLLATE "C";
SELECT * FROM long.top;
SELECT relname FROM pg_class WHERE relnamespace = 'long'::regnamespace ORDER BY relname COLLATE "C";
DROP SCHEMA long CASCADE;

-- A name with a quote in it stays one name.
SELECT change, node FROM mesh.deploy('quoted', jsonb_build_object('dbt_project.yml', 'name: quoted', 'models/odd.sql', '{{ config(alias=''o"dd" x, "y'', materialized="table") }}select 1 as id',
    'models/reader.sql', 'select id from {{ ref("odd") }}', 'models/s.yml', 'models: [{name: odd, columns: [{name: id, data_tests: [unique, {relationships: {to: ref("odd"), field: id}}]}]}]'));
SELECT node, status, message FROM mesh.run('quoted') ORDER BY node COLLATE "C";
TABLE quoted.reader;

-- What templates make that is no text of the database is refused as if a client had sent it; what a macro returns has a bound.
\set VERBOSITY terse
SELECT * FROM mesh.deploy('quoted', '{"models/reader.sql": "select ''{{ \"\\ud800\" }}'' as a"}', partial => true);
SELECT * FROM mesh.deploy('quoted', '{"models/reader.sql": "select 1 as a{{ \"\\x00\" }}, 2 as b"}', partial => true);
SELECT count(*) FROM mesh.deploy('quoted', '{"macros/m.sql": "{% macro itself() %}{% set d = {} %}{% do d.update(a=d) %}{{ return(d) }}{% endmacro %}{% macro ask() %}{% do run_query(\"select 1 \\x00 as a\") %}{% endmacro %}"}', partial => true);
SELECT mesh.run_operation('quoted', 'itself');
SELECT mesh.run_operation('quoted', 'ask');
-- What a template or hook asks for has a bound, which is found while the rows come: all of these would take a terabyte.
SET mesh.query_memory = '1MB';
SELECT count(*) FROM mesh.deploy('quoted', '{"models/reader.sql": "select 1 as a, 2 as b", "macros/m.sql": "{% macro rows(sql) %}{{ return(run_query(sql).rows | length) }}{% endmacro %}{% macro stated(sql) %}{% call statement(''s'', fetch_result=true) %}{{ sql }}{% endcall %}{{ return(load_result(''s'').data | length) }}{% endmacro %}"}', partial => true);
SELECT mesh.run_operation('quoted', 'rows', '{"sql": "select repeat(i::text, 100) from (select generate_series(1, 1000000000) i) g"}');
SELECT mesh.run_operation('quoted', 'stated', '{"sql": "select repeat(i::text, 100) from (select generate_series(1, 1000000000) i) g"}');
SELECT mesh.run_operation('quoted', 'rows', '{"sql": "select i from (select generate_series(1, 5000) i) g"}');
CREATE TABLE quoted.log (i int);
SELECT mesh.run_operation('quoted', 'rows', '{"sql": "insert into quoted.log select generate_series(1, 20000) returning i"}');
SELECT mesh.run_operation('quoted', 'rows', '{"sql": "with w as (insert into quoted.log select generate_series(1, 5000) returning i) select * from w"}');
SELECT mesh.run_operation('quoted', 'rows', '{"sql": "select i from quoted.log for update"}'), mesh.run_operation('quoted', 'rows', '{"sql": "show work_mem"}'), mesh.run_operation('quoted', 'rows', '{"sql": "explain (costs off) select 1"}');
RESET mesh.query_memory;
\set VERBOSITY default
DROP SCHEMA quoted CASCADE;

DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop CASCADE;
DROP FUNCTION project, profiles;
