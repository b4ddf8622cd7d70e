-- Tests that belong to no model, fail_calc, and failing rows that become relations.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET client_min_messages = warning;
CREATE ROLE regress_free_owner;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_free_owner', current_database()); END $$;
SELECT mesh.create_domain('free', owner => 'regress_free_owner');
CREATE TABLE free.numbers (n int, at date);
ALTER TABLE free.numbers OWNER TO regress_free_owner;
INSERT INTO free.numbers SELECT i, date '2026-01-01' + i FROM generate_series(1, 5) i;
SELECT mesh.create_model('free.a', 'select n, at from free.numbers', materialized => 'table');
SELECT mesh.create_model('free.b', 'select n from free.numbers where n > 1', materialized => 'incremental', unique_key => '{n}');
SELECT mesh.create_model('free.c', 'select n from b', materialized => 'table');
SELECT mesh.create_model('free.d', 'select 1 as one');

-- fail_calc is over the failing rows; limit cuts these first.
SELECT mesh.create_test('free.a', sql => 'select n from {{ ref(''a'') }} where n > 3', fail_calc => 'sum(n)', severity => 'warn', name => 'summed');
SELECT mesh.create_test('free.a', sql => 'select n from {{ ref(''a'') }} where n > 30', fail_calc => 'coalesce(sum(n), 0)', name => 'summed_none');
SELECT mesh.create_test('free.a', sql => 'select n from {{ ref(''a'') }} order by n', fail_calc => 'max(n)', "limit" => 2, warn_if => '> 1', error_if => '> 2', name => 'limited');
SELECT mesh.create_test('free.a', 'unique', 'n', fail_calc => 'coalesce(sum(n_records), 0)', name => 'unique_summed');
SELECT mesh.create_test('free.a', sql => 'select n from {{ ref(''a'') }} where n > 30', fail_calc => 'sum(n)', severity => 'warn', name => 'null_calc');
SELECT mesh.create_test('free.a', 'not_null', 'n', fail_calc => 'count(*); drop table free.numbers', name => 'bad_calc');
SELECT node, status, failures, message FROM mesh.run('free.a');
SELECT mesh.drop_test('free.null_calc');
SELECT mesh.drop_test('free.limited');

-- Failing rows as relations: a table has what the run found, also when the model was withheld; a view reads what is published.
SELECT mesh.create_test('free.a', 'accepted_range', 'n', '{"max_value": 3}', severity => 'warn', store_failures_as => 'table', name => 'small');
SELECT mesh.create_test('free.a', sql => 'select n, at from {{ ref(''a'') }} where n = 5', store_failures_as => 'table', schema => 'free_audit', alias => 'fives', severity => 'warn', name => 'no_five');
SELECT mesh.create_test('free.a', 'not_null', 'n', store_failures_as => 'view', name => 'there');
SELECT mesh.create_test('free.a', 'not_null', 'at', store_failures_as => 'heap', name => 'bad_store');
SELECT node, status, failures, reason FROM mesh.run('free.a');
SELECT n, at FROM free_dbt_test__audit.small ORDER BY 1;
SELECT * FROM free_audit.fives;
SELECT count(*) FROM free_dbt_test__audit.there;
SELECT c.oid::regclass, relkind, pg_get_userbyid(relowner) FROM pg_class c WHERE relnamespace IN ('free_dbt_test__audit'::regnamespace, 'free_audit'::regnamespace) ORDER BY 1;
INSERT INTO free.numbers VALUES (NULL, '2026-03-01'), (9, NULL);
SELECT mesh.create_test('free.a', 'not_null', 'at', store_failures_as => 'table', name => 'dated');
SELECT node, status, failures, reason FROM mesh.run('free.a');
SELECT * FROM free_dbt_test__audit.dated;
SELECT count(*) AS published FROM free.a;
SELECT node, status, failures, reason FROM mesh.test('free.a') WHERE node LIKE '%dated' OR node LIKE '%small';
SELECT count(*) FROM free_dbt_test__audit.small;
SELECT store_failures_as, store_schema, store_alias, fail_calc FROM mesh.tests WHERE domain = 'free' AND store_failures_as IS NOT NULL ORDER BY name;

