-- Bodies and functions that want more than their owner may, or that pull the ground from under the run.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE ROLE regress_hostile_owner;
CREATE ROLE regress_hostile_runner;
CREATE ROLE regress_hostile_stranger;
CREATE SCHEMA hostile_raw;
CREATE TABLE hostile_raw.secrets AS SELECT 'secret' AS word;
CREATE TABLE hostile_raw.orders AS SELECT i AS id FROM generate_series(1, 3) i;
GRANT USAGE ON SCHEMA hostile_raw TO regress_hostile_owner;
GRANT SELECT ON hostile_raw.orders TO regress_hostile_owner;
DO $$ BEGIN EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
SELECT mesh.create_domain('h', owner => 'regress_hostile_owner', schema => 'hostile');

-- The owner may not create anything in the database but in its schema: that is enough.
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.create_model('h.base', 'select id from hostile_raw.orders', materialized => 'table', indexes => '["id"]');
SELECT mesh.create_model('h.stored', 'select id from base', materialized => 'materialized_view');
SELECT mesh.create_model('h.log', 'select id from base', materialized => 'incremental', unique_key => '{id}');
SELECT node, status, rows, reason, message FROM mesh.run('h');
SELECT node, status, rows, reason, message FROM mesh.run('h');
SELECT mesh.create_model('h.spy', 'select word from hostile_raw.secrets');
-- A caller who may only run.
SET SESSION AUTHORIZATION regress_hostile_stranger;
SELECT mesh.run('h');
SELECT mesh.test('h');
SELECT mesh.create_model('h.mine', 'select 1 as a');
SELECT mesh.drop_model('h.base');
SELECT count(*) FROM hostile.base;
SELECT count(*) FROM mesh.models;
SELECT body FROM mesh.model_registry;
INSERT INTO mesh.run_grant_registry VALUES ('h', 'regress_hostile_stranger');
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.grant_run('h', 'regress_hostile_runner');
SET SESSION AUTHORIZATION regress_hostile_runner;
SELECT node, status, rows, reason, message FROM mesh.run('h');
SELECT count(*) FROM hostile.base;
SELECT mesh.create_model('h.mine', 'select 1 as a');
RESET SESSION AUTHORIZATION;

