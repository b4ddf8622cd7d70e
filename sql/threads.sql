-- With wal_level = logical new tables are built by the run itself: expected/threads_1.out.
-- Several models at once in background workers: the same result as one after the other.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;  -- what is built the same way again is what is looked at
CREATE ROLE regress_threads_owner;
CREATE ROLE regress_threads_reader;
CREATE SCHEMA threads_raw;
CREATE TABLE threads_raw.orders AS SELECT i AS id, i % 50 AS customer, (i * 7 % 100)::numeric AS amount, repeat('note ', 300) || i AS note FROM generate_series(1, 2000) i;
GRANT USAGE ON SCHEMA threads_raw TO regress_threads_owner;
GRANT SELECT ON threads_raw.orders TO regress_threads_owner;

-- Two domains with the same models: one is run by workers, the other without.
CREATE FUNCTION threads_raw.make(domain text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mesh.create_domain(domain, owner => 'regress_threads_owner', schema => 'threads_' || domain);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE regress_threads_owner IN SCHEMA threads_%s GRANT SELECT ON TABLES TO regress_threads_reader', domain);
    PERFORM mesh.create_source(domain, 'threads_raw', '{orders}');
    PERFORM mesh.create_model(domain || '.orders', 'select id, customer, amount, note from threads_raw.orders', materialized => 'table',
        indexes => '[{"columns": ["id"], "unique": true}, "customer"]', description => 'All orders');
    PERFORM mesh.create_model(domain || '.big', 'select * from orders where amount > 50', tags => '{big}');
    PERFORM mesh.create_model(domain || '.sums', 'select customer, sum(amount) as total from big group by customer', materialized => 'ephemeral');
    PERFORM mesh.create_model(domain || '.totals', 'select customer, total from sums', materialized => 'table', indexes => '["total"]');
    PERFORM mesh.create_model(domain || '.best', 'select customer, total from totals where total > 1500', materialized => 'materialized_view', indexes => '["customer"]');
    PERFORM mesh.create_model(domain || '.log', 'select id, amount from orders where not is_incremental() or id > (select max(id) from this)', materialized => 'incremental');
    PERFORM mesh.create_model(domain || '.of_log', 'select count(*) as n from log', materialized => 'table');
    PERFORM mesh.create_model(domain || '.hooked', 'select 1 as one', materialized => 'table', config => '{"post_hook": "comment on column hooked.one is ''one''"}');
    PERFORM mesh.create_model(domain || '.last', 'select (select count(*) from best) as best, (select sum(n) from of_log) as n, (select one from hooked) as one');
    PERFORM mesh.create_model(domain || '.broken', 'select 1 / (customer - customer) as x from orders', materialized => 'table');
    PERFORM mesh.create_model(domain || '.after_broken', 'select x from broken', materialized => 'table');
    PERFORM mesh.create_model(domain || '.wrong', 'select id, null::int as n from orders where id < 4', materialized => 'table');
    PERFORM mesh.create_model(domain || '.after_wrong', 'select count(*) as n from wrong', materialized => 'table');
    PERFORM mesh.create_test(domain || '.orders', 'unique', 'id');
    PERFORM mesh.create_test(domain || '.orders', 'not_null', c) FROM unnest('{id,customer,amount}'::text[]) c;
    PERFORM mesh.create_test(domain || '.totals', 'relationships', 'customer', format('{"to": "%s.orders", "field": "customer"}', domain)::jsonb);
    PERFORM mesh.create_test(domain || '.orders', 'accepted_values', 'customer', '{"values": [1, 2, 3]}', severity => 'warn');
    PERFORM mesh.create_test(domain || '.wrong', 'not_null', 'n');
    PERFORM mesh.create_test(domain || '.best', sql => 'select * from {{ ref(''best'') }} where total < 0', name => 'none_negative');
END $$;
SELECT threads_raw.make('one'), threads_raw.make('many');

-- The last run's steps without what differs by nature: numbers, times, and where something was built; of projects (p...) also with which other
-- tests a test shared a scan, as the run itself does those that it renders.
CREATE FUNCTION threads_raw.steps(domain text, OUT step int, OUT node text, OUT kind text, OUT status text, OUT rows bigint, OUT failures bigint, OUT reason text, OUT message text)
RETURNS SETOF record LANGUAGE sql AS $$
    SELECT h.step, replace(split_part(h.node, '.', 2), '_' || steps.domain || '_', '_'), h.kind, h.status, h.row_count, h.failures,
        nullif(regexp_replace(replace(h.reason, steps.domain || '.', ''), '(; )?built by the run itself: .*' || CASE WHEN steps.domain ~ '^p' THEN '|one scan for .*' ELSE '' END, ''), ''), replace(h.message, steps.domain || '.', '')
    FROM mesh.step_history h WHERE h.run_id = (SELECT max(l.run_id) FROM mesh.step_history l WHERE l.domain = steps.domain)
$$;
-- All that can be seen of a schema's relations: names, columns, indexes, comments, privileges, definitions and rows.
CREATE FUNCTION threads_raw.portrait(domain text, OUT line text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    relation record;
BEGIN
    FOR relation IN SELECT c.oid, c.relname, c.relkind, c.relacl FROM pg_class c WHERE c.relnamespace = ('threads_' || domain)::regnamespace ORDER BY c.relname COLLATE "C" LOOP
        line := concat_ws(' ', relation.relname, relation.relkind, (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(relation.relacl) a), obj_description(relation.oid, 'pg_class'));
        RETURN NEXT;
        RETURN QUERY SELECT concat_ws(' ', ' ', attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum)) FROM pg_attribute WHERE attrelid = relation.oid AND attnum > 0 ORDER BY attnum;
        RETURN QUERY SELECT replace(pg_get_indexdef(relation.oid), 'threads_' || domain, 's') WHERE relation.relkind = 'i';
        RETURN QUERY SELECT replace(pg_get_viewdef(relation.oid), 'threads_' || domain, 's') WHERE relation.relkind IN ('v', 'm');
        IF relation.relkind IN ('r', 'v', 'm') THEN
            RETURN QUERY EXECUTE format('SELECT count(*) || '' rows '' || md5(string_agg(r::text, '','' ORDER BY r::text)) FROM threads_%s.%I t, LATERAL (SELECT to_jsonb(t) - ''{dbt_scd_id,dbt_updated_at,dbt_valid_from}''::text[] AS r) r', domain, relation.relname);
        END IF;
    END LOOP;
    RETURN QUERY SELECT 'registry ' || replace((to_jsonb(m) - '{domain,built_at,created_at,changed_at,built_sql,facts,lineage,built_state}'::text[])::text, 'threads_' || portrait.domain, 's') FROM mesh.model_registry m WHERE m.domain = portrait.domain ORDER BY 1;
    RETURN QUERY SELECT 'test ' || t.test || ' ' || f.failed::text FROM mesh.failure_history f JOIN mesh.test_registry t ON t.domain = f.domain AND t.name = f.test WHERE f.domain = portrait.domain ORDER BY 1;
END $$;
CREATE FUNCTION threads_raw.differences(one text DEFAULT 'one', many text DEFAULT 'many', OUT domain text, OUT line text) RETURNS SETOF record LANGUAGE sql AS $$
    (SELECT one, l FROM threads_raw.portrait(one) l EXCEPT ALL SELECT one, l FROM threads_raw.portrait(many) l)
    UNION ALL (SELECT many, l FROM threads_raw.portrait(many) l EXCEPT ALL SELECT many, l FROM threads_raw.portrait(one) l)
    UNION ALL (SELECT one, s::text FROM threads_raw.steps(one) s EXCEPT ALL SELECT one, s::text FROM threads_raw.steps(many) s)
    UNION ALL (SELECT many, s::text FROM threads_raw.steps(many) s EXCEPT ALL SELECT many, s::text FROM threads_raw.steps(one) s)
$$;
CREATE FUNCTION threads_raw.identities(domain text, OUT relname name, OUT oid oid) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT relname, oid FROM pg_class WHERE relnamespace = ('threads_' || domain)::regnamespace AND relkind IN ('r', 'v', 'm')
$$;

-- Everything is new.
SELECT count(*) FROM mesh.run('one');
SELECT node, kind, status, rows, failures, reason, message FROM mesh.run('many', threads => 3);
SELECT * FROM threads_raw.differences();
SELECT count(*) FROM threads_raw.portrait('many');
SELECT * FROM mesh.stage_registry;
SELECT relname FROM pg_class WHERE relname ~ '^(mesh_stage|pg_temp)_' AND relnamespace::regnamespace::text ~ '^threads_';

-- Rebuilt over other rows: each relation is the one that it was.
CREATE TABLE threads_raw.before AS SELECT * FROM threads_raw.identities('many');
INSERT INTO threads_raw.orders SELECT i, i % 60, i % 100, 'more' FROM generate_series(2001, 2500) i;
SELECT count(*) FROM mesh.run('one');
SELECT node, status, rows, reason FROM mesh.run('many', threads => 2) WHERE kind IN ('model', 'seed', 'snapshot');
SELECT * FROM threads_raw.differences();
SELECT count(*), count(*) FILTER (WHERE b.oid = i.oid) AS same FROM threads_raw.before b JOIN threads_raw.identities('many') i USING (relname);

-- Full refresh, other columns, another materialization, a foreign key: published row by row.
SELECT mesh.create_model(d || '.totals', 'select customer, total, total * 2 as twice from sums', materialized => 'table', indexes => '["total"]', replace => true),
       mesh.create_model(d || '.big', 'select id, customer, amount from orders where amount > 50', materialized => 'table', replace => true) FROM unnest('{one,many}'::text[]) d;
ALTER TABLE threads_one.orders ADD CHECK (id > 0), ADD PRIMARY KEY (id);
ALTER TABLE threads_many.orders ADD CHECK (id > 0), ADD PRIMARY KEY (id);
CREATE TABLE threads_raw.refers (one int REFERENCES threads_one.orders, many int REFERENCES threads_many.orders);
SELECT count(*) FROM mesh.run('one', full_refresh => true);
SELECT node, status, rows, reason FROM mesh.run('many', full_refresh => true, threads => 3) WHERE kind IN ('model', 'seed', 'snapshot');
SELECT * FROM threads_raw.differences();

-- atomic and fail_fast; each model published for itself.
SELECT count(*) FROM mesh.run('one', atomic => true);
SELECT node, status, reason, message FROM mesh.run('many', atomic => true, threads => 3) WHERE kind IN ('model', 'seed', 'snapshot');
SELECT * FROM threads_raw.differences();
SELECT count(*) FROM mesh.run('one', publish => 'model');
SELECT count(*) FROM mesh.run('many', publish => 'model', threads => 3);
SELECT * FROM threads_raw.differences();
SELECT status, count(*) > 0 AS some FROM mesh.run('many', fail_fast => true, threads => 2) WHERE kind IN ('model', 'seed', 'snapshot') GROUP BY 1 ORDER BY 1;
SELECT * FROM mesh.stage_registry;

-- Where workers cannot take part, the reason says so.
BEGIN;
SELECT node, status, reason FROM mesh.run('many.big many.totals', threads => 2) WHERE kind IN ('model', 'seed', 'snapshot');
ROLLBACK;
SELECT node, reason FROM mesh.run('many.totals', threads => 2) WHERE kind IN ('model', 'seed', 'snapshot');
SET default_transaction_isolation = 'repeatable read';
SELECT node, reason FROM mesh.run('many.big many.totals', threads => 2) WHERE kind IN ('model', 'seed', 'snapshot');
RESET default_transaction_isolation;
DO $$
BEGIN
    PERFORM mesh.run('many.big many.totals', threads => 2);
EXCEPTION WHEN division_by_zero THEN NULL;
END $$;
SELECT node, reason FROM mesh.step_history WHERE kind IN ('model', 'seed', 'snapshot') ORDER BY run_id DESC, step LIMIT 2;
CREATE TEMP TABLE mine (a int);
SELECT node, reason FROM mesh.run('many.big many.totals', threads => 2) WHERE kind IN ('model', 'seed', 'snapshot');
DROP TABLE mine;
INSERT INTO threads_raw.orders SELECT 9000, 1, 1, count(*)::text FROM mesh.run('many.big many.totals', threads => 2);
SELECT node, reason FROM mesh.step_history WHERE kind IN ('model', 'seed', 'snapshot') ORDER BY run_id DESC, step LIMIT 2;
SELECT mesh.run('many', threads => 0);
SELECT mesh.run('many', threads => 65);

-- The setting. What the session has set holds in workers too: settings, also unknown ones, and who it is.
SET mesh.threads = 2;
SET my.setting = 'kept';
SET datestyle = 'German, DMY';
SET timezone = 'Asia/Tokyo';
SELECT mesh.create_model('many.session' || i, 'select current_setting(''my.setting'') as mine, date ''2024-02-03''::text as day, current_setting(''timezone'') as zone, current_user::text as me, session_user::text = '
    || quote_literal(session_user) || ' as same_session', materialized => 'table') FROM generate_series(1, 2) i;
SELECT node, status, reason FROM mesh.run('many.session1 many.session2');
SELECT * FROM threads_many.session1 UNION SELECT * FROM threads_many.session2;
RESET datestyle;
RESET timezone;

-- What a body says is heard, a body cannot start a run, and an error is told as without workers.
CREATE FUNCTION threads_raw.says(what text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'the body says %', what USING HINT = 'Listen.'; RETURN what; END $$;
CREATE FUNCTION threads_raw.raises() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it went wrong' USING DETAIL = 'In a detail.', HINT = 'Mend it.', ERRCODE = 'MESH1'; END $$;
SELECT mesh.create_model('many.says', 'select threads_raw.says(''hello'') as t', materialized => 'table'), mesh.create_model('many.raises', 'select threads_raw.raises() as t', materialized => 'table'),
       mesh.create_model('many.runs', 'select run_id from mesh.run(''many'')', materialized => 'table');
SELECT node, status, message FROM mesh.run('many.says many.raises many.runs');

-- What a caller that is no superuser may run, its workers run for it.
SELECT mesh.grant_run('many', 'regress_threads_reader');
SET SESSION AUTHORIZATION regress_threads_reader;
SELECT node, status, reason FROM mesh.run('many.big many.totals', tests => false);
RESET SESSION AUTHORIZATION;

-- What is unchanged is left as it is, and what changed is seen, whoever built it.
SET mesh.skip_unchanged = on;
CREATE TABLE threads_raw.source AS SELECT 1 AS n;
GRANT SELECT ON threads_raw.source TO regress_threads_owner;
SELECT mesh.create_model('many.reads_' || i, format('select n + %s as n from threads_raw.source', i), materialized => 'table') FROM generate_series(1, 3) i;
SELECT mesh.create_model('many.reads_reads', 'select n from reads_1', materialized => 'table');
SELECT node, status FROM mesh.run('many.reads_*', threads => 2);
SELECT node, status FROM mesh.run('many.reads_*', threads => 2);
INSERT INTO threads_raw.source VALUES (2);
SELECT node, status, reason FROM mesh.run('many.reads_*', threads => 2);
SELECT node, status FROM mesh.run('many.reads_*', threads => 2);
SET mesh.skip_unchanged = off;

-- A dbt project: what its templates and their own tests read of the stage is there, whoever staged it.
CREATE FUNCTION threads_raw.project(domain text) RETURNS bigint LANGUAGE sql AS $f$
SELECT count(*) FROM mesh.deploy(domain, jsonb_build_object(
'dbt_project.yml', $$
name: shop
version: '1.0'
profile: shop
models: {+materialized: table}
$$,
'seeds/raw_orders.csv', E'id,customer_id,amount\n1,1,10.5\n2,1,20\n3,2,5\n',
'models/stg_orders.sql', $${{ config(materialized='view') }} select id, customer_id, amount from {{ ref('raw_orders') }}$$,
'models/large.sql', $${{ config(materialized='ephemeral') }} select * from {{ ref('stg_orders') }} where amount > 6$$,
'models/summary.sql', $$
{%- set columns = adapter.get_columns_in_relation(ref('stg_orders')) | map(attribute='name') | list -%}
{%- set rows = run_query('select count(*) from ' ~ ref('raw_orders')).columns[0].values()[0] if load_relation(ref('raw_orders')) is not none else 0 -%}
select customer_id, sum(amount) as spent, '{{ columns | join(" ") }} {{ rows }}' as columns from {{ ref('large') }} group by 1
$$,
'models/log.sql', $${{ config(materialized='incremental') }} select id from {{ ref('large') }} {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}$$,
'models/hooked.sql', $${{ config(post_hook="comment on table {{ this }} is 'hooked'") }} select count(*) as n from {{ ref('log') }}$$,
'models/last.sql', $$select s.customer_id, h.n from {{ ref('summary') }} s cross join {{ ref('hooked') }} h$$,
'models/wrong.sql', $$select id from {{ ref('raw_orders') }}$$,
'models/after_wrong.sql', $${{ config(materialized='view') }} select id from {{ ref('wrong') }}$$,
'models/schema.yml', $$
models:
  - name: summary
    columns:
      - name: customer_id
        data_tests: [not_null, unique, {at_least: {value: 1}}, {relationships: {to: ref('stg_orders'), field: customer_id}}]
  - name: wrong
    columns: [{name: id, data_tests: [not_null, {at_least: {value: 2}}]}]
unit_tests:
  - name: adds_up
    model: wrong
    given: [{input: ref('raw_orders'), rows: [{id: 1}, {id: 2}]}]
    expect: {rows: [{id: 1}, {id: 2}]}
$$,
'tests/generic/at_least.sql', $${% test at_least(model, column_name, value) %}select * from {{ model }} where {{ column_name }} < {{ value }}{% endtest %}$$,
'tests/few.sql', $$select * from {{ ref('stg_orders') }} where id > 1000$$,
'snapshots/orders.sql', $${% snapshot orders_history %}{{ config(target_schema=target.schema, unique_key='id', strategy='check', check_cols=['amount']) }}
select * from {{ ref('stg_orders') }}{% endsnapshot %}$$),
profiles => format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: threads_%s}}}', current_database(), domain)) $f$;
SELECT threads_raw.project('pone') > 5, threads_raw.project('pmany') > 5;
SELECT count(*) FROM mesh.run('pone', threads => 1);
SELECT node, kind, status, rows, failures, reason, message FROM mesh.run('pmany', threads => 3);
SELECT * FROM threads_raw.differences('pone', 'pmany');
TABLE threads_pmany.summary ORDER BY 1;
SELECT count(*) FROM mesh.invoke('pone', 'build', '{"threads": 1}');
SELECT node, kind, status, rows, reason FROM mesh.invoke('pmany', 'build', '{"threads": 2}') WHERE kind IN ('model', 'seed', 'snapshot');
SELECT * FROM threads_raw.differences('pone', 'pmany');
SELECT * FROM mesh.stage_registry;

