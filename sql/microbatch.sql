-- Microbatch models of a dbt project: built batch by batch, by dbt's reckoning.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
\set VERBOSITY default
CREATE FUNCTION profiles() RETURNS text LANGUAGE sql AS $f$
SELECT format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: shop}}}', current_database()) $f$;
CREATE SCHEMA shop_raw;
CREATE TABLE shop_raw.events (id int, at timestamp, amount int);
INSERT INTO shop_raw.events SELECT i, '2024-01-01'::timestamp + i * interval '8 hours', i * 10 FROM generate_series(0, 11) i;
SELECT change, node, kind FROM mesh.deploy('shop', jsonb_build_object(
'dbt_project.yml', 'name: shop
profile: shop
vars: {bad: -1}',
'models/hours.sql', $${{ config(materialized='incremental', incremental_strategy='microbatch', unique_key='id', event_time='at', begin='2024-01-01', batch_size='day',
    pre_hook="insert into {{ target.schema }}.journal values ('before')", post_hook="insert into {{ target.schema }}.journal values ('after')") }}
select id, at, 100 / (id - {{ var('bad') }}) as share, '{{ model.batch.id if model.batch }}' as batch, '{{ model.batch.event_time_start if model.batch }}' as starts, {{ is_incremental() }} as added
from {{ source('raw', 'events') }}$$,
'models/total.sql', $$select count(*) as n from {{ ref('hours') }}$$,
'models/keyless.sql', $${{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day') }} select id, at from {{ source('raw', 'events') }}$$,
'models/schema.yml', $$
sources: [{name: raw, schema: shop_raw, tables: [{name: events, config: {event_time: at}}]}]
models: [{name: hours, columns: [{name: id, data_tests: [unique]}]}]
$$,
'seeds/nothing.csv', E'a\n1\n',
'models/early.sql', 'select 1 as x'), profiles => profiles());
CREATE TABLE shop.journal (what text);

-- The first run begins at "begin"; each batch reads only its own time.
SELECT unique_id, status, rows, reason, message, compiled, batch_results FROM mesh.invoke('shop', 'build', '{"select": "hours+", "event_time_start": "2024-01-01", "event_time_end": "2024-01-04"}');
SELECT id, batch, starts, added FROM shop.hours ORDER BY 1;
TABLE shop.total;
TABLE shop.journal;

-- Later runs add and replace: what is in a batch is merged by the key.
INSERT INTO shop_raw.events VALUES (20, '2024-01-04 23:59:59', 1), (21, '2024-01-05', 1);
UPDATE shop_raw.events SET amount = amount + 1;
SELECT unique_id, status, rows, reason FROM mesh.invoke('shop', 'run', '{"select": "hours", "event_time_start": "2024-01-03 12:00:00", "event_time_end": "2024-01-05"}');
SELECT id, batch, added FROM shop.hours WHERE id > 5 ORDER BY 1;

-- A batch that fails is left out, and the others are published; the models below are not.
SELECT unique_id, status, rows, failures, reason, message, batch_results FROM mesh.invoke('shop', 'build', '{"select": "hours+", "full_refresh": true, "vars": {"bad": 4}, "event_time_start": "2024-01-01", "event_time_end": "2024-01-04"}');
SELECT id, batch FROM shop.hours ORDER BY 1;
SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1;
-- Done again: only what failed.
SELECT unique_id, status, rows, batch_results FROM mesh.invoke('shop', 'run', '{"select": "hours", "batches": {"model.shop.hours":
    {"successful": [["2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"]], "failed": [["2024-01-02T00:00:00+00:00", "2024-01-03T00:00:00+00:00"]]}}}');
SELECT id, batch FROM shop.hours ORDER BY 1;

-- When the first fails, the others are not tried, and what was published stays.
SELECT unique_id, status, reason, message, batch_results FROM mesh.invoke('shop', 'run', '{"select": "hours+", "full_refresh": true, "vars": {"bad": 1}, "event_time_start": "2024-01-01", "event_time_end": "2024-01-04"}');
SELECT count(*) FROM shop.hours;
-- A key is needed as soon as there is something to add to.
SELECT unique_id, status, rows, reason, message FROM mesh.invoke('shop', 'run', '{"select": "keyless", "event_time_start": "2024-01-01", "event_time_end": "2024-01-03"}');

-- What is refused.
SELECT * FROM mesh.invoke('shop', 'run', '{"event_time_start": "2024-01-01"}');
SELECT * FROM mesh.invoke('shop', 'run', '{"event_time_start": "2024-01-02", "event_time_end": "2024-01-01"}');
SELECT * FROM mesh.invoke('shop', 'run', '{"event_time_start": "soon", "event_time_end": "2024-01-01"}');
SELECT * FROM mesh.deploy('shop', '{"models/early.sql": "{{ config(materialized=''incremental'', incremental_strategy=''microbatch'', event_time=''at'', batch_size=''day'') }} select 1 as x"}', partial => true);
SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' ORDER BY 1;

SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, shop_raw CASCADE;
DROP FUNCTION profiles;