-- What the test did not make is not replaced.
SET ROLE regress_free_owner;
DROP TABLE free_audit.fives;
CREATE VIEW free_audit.fives AS SELECT 1 AS mine;
RESET ROLE;
SELECT node, status, reason FROM mesh.test('free.a') WHERE node LIKE '%no_five';
SELECT * FROM free_audit.fives;
DELETE FROM free.numbers WHERE n IS NULL OR at IS NULL;

-- A test of two models runs when both are staged; its failure keeps them back with what reads them, and nothing else.
SELECT node, status FROM mesh.run('free', tests => false);
SELECT mesh.create_test(NULL, sql => 'select a.n from free.a join free.b using (n) where a.n = 7', name => 'free.no_seven');
SELECT mesh.create_test(NULL, sql => 'select n from free.numbers where n = 8', name => 'free.source_only', severity => 'warn');
SELECT mesh.create_test(NULL, 'not_null', 'n', name => 'free.generic');
SELECT mesh.create_test(NULL, sql => 'select 1');
SELECT mesh.create_test(NULL, sql => 'select nothing from free.a', name => 'free.broken');
SELECT name, model, kind FROM mesh.tests WHERE model IS NULL ORDER BY 1;
SELECT node, status, failures, message FROM mesh.run('free') WHERE node !~ 'small|no_five|dated|there|summed';
INSERT INTO free.numbers VALUES (7, '2026-07-07'), (8, '2026-08-08');
SELECT node, kind, status, rows, failures, reason, message FROM mesh.run('free') WHERE node !~ 'small|no_five|dated|there|summed';
SELECT (SELECT max(n) FROM free.a) AS a, (SELECT max(n) FROM free.b) AS b, (SELECT max(n) FROM free.c) AS c, (SELECT one FROM free.d) AS d;
SELECT node, status, failures FROM mesh.test('free') WHERE node ~ 'no_seven|source_only';
SELECT node, status, message FROM mesh.run('free', atomic => true) WHERE kind = 'model' OR node ~ 'no_seven';
SELECT node, status, reason FROM mesh.plan('free.a free.b'), LATERAL (SELECT action AS status) s WHERE node ~ 'no_seven';
SELECT mesh.drop_model('free.a');
SELECT mesh.drop_test('free.no_seven');
SELECT node, status FROM mesh.run('free.a free.b') WHERE kind = 'model';
SELECT mesh.drop_test('free.source_only');

-- A test of nothing but sources runs before what is built of them, and holds back what reads all that it reads.
CREATE SCHEMA free_raw AUTHORIZATION regress_free_owner;
SET ROLE regress_free_owner;
CREATE TABLE free_raw.visits (n int, visitor int);
CREATE TABLE free_raw.visitors (n int);
INSERT INTO free_raw.visits VALUES (1, 1), (NULL, 2);
INSERT INTO free_raw.visitors VALUES (1);
RESET ROLE;
SELECT mesh.create_source('free', 'raw', '{visits,visitors}', schema => 'free_raw');
SELECT mesh.create_model('free.visits', 'select n, visitor from {{ source(''raw'', ''visits'') }}', materialized => 'table');
SELECT mesh.create_model('free.visitors', 'select n from {{ source(''raw'', ''visitors'') }}');
SELECT mesh.create_model('free.both', 'select count(*) from {{ source(''raw'', ''visits'') }} join {{ ref(''visitors'') }} v on v.n = visitor');
SELECT mesh.create_model('free.visits_below', 'select max(n) from {{ ref(''visits'') }}');
SELECT mesh.create_test(NULL, sql => 'select n from {{ source(''raw'', ''visits'') }} where n is null', name => 'free.visits_counted');
SELECT mesh.create_test(NULL, sql => 'select visitor from free_raw.visits except select n from free_raw.visitors', name => 'free.visitors_known');
SELECT name, reads FROM mesh.test_registry WHERE name ~ 'visit' ORDER BY 1;
SELECT node, status, failures, reason FROM mesh.run('source:raw+');
UPDATE free_raw.visits SET n = 2 WHERE n IS NULL;
SELECT node, status, failures FROM mesh.run('source:raw+', threads => 2);
SELECT node, status FROM mesh.run('source:raw+', tests => false);
SELECT node, status, message FROM mesh.run('source:raw+', atomic => true);
INSERT INTO free_raw.visitors VALUES (2);
SELECT node, status, failures, message FROM mesh.run('source:raw+', atomic => true);
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP OWNED BY regress_free_owner CASCADE;
DROP ROLE regress_free_owner;