-- The profile's number is a limit: there are workers where they can be expected to save time, and with an option of the command in any case.
CREATE FUNCTION threads_raw.sleepers(domain text, reads text) RETURNS bigint LANGUAGE sql AS $f$
SELECT count(*) FROM mesh.deploy(domain, jsonb_build_object('dbt_project.yml', 'name: ' || domain || E'\nprofile: shop\nversion: "1.0"\nmodels: {+materialized: table}',
    'models/a.sql', 'select pg_backend_pid() as pid, pg_sleep(0.1)::text as slept',
    'models/b.sql', 'select pg_backend_pid() as pid, pg_sleep(0.1)::text as slept ' || reads),
    profiles => format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: threads_%s}}}', current_database(), domain)) $f$;
SELECT threads_raw.sleepers('wide', ''), threads_raw.sleepers('long', 'from {{ ref(''a'') }}');
SELECT count(*) FROM mesh.invoke('wide', 'run', '{"profile_threads": 2}');
SELECT count(*) FROM mesh.invoke('wide', 'run', '{"profile_threads": 2}');
SELECT bool_or(pid <> pg_backend_pid()) AS in_workers FROM (TABLE threads_wide.a UNION ALL TABLE threads_wide.b) m;
SELECT count(*) FROM mesh.invoke('long', 'run', '{"profile_threads": 2}');
SELECT count(*) FROM mesh.invoke('long', 'run', '{"profile_threads": 2}');
SELECT bool_or(pid <> pg_backend_pid()) AS in_workers FROM (TABLE threads_long.a UNION ALL TABLE threads_long.b) m;
SELECT count(*) FROM mesh.invoke('long', 'run', '{"profile_threads": 2, "threads": 2}');
SELECT bool_or(pid <> pg_backend_pid()) AS in_workers FROM (TABLE threads_long.a UNION ALL TABLE threads_long.b) m;

