-- What a model's config may hold, and what becomes of a setting that changes.
\set VERBOSITY terse
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET client_min_messages = warning;
CREATE EXTENSION mesh;
CREATE SCHEMA settings_raw;
CREATE TABLE settings_raw.t AS SELECT i AS id, i % 3 AS k FROM generate_series(1, 9) i;
SELECT mesh.create_domain('conf');
SET client_min_messages = notice;
\set VERBOSITY default

-- A setting that is none is told of: as a slip of the pen, as an argument in the wrong place, or as the owner's own.
SELECT mesh.create_model('conf.a', 'select id from settings_raw.t', config => '{"uniqe_key": "id", "unloged": true}');
SELECT mesh.create_model('conf.b', 'select id from settings_raw.t', config => '{"materialized": "table", "tags": ["x"]}');
SELECT mesh.create_model('conf.c', 'select id from settings_raw.t', config => '{"team": "b2b"}');
SELECT mesh.create_model('conf.d', 'select id from settings_raw.t', config => '{"meta": {"team": "b2c", "on_call": {"who": "jen"}, "uniqe_key": 1}, "unlogged": null}');
SELECT node, status FROM mesh.run('config.team:b2b config.meta.on_call.who:jen');
SELECT mesh.create_model('conf.e', 'select id from settings_raw.t', config => '{"unlogged": true}');
SELECT mesh.create_model('conf.e', 'select id from settings_raw.t', materialized => 'incremental', unique_key => '{id}', config => '{"incremental_predicates": 1}');

-- unlogged: what the setting says is applied to a table that is there when it is rebuilt, indexes and TOAST included.
SELECT mesh.create_model('conf.u', 'select id, k::text as note from settings_raw.t', materialized => 'table', indexes => '["id"]');
SELECT node, status, reason FROM mesh.run('conf.u');
CREATE VIEW persistence AS
    SELECT c.relkind, c.relpersistence FROM pg_class c WHERE c.oid = 'conf.u'::regclass
        OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'conf.u'::regclass)
        OR c.oid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'conf.u'::regclass) ORDER BY 1;
SELECT * FROM persistence;
SELECT mesh.create_model('conf.u', 'select id, k::text as note from settings_raw.t', materialized => 'table', indexes => '["id"]', config => '{"unlogged": true}', replace => true);
SELECT node, action, reason FROM mesh.plan('conf.u');
SELECT node, status, reason FROM mesh.run('conf.u');
SELECT * FROM persistence;
SELECT node, status, reason FROM mesh.run('conf.u');
SELECT mesh.create_model('conf.u', 'select id, k::text as note from settings_raw.t', materialized => 'table', indexes => '["id"]', replace => true);
SELECT node, status, reason FROM mesh.run('conf.u');
SELECT mesh.create_model('conf.u', 'select id, k::text as note from settings_raw.t', materialized => 'table', indexes => '["id"]', config => '{"unlogged": false}', replace => true);
SELECT node, status, reason FROM mesh.run('conf.u');
SELECT * FROM persistence;
SELECT mesh.create_model('conf.u', 'select id, k::text as note from settings_raw.t', materialized => 'incremental', indexes => '["id"]', config => '{"unlogged": true}', replace => true);
SELECT node, status, reason FROM mesh.run('conf.u');
SELECT node, status, reason FROM mesh.run('conf.u', full_refresh => true);
SELECT count(*) FROM conf.u;

-- What is no model is not run, and does not pretend to.
SELECT mesh.create_source('conf', 'raw', '{t}', schema => 'settings_raw');
SELECT mesh.create_test('conf.u', 'not_null', 'id');
-- Programs read each step as JSON.
\set VERBOSITY terse
SET mesh.progress = json;
SELECT node, status FROM mesh.test('conf.u');
\set VERBOSITY default
SET mesh.progress = loud;
SET mesh.progress = off;

SELECT mesh.publish('conf.u');
SELECT node, kind, status FROM mesh.run('test_type:generic');
SELECT status, command, selector FROM mesh.runs ORDER BY run_id DESC LIMIT 1;
SELECT node FROM mesh.run('test_type:generic', tests => false);
SELECT node FROM mesh.run('source:raw');
SELECT node FROM mesh.run('product:u');
SELECT mesh.create_domain('nothing');
SELECT count(*) FROM mesh.run('nothing');

\set VERBOSITY terse
SET client_min_messages = error;
DROP VIEW persistence;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA conf, settings_raw, nothing CASCADE;
