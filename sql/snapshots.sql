-- Snapshots, with dbt's columns and meaning.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET datestyle = 'ISO, YMD';
CREATE ROLE regress_snapshot_owner;
SELECT mesh.create_domain('past', owner => 'regress_snapshot_owner');
CREATE TABLE past.people (id int, name varchar(5), at timestamp);
ALTER TABLE past.people OWNER TO regress_snapshot_owner;
INSERT INTO past.people VALUES (1, 'ann', '2020-01-01'), (2, 'bo', '2020-01-01'), (3, 'cy', '2020-01-01');

-- What it needs.
SELECT mesh.create_model('past.bad', 'select * from past.people', materialized => 'snapshot');
SELECT mesh.create_model('past.bad', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp"}');
SELECT mesh.create_model('past.bad', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp", "unique_key": "id"}');
SELECT mesh.create_model('past.bad', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "check", "unique_key": "id"}');
SELECT mesh.create_model('past.bad', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "weekly", "unique_key": "id"}');
SELECT mesh.create_model('past.bad', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp", "unique_key": "id", "updated_at": "at", "hard_deletes": "cascade"}');
SELECT mesh.create_model('past.bad', 'select nothing from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp", "unique_key": "id", "updated_at": "at"}');
SELECT mesh.create_model('past.bad', 'select id from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp", "unique_key": "id", "updated_at": "at"}');

-- One snapshot of each kind, side by side over the same changes.
SELECT mesh.create_model('past.by_time', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp", "unique_key": "id", "updated_at": "at"}');
SELECT mesh.create_model('past.closed', 'select * from past.people', materialized => 'snapshot',
    config => '{"strategy": "timestamp", "unique_key": ["id", "name"], "updated_at": "at", "hard_deletes": "invalidate", "dbt_valid_to_current": "''9999-12-31''::timestamp"}');
SELECT mesh.create_model('past.checked', 'select * from past.people', materialized => 'snapshot',
    config => '{"strategy": "check", "unique_key": "id", "check_cols": ["name"], "updated_at": "at", "hard_deletes": "new_record", "snapshot_meta_column_names": {"dbt_valid_from": "since", "dbt_is_deleted": "gone"}}');
SELECT mesh.create_model('past.any_column', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "check", "unique_key": "id", "check_cols": "all", "invalidate_hard_deletes": true}');
SELECT mesh.create_model('past.now', 'select id, name from past.by_time where dbt_valid_to is null');
SELECT node, status, rows, reason FROM mesh.run('past');
SELECT string_agg(c->>'name' || ' ' || (c->>'type'), ', ') FROM mesh.models, jsonb_array_elements(columns) c WHERE name = 'checked';
SELECT *, dbt_scd_id = md5(id || '|' || at) AS as_dbt FROM past.by_time ORDER BY id;
SELECT dbt_valid_to, dbt_scd_id = md5(id || '|' || name || '|' || at) AS as_dbt FROM past.closed ORDER BY id;
SELECT since, dbt_valid_to, gone FROM past.checked ORDER BY id;

-- Nothing changed: nothing is written.
SELECT node, status, rows, reason FROM mesh.run('past');
UPDATE past.people SET name = 'anna', at = '2020-02-01' WHERE id = 1;
UPDATE past.people SET at = '2020-02-02' WHERE id = 2;
DELETE FROM past.people WHERE id = 3;
INSERT INTO past.people VALUES (4, NULL, '2020-02-03');
SELECT node, action, reason FROM mesh.plan('past.by_time');
SELECT node, status, rows, reason FROM mesh.run('past', full_refresh => true);
SELECT id, name, at, dbt_valid_from, dbt_valid_to FROM past.by_time ORDER BY id, dbt_valid_from;
SELECT id, name, dbt_valid_from, CASE WHEN dbt_valid_to BETWEEN '2020-02-20' AND '9000-01-01' THEN 'later' ELSE dbt_valid_to::text END AS valid_to FROM past.closed ORDER BY id, dbt_valid_from;
SELECT id, name, CASE WHEN since > '2020-02-20' THEN 'later' ELSE since::text END AS since, CASE WHEN dbt_valid_to > '2020-02-20' THEN 'later' ELSE dbt_valid_to::text END AS valid_to, gone FROM past.checked ORDER BY id, since;
SELECT id, name, dbt_valid_to IS NULL AS in_force FROM past.any_column ORDER BY id, dbt_valid_from;
SELECT * FROM past.now ORDER BY id;

-- A key that comes back, and one that is deleted still.
INSERT INTO past.people VALUES (3, 'cy', '2020-02-05');
DELETE FROM past.people WHERE id = 4;
SELECT node, status, rows FROM mesh.run('past.checked past.closed');
SELECT node, status, rows FROM mesh.run('past.checked past.closed');
SELECT id, name, gone, dbt_valid_to IS NULL AS in_force FROM past.checked ORDER BY id, dbt_updated_at, gone;
SELECT id, name, dbt_valid_to = '9999-12-31' AS in_force FROM past.closed ORDER BY id, dbt_valid_from;

-- New and longer columns are added; the old rows keep their values.
SELECT mesh.drop_model('past.now');
ALTER TABLE past.people ADD COLUMN city text DEFAULT 'here', ALTER COLUMN name TYPE varchar(20);
UPDATE past.people SET name = 'annabella', at = '2020-04-01' WHERE id = 1;
SELECT mesh.create_model('past.by_time', 'select * from past.people', materialized => 'snapshot', config => '{"strategy": "timestamp", "unique_key": "id", "updated_at": "at"}', replace => true);
SELECT node, status, rows, reason FROM mesh.run('past.by_time past.any_column');
SELECT id, name, city, dbt_valid_to FROM past.by_time WHERE id = 1 ORDER BY dbt_valid_from;
SELECT count(*) FILTER (WHERE dbt_valid_to IS NULL) AS in_force, count(*) FROM past.any_column;

-- Tests run before it is seen: a failure leaves it as it was.
SELECT mesh.create_test('past.by_time', 'accepted_values', 'name', '{"values": ["ann", "anna", "annabella", "bo", "cy"]}');
UPDATE past.people SET name = 'eve', at = '2020-05-01' WHERE id = 1;
SELECT node, status, message FROM mesh.run('past.by_time');
SELECT id, name, dbt_valid_to FROM past.by_time WHERE id = 1 ORDER BY dbt_valid_from;

-- A table that is no snapshot.
ALTER TABLE past.checked DROP COLUMN gone;
SELECT node, status, message FROM mesh.run('past.checked');
SELECT count(*) AS left_over FROM pg_class WHERE relname LIKE 'mesh\_%' AND relnamespace = 'past'::regnamespace;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA past CASCADE;
DROP ROLE regress_snapshot_owner;