-- Making views takes less than telling workers of them, but their tests take time; a run in a block says that it would have had workers.
CREATE FUNCTION threads_raw.views(domain text, tests text) RETURNS bigint LANGUAGE sql AS $f$
SELECT count(*) FROM mesh.deploy(domain, jsonb_build_object('dbt_project.yml', 'name: ' || domain || E'\nprofile: shop\nversion: "1.0"\n',
    'models/a.sql', 'select 1 as one', 'models/b.sql', 'select 2 as one', 'models/s.yml', 'models: [{name: a, columns: [{name: one, ' || tests || '}]}, {name: b, columns: [{name: one, ' || tests || '}]}]'),
    profiles => format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: threads_%s}}}', current_database(), domain)) $f$;
SELECT threads_raw.views('light', 'tests: []'), threads_raw.views('tested', 'tests: [unique]');
BEGIN;
SELECT node, reason FROM mesh.invoke('light', 'build', '{"profile_threads": 2}');
SELECT node, reason FROM mesh.invoke('tested', 'build', '{"profile_threads": 2}') WHERE kind = 'model';
ROLLBACK;

-- A view that says what it said is staged nevertheless when what it reads is built anew by the run itself: no worker sees it.
SELECT mesh.create_domain('views', owner => 'regress_threads_owner', schema => 'threads_views');
SELECT mesh.create_model('views.itself', 'select 1 as one', materialized => 'table', config => '{"post_hook": "comment on column itself.one is ''one''"}');
SELECT mesh.create_model('views.same', 'select one from itself');
SELECT mesh.create_model('views.copy', 'select one from same', materialized => 'table');
SELECT mesh.create_model('views.beside', 'select 2 as two', materialized => 'table');
SELECT count(*) FROM mesh.run('views', threads => 1);
SELECT node, status FROM mesh.run('views', threads => 2);

RESET mesh.threads;
DROP EXTENSION mesh CASCADE;
SET client_min_messages = error;
DROP SCHEMA threads_raw, threads_one, threads_many, threads_pone, threads_pmany, threads_wide, threads_long, threads_light, threads_tested, threads_views CASCADE;
DROP OWNED BY regress_threads_owner, regress_threads_reader;
DROP ROLE regress_threads_owner, regress_threads_reader;