-- Whatever a body does, the superuser who runs it lends it nothing.
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.create_model('h.who', 'select current_user::text as who, current_setting(''search_path'') as path', materialized => 'table');
SELECT mesh.create_model('h.role', 'select set_config(''role'', ''mesh_nobody'', false) as a', materialized => 'table');
SELECT mesh.create_model('h.auth', 'select set_config(''session_authorization'', session_user, false) as a', materialized => 'table');
SELECT mesh.create_model('h.path', 'select set_config(''search_path'', ''hostile_raw'', false) as a', materialized => 'table');
SELECT mesh.create_model('h.after_path', 'select current_setting(''search_path'') as path from path', materialized => 'table');
CREATE FUNCTION hostile.become(who text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SET ROLE ' || who; RETURN current_user; END $$;
CREATE FUNCTION hostile.reset() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RESET SESSION AUTHORIZATION; RETURN current_user; END $$;
CREATE FUNCTION hostile.reset_role() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RESET ROLE; RETURN current_user; END $$;
CREATE FUNCTION hostile.peek() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT word FROM hostile_raw.secrets); END $$;
CREATE FUNCTION hostile.do(what text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE what; RETURN what; END $$;
SELECT mesh.create_model('h.become', 'select hostile.become(''none'') as a', materialized => 'table');
SELECT mesh.create_model('h.reset', 'select hostile.reset() as a', materialized => 'table');
SELECT mesh.create_model('h.reset_role', 'select hostile.reset_role() as a', materialized => 'table');
SELECT mesh.create_model('h.peek', 'select hostile.peek() as a', materialized => 'table');
SELECT mesh.create_model('h.file', 'select pg_read_file(''postgresql.conf'') as a', materialized => 'table');
SELECT mesh.create_model('h.temp', 'select hostile.do(''create temp table t (a int)'') as a', materialized => 'table');
SELECT mesh.create_model('h.commits', 'select hostile.do(''commit'') as a', materialized => 'table');
SELECT mesh.create_model('h.registry', 'select hostile.do(''update mesh.domain_registry set owner = session_user'') as a', materialized => 'table');
RESET SESSION AUTHORIZATION;
SELECT node, status, rows, reason, message FROM mesh.run('h.who h.role h.auth h.path h.after_path h.become h.reset h.reset_role h.peek h.file h.temp h.commits h.registry');
SELECT * FROM hostile.who;
SELECT * FROM hostile.after_path;
SELECT current_user = session_user AS still_me, current_setting('search_path') AS path, current_setting('role') AS role;
-- Nor in tests, views, indexes' functions or triggers.
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.create_model('h.v', 'select hostile.peek() as a');
SELECT mesh.create_test('h.base', sql => 'select hostile.peek() from {{ ref(''base'') }}', name => 'peeks');
SELECT mesh.create_test('h.base', sql => 'select hostile.do(''drop table hostile.stored'') from {{ ref(''base'') }}', name => 'drops');
SELECT mesh.create_test('h.v', 'not_null', 'a');
RESET SESSION AUTHORIZATION;
SELECT node, status, rows, message FROM mesh.run('h.base h.v');
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.drop_test('h.peeks'), mesh.drop_test('h.drops'), mesh.drop_model('h.v');
CREATE FUNCTION hostile.grab(id int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM hostile.peek(); RETURN id; EXCEPTION WHEN insufficient_privilege THEN RETURN id; END $$;
CREATE INDEX grabs ON hostile.base (hostile.grab(id));
ALTER TABLE hostile.base ADD CONSTRAINT grabs_too CHECK (hostile.become('none') IS NOT NULL) NOT VALID;
RESET SESSION AUTHORIZATION;
SELECT node, status, rows, message FROM mesh.run('h.base');
SET SESSION AUTHORIZATION regress_hostile_owner;
ALTER TABLE hostile.base DROP CONSTRAINT grabs_too;
RESET SESSION AUTHORIZATION;
SELECT node, status, rows, message FROM mesh.run('h.base');
SELECT count(*) FROM hostile.base;

-- What its owner's functions may do, they may do at a bad moment: the run says what happened, and goes on or publishes nothing.
SET SESSION AUTHORIZATION regress_hostile_owner;
CREATE TABLE hostile.input AS SELECT 1 AS id;
CREATE TABLE hostile.action (what text);
CREATE FUNCTION hostile.stage() RETURNS text LANGUAGE sql AS $$ SELECT format('hostile.%I', relname) FROM pg_catalog.pg_class WHERE relnamespace = 'hostile'::regnamespace AND relkind = 'r' ORDER BY oid DESC LIMIT 1 $$;
CREATE FUNCTION hostile.act() RETURNS text LANGUAGE plpgsql AS $$
DECLARE what text := (SELECT a.what FROM hostile.action a);
BEGIN
    IF what IS NOT NULL THEN EXECUTE replace(what, 'STAGE', hostile.stage()); END IF;
    RETURN what;
END $$;
SELECT mesh.create_model('h.before', 'select id from hostile.input', materialized => 'table');
SELECT mesh.create_model('h.acts', 'select b.id, hostile.act() as a from before b', materialized => 'table');
SELECT mesh.create_model('h.later', 'select id, a from acts', materialized => 'materialized_view');
SELECT node, status, rows, message FROM mesh.run('h.before h.acts h.later');
CREATE FUNCTION hostile.try(action text) RETURNS TABLE (node text, status text, rows bigint, message text) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hostile.action VALUES (action);
    RETURN QUERY SELECT r.node, r.status, r.rows, regexp_replace(r.message, '\d\d+', 'N', 'g') FROM mesh.run('h.before h.acts h.later') r;
    DELETE FROM hostile.action;
END $$;
RESET SESSION AUTHORIZATION;
SELECT * FROM hostile.try('drop table hostile.acts');
SELECT * FROM hostile.try('drop table hostile.acts cascade');
SELECT * FROM hostile.try('drop table hostile.before');
SELECT * FROM hostile.try('alter table hostile.before rename to behind');
SELECT to_regclass('hostile.behind'), to_regclass('hostile.before');
SELECT * FROM hostile.try('alter table hostile.before add column extra int');
ALTER TABLE hostile.before DROP COLUMN extra;
SELECT * FROM hostile.try('drop materialized view hostile.later');
SELECT * FROM hostile.try('drop table STAGE');
SELECT * FROM hostile.try('alter table STAGE rename to elsewhere');
SELECT * FROM hostile.try('insert into STAGE values (1)');
SELECT * FROM hostile.try('create index on hostile.before (id)');
SELECT * FROM hostile.try('truncate hostile.before');
SELECT * FROM hostile.try('alter table hostile.input rename column id to nr');
ALTER TABLE hostile.input RENAME COLUMN nr TO id;
SELECT * FROM hostile.try('drop table hostile.input');
SELECT count(*) FROM pg_class WHERE oid = to_regclass('hostile.input');
CREATE TABLE IF NOT EXISTS hostile.input AS SELECT 1 AS id;
ALTER TABLE hostile.input OWNER TO regress_hostile_owner;
SELECT * FROM hostile.try('select mesh.run(''h.base'')');
SELECT * FROM hostile.try('select mesh.run(''h.acts'')');
SELECT * FROM hostile.try('select mesh.test(''h.base'')');
SELECT * FROM hostile.try('select mesh.create_model(''h.acts'', ''select 7 as id, ''''x'''' as a'', replace => true)');
SELECT mesh.create_model('h.acts', 'select b.id, hostile.act() as a from before b', materialized => 'table', replace => true);
SELECT * FROM hostile.try('select mesh.create_model(''h.fresh'', ''select 7 as id'')');
SELECT * FROM hostile.try('select mesh.drop_model(''h.later'')');
SELECT name FROM mesh.models WHERE domain = 'h' AND name IN ('fresh', 'later') ORDER BY 1;
SELECT * FROM hostile.try('set constraints all deferred');
SELECT * FROM hostile.try('set session characteristics as transaction isolation level serializable');
SELECT * FROM hostile.try('create function hostile.x() returns int language sql return 1; listen x');
SELECT * FROM hostile.try(NULL);
SELECT status AS a_run_after_refused_ones FROM mesh.run('h.base');
SELECT count(*) AS left_over FROM pg_class WHERE relname ~ '^(mesh_(stage|delta)|pg_temp_)' AND relnamespace = 'hostile'::regnamespace;

-- Who may only run a project runs what its owner wrote: no SQL of his own, no macro, no relation of his choice in place of a model.
CREATE SCHEMA hostile_project AUTHORIZATION regress_hostile_owner;
CREATE FUNCTION hostile.as_runner(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'done as ' || current_user;
EXCEPTION WHEN insufficient_privilege THEN RETURN sqlerrm;
END $$;
GRANT USAGE ON SCHEMA hostile TO regress_hostile_runner;
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT change, node FROM mesh.deploy('hostile_project', '{"dbt_project.yml": "name: hostile_project", "models/one.sql": "{{ config(event_time=''at'') }}select 1 as id, now() as at",
    "models/two.sql": "{{ config(materialized=''table'') }}select id from {{ ref(''one'') }}"}');
SELECT mesh.grant_run('hostile_project', 'regress_hostile_runner');
SET SESSION AUTHORIZATION regress_hostile_runner;
SELECT unique_id, status FROM mesh.invoke('hostile_project', 'build');
SELECT unique_id FROM mesh.invoke('hostile_project', 'list');
SELECT statement, hostile.as_runner(statement) FROM unnest(ARRAY[
    $$SELECT mesh.show('hostile_project', '{% do run_query("create table hostile_project.mine()") %}select 1 as a')$$,
    $$SELECT mesh.compiled('hostile_project', '{% do run_query("create table hostile_project.mine()") %}select 1 as a')$$,
    $$SELECT mesh.run_operation('hostile_project', 'run_query', '{"sql": "create table hostile_project.mine()"}')$$,
    $$SELECT mesh.manifest('hostile_project')$$,
    $$SELECT * FROM mesh.invoke('hostile_project', 'compile')$$,
    $$SELECT * FROM mesh.invoke('hostile_project', 'clone', '{"state": {}}')$$,
    $$SELECT * FROM mesh.invoke('hostile_project', 'run', '{"defer": true, "favor_state": true, "state": {}}')$$]) statement;
-- Nor do the times of a sample, or the id of the invocation, which templates write down, become SQL.
SELECT unique_id, status, message FROM mesh.invoke('hostile_project', 'build', '{"flags": {"SAMPLE": {"start": "2999-01-01'' or hostile.do(''create table hostile_project.mine()'') = ''", "end": ""}}}');
SELECT unique_id FROM mesh.invoke('hostile_project', 'build', '{"sample": {"start": "2020-01-01'' or true --", "end": "2021-01-01"}}');
SELECT unique_id FROM mesh.invoke('hostile_project', 'build', '{"invocation_id": "'' || hostile.do(''create table hostile_project.mine()'') || ''"}');
RESET SESSION AUTHORIZATION;
SELECT to_regclass('hostile_project.mine');

-- Nor can an owner give his domain, and so his bodies, to a role that has its schema already.
SELECT mesh.create_domain('idle', owner => 'regress_hostile_owner', schema => 'hostile_idle');
ALTER SCHEMA hostile_idle OWNER TO regress_hostile_stranger;
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.create_model('idle.bad', 'select 1 as a');
SELECT mesh.alter_domain('idle', owner => 'regress_hostile_stranger');
RESET SESSION AUTHORIZATION;
SELECT owner FROM mesh.domains WHERE name = 'idle';

-- A deferred trigger would fire with the rights of whoever commits. It may be in a table that a foreign key's action or inheritance reaches, and an
-- operator of the owner's may want to hide that.
CREATE FUNCTION hostile.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM hostile.do('insert into hostile_raw.secrets values (current_user)'); RETURN NULL; END $$;
CREATE TABLE hostile_raw.parts AS SELECT 1 AS id, 1 AS v;
GRANT SELECT ON hostile_raw.parts TO regress_hostile_owner;
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.create_model('h.parts', 'select id, v from hostile_raw.parts', materialized => 'incremental', unique_key => '{id}', incremental_strategy => 'delete+insert');
SELECT node, status, message FROM mesh.run('h.parts');
ALTER TABLE hostile.parts ADD PRIMARY KEY (id);
CREATE FUNCTION hostile.none(smallint, int) RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE OPERATOR hostile.& (LEFTARG = smallint, RIGHTARG = int, FUNCTION = hostile.none);
CREATE TABLE hostile.child (id int REFERENCES hostile.parts ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO hostile.child VALUES (1);
CREATE CONSTRAINT TRIGGER notes AFTER DELETE ON hostile.child DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hostile.note();
RESET SESSION AUTHORIZATION;
SELECT node, status, message FROM mesh.run('h.parts');
SET SESSION AUTHORIZATION regress_hostile_owner;
DROP TABLE hostile.child;
CREATE TABLE hostile.child (id int REFERENCES hostile.parts DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE hostile.more () INHERITS (hostile.parts);
INSERT INTO hostile.more VALUES (1, 0);
CREATE CONSTRAINT TRIGGER notes AFTER DELETE ON hostile.more DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hostile.note();
RESET SESSION AUTHORIZATION;
SELECT node, status, message FROM mesh.run('h.parts');
SET SESSION AUTHORIZATION regress_hostile_owner;
DROP TABLE hostile.more;
CREATE CONSTRAINT TRIGGER notes AFTER INSERT ON hostile.parts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hostile.note();
RESET SESSION AUTHORIZATION;
SELECT node, status, message FROM mesh.run('h.parts');
TABLE hostile_raw.secrets;
-- A foreign key that cascades, and is deferred, is checked with the command.
SET SESSION AUTHORIZATION regress_hostile_owner;
DROP TRIGGER notes ON hostile.parts;
DROP TABLE hostile.child;
CREATE TABLE hostile.child (id int REFERENCES hostile.parts ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO hostile.child VALUES (1);
RESET SESSION AUTHORIZATION;
SELECT node, status, message FROM mesh.run('h.parts');
TABLE hostile.child;

-- Functions, operators, types and temporary tables of the caller that shadow built-ins and inputs.
CREATE FUNCTION public.upper(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'shadowed'; RETURN 'bad'; END $$;
CREATE FUNCTION public.never(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'shadowed'; RETURN false; END $$;
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.never);
CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'bad' $$;
CREATE FUNCTION public.count(int) RETURNS bigint LANGUAGE sql AS $$ SELECT -1::bigint $$;
CREATE TYPE public.int4 AS ENUM ('bad');
CREATE FUNCTION public.same(oid, regnamespace) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'shadowed'; RETURN true; END $$;
CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regnamespace, FUNCTION = public.same);
CREATE FUNCTION public.same(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'shadowed'; RETURN true; END $$;
CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = public.same);
SELECT mesh.create_model('h.offered', 'select 1 as a', materialized => 'table');
SELECT node, status FROM mesh.run('h.offered');
SELECT count(*) FROM mesh.plan('h.base');
SELECT mesh.publish('h.offered'), mesh.grant_product('h.offered', 'regress_hostile_stranger') IS NOT NULL AS granted;
SELECT mesh.revoke_product('h.offered', 'regress_hostile_stranger'), mesh.unpublish('h.offered');
SELECT mesh.rename_model('h.offered', 'offering'), mesh.drop_model('h.offering');
SET SESSION AUTHORIZATION regress_hostile_owner;
SELECT mesh.create_model('h.builtins', 'select upper(''good'') as a, ''x''::text = ''x''::text as b, count(id) as c, 1::int4 as d from base', materialized => 'table', replace => true);
RESET SESSION AUTHORIZATION;
CREATE TEMP TABLE base (id int);
CREATE TEMP TABLE orders (id int);
CREATE TEMP TABLE pg_class (oid oid);
SET search_path = pg_temp, public, pg_catalog;
SELECT node, status, rows, message FROM mesh.run('h.builtins h.base h.log h.stored');
SELECT node, status, rows, message FROM mesh.run('h.builtins h.base h.log h.stored', full_refresh => true);
RESET search_path;
SELECT * FROM hostile.builtins;
DROP OPERATOR public.= (text, text);
DROP OPERATOR public.= (oid, regnamespace);
DROP OPERATOR public.= (oid, regclass);
DROP FUNCTION public.upper, public.never, public.format, public.count, public.same(oid, regnamespace), public.same(oid, regclass);
SELECT proname FROM pg_proc WHERE pronamespace = 'mesh'::regnamespace AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND proconfig IS NULL;
DROP TYPE public.int4;
DROP TABLE pg_temp.base, pg_temp.orders, pg_temp.pg_class;
SET client_min_messages = error;
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA hostile_raw, hostile, hostile_idle, hostile_project CASCADE;
DROP ROLE regress_hostile_owner, regress_hostile_runner, regress_hostile_stranger;
