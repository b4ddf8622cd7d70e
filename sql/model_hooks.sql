-- Hooks, grants, comments, contracts and other settings of a model that concern the relation it builds.
SET client_min_messages = warning;
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE ROLE regress_hook_owner;
CREATE ROLE regress_hook_reader;
CREATE ROLE "regress Hook Writer";
SELECT mesh.create_domain('hooked', owner => 'regress_hook_owner');
CREATE TABLE hooked.diary (n serial, who text, said text);
ALTER TABLE hooked.diary OWNER TO regress_hook_owner;

-- Before and after the build, as the owner; what reads the model after its build reads what is staged.
SELECT mesh.create_model('hooked.t', 'select g as id, (select count(*) from hooked.diary) as lines from generate_series(1, 3) g', materialized => 'table',
    config => $${"pre_hook": "insert into hooked.diary (who, said) values (current_user, 'before')",
                 "post_hook": ["insert into hooked.diary (who, said) select current_user, 'after ' || count(*) from hooked.t; commit",
                               "create index if not exists t_by_hook on hooked.t (lines)", "comment on table hooked.t is 'by a hook; really'", "delete from hooked.t where id = 3"]}$$);
SELECT node, status, rows, message FROM mesh.run('hooked');
SELECT node, status, rows, message FROM mesh.run('hooked');
SELECT who, said FROM hooked.diary ORDER BY n;
SELECT id, lines FROM hooked.t ORDER BY 1;
SELECT obj_description('hooked.t'::regclass), (SELECT count(*) FROM pg_index WHERE indrelid = 'hooked.t'::regclass) AS indexes;

-- The hook of a view, of a run that fails, and of one that says too much.
SELECT mesh.create_model('hooked.v', 'select id from hooked.t', config => '{"post_hook": "insert into hooked.diary (said) select ''view of '' || count(*) from hooked.v"}');
SELECT mesh.create_model('hooked.bad', 'select 1 as a', materialized => 'table', config => '{"pre_hook": "insert into hooked.diary (said) values (''gone'')", "post_hook": "select nothing from hooked.bad"}');
SELECT mesh.create_model('hooked.vacuumed', 'select 1 as a', materialized => 'table', config => '{"post_hook": "vacuum hooked.diary; vacuum (analyze) hooked.vacuumed"}');
SELECT mesh.create_model('hooked.climbs', 'select 1 as a', materialized => 'table', config => '{"post_hook": "create role regress_hook_climber"}');
SELECT node, status, reason, split_part(message, ' (', 1) AS message FROM mesh.run('hooked.v hooked.bad hooked.vacuumed hooked.climbs');  -- newer servers have a detail
SELECT reltuples FROM pg_class WHERE oid = 'hooked.vacuumed'::regclass;
SELECT said FROM hooked.diary WHERE said LIKE 'view%' OR said = 'gone';
SELECT to_regclass('hooked.bad') IS NULL AS not_there;
SELECT mesh.create_model('hooked.x', 'select 1 as a', config => '{"pre_hook": 7}');
SELECT node, status, message FROM mesh.run('hooked.x');
SELECT mesh.drop_model('hooked.' || n) FROM unnest('{v,bad,vacuumed,climbs,x}'::text[]) n;

-- sql_header comes first.
SELECT mesh.create_model('hooked.headed', 'select count(*) from hooked.diary where said = ''header''', materialized => 'table', config => '{"sql_header": "insert into hooked.diary (said) values (''header'');"}');
SELECT status FROM mesh.run('hooked.headed');
SELECT * FROM hooked.headed;

-- Grants: what config says, and no more of the owner's; what an agreement gives stays.
SELECT mesh.create_model('hooked.g', 'select 1 as a', materialized => 'table', config => '{"grants": {"select": ["regress_hook_reader", "public"], "INSERT": "\"regress Hook Writer\""}}');
SELECT status FROM mesh.run('hooked.g');
SELECT coalesce(r.rolname, 'public'), a.privilege_type FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE c.oid = 'hooked.g'::regclass AND a.grantee <> c.relowner ORDER BY 1, 2;
SELECT mesh.publish('hooked.g', access => 'public');
SELECT mesh.create_domain('reading', owner => 'regress_hook_reader');
SELECT mesh.request_access('hooked.g', 'reading') > 0 AS asked;
SELECT mesh.create_model('hooked.g', 'select 1 as a', materialized => 'table', config => '{"grants": {"update": "regress_hook_reader"}}', replace => true);
SELECT status FROM mesh.run('hooked.g');
SELECT coalesce(r.rolname, 'public'), a.privilege_type FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE c.oid = 'hooked.g'::regclass AND a.grantee <> c.relowner ORDER BY 1, 2;
SELECT mesh.create_model('hooked.bad', 'select 1 as a', config => '{"grants": {"select": [7]}}');

-- Comments on columns, and a table that becomes unlogged and logged again.
SELECT mesh.create_model('hooked.d', 'select 1 as a, 2 as "B"', materialized => 'table', description => 'about d',
    config => '{"unlogged": true, "persist_docs": {"relation": true, "columns": true}, "columns": [{"name": "A", "description": "it''s a"}, {"name": "B", "quote": true, "description": "b"}, {"name": "gone", "description": "x"}]}');
SELECT status FROM mesh.run('hooked.d');
SELECT obj_description(oid), col_description(oid, 1), col_description(oid, 2), relpersistence FROM pg_class WHERE oid = 'hooked.d'::regclass;
SELECT mesh.create_model('hooked.d', 'select 1 as a, 2 as "B"', materialized => 'table', config => '{"unlogged": false}', replace => true);
SELECT status FROM mesh.run('hooked.d');
SELECT relpersistence FROM pg_class WHERE oid = 'hooked.d'::regclass;

-- Contracts: names, types and number of columns, in any order; constraints on the table, also on one that is there.
SELECT mesh.create_model('hooked.c', 'select ''x''::text as name, 1 as id', materialized => 'table',
    config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "bigint"}, {"name": "label", "data_type": "text"}]}');
\set VERBOSITY default
SELECT node, status, message FROM mesh.run('hooked.c');
SELECT mesh.create_model('hooked.parent', 'select 1 as id', materialized => 'table',
    config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "primary_key"}]}]}');
SELECT mesh.create_model('hooked.c', 'select ''x''::text as name, id from hooked.parent', materialized => 'table', replace => true,
    config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "not_null"}, {"type": "foreign_key", "to": "hooked.parent", "to_columns": ["id"]}]}, {"name": "name", "data_type": "text", "constraints": [{"type": "check", "expression": "name <> ''y''", "name": "no_y"}]}], "constraints": [{"type": "unique", "columns": ["id", "name"]}]}');
SELECT node, status, message FROM mesh.run('hooked.parent hooked.c');
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('hooked.c'::regclass, 'hooked.parent'::regclass) AND contype <> 'n' ORDER BY 1;
SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = 'hooked.c'::regclass AND attnum > 0 ORDER BY attnum;
SELECT node, status, message FROM mesh.run('hooked.c');
SELECT mesh.create_model('hooked.later', 'select 1 as id', materialized => 'table');
SELECT status FROM mesh.run('hooked.later');
SELECT mesh.create_model('hooked.later', 'select 1 as id', materialized => 'table', replace => true, config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "not_null"}, {"type": "unique"}]}]}');
SELECT status FROM mesh.run('hooked.later');
SELECT status, message FROM mesh.run('hooked.later');
SELECT conname, (SELECT attnotnull FROM pg_attribute WHERE attrelid = conrelid AND attnum = 1) FROM pg_constraint WHERE conrelid = 'hooked.later'::regclass AND contype <> 'n';

-- A hook's comment on a column that the table is about to get.
SELECT mesh.create_model('hooked.later', 'select 1 as id, 2 as new', materialized => 'table', replace => true, config => '{"post_hook": "comment on column hooked.later.new is ''it came later''"}');
SELECT status, message FROM mesh.run('hooked.later');
SELECT col_description('hooked.later'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'hooked.later'::regclass AND attname = 'new';

-- What hooks define on a table that is there is defined once: dbt, which makes the table anew, writes hooks so.
CREATE FUNCTION hooked.as_it_is() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
SELECT mesh.create_model('hooked.defined', 'select 1 as id, ''x''::text as name', materialized => 'table', config => $${"indexes": [{"columns": ["name"]}], "post_hook": [
    "create index on hooked.defined (id)", "create unique index on hooked.defined (lower(name)) where id > 0", "alter table hooked.defined add primary key (id)",
    "alter table hooked.defined add constraint positive check (id > 0), alter column id set default 7", "alter table hooked.defined add column extra int default 3",
    "create trigger touched before insert on hooked.defined for each row execute function hooked.as_it_is()", "create policy seen on hooked.defined using (id > 0)"]}$$);
SELECT status, message FROM mesh.run('hooked.defined');
CREATE VIEW hooked.what_is_defined AS SELECT 'index ' || regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') AS what FROM pg_index WHERE indrelid = 'hooked.defined'::regclass
    UNION ALL SELECT 'constraint ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'hooked.defined'::regclass AND contype <> 'n'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'hooked.defined'::regclass AND NOT tgisinternal
    UNION ALL SELECT 'policy ' || pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = 'hooked.defined'::regclass ORDER BY 1;
SELECT status, message FROM mesh.run('hooked.defined');
TABLE hooked.what_is_defined;
SELECT * FROM hooked.defined;
SELECT mesh.create_model('hooked.defined', 'select 1 as id, ''x''::text as name', materialized => 'table', replace => true, config => $${"post_hook": [
    "create index on hooked.defined (id)", "create index on hooked.defined (extra)", "create policy seen on hooked.defined using (id > 1)", "alter table hooked.defined add primary key (name)"]}$$);
SELECT status, message FROM mesh.run('hooked.defined');
SELECT mesh.create_model('hooked.defined', 'select 1 as id, ''x''::text as name', materialized => 'table', replace => true, config => $${"post_hook": [
    "create index on hooked.defined (id)", "create policy seen on hooked.defined using (id > 1)", " Create\n Unique index CONCURRENTLY if not exists \"By Name\" on hooked.defined (name, id)", "create unique index on hooked.defined (name, id)",
    "drop index concurrently if exists hooked.defined_lower_idx"]}$$);
SELECT status, message FROM mesh.run('hooked.defined');
SELECT status, message FROM mesh.run('hooked.defined');
TABLE hooked.what_is_defined;
-- What a hook defines on another model's relation stays on a new one, and is told to be lost where the run builds that anew.
SELECT mesh.create_model('hooked.first', 'select 1 as id', materialized => 'table');
SELECT mesh.create_model('hooked.second', 'select id from hooked.first', materialized => 'table', config => $${"pre_hook": [
    "alter table hooked.first alter column id set not null", "analyze hooked.first"], "post_hook": ["create index on hooked.first (id)", "comment on table hooked.first is 'said'"]}$$);
SELECT node, status, reason FROM mesh.run('hooked.first hooked.second');
SELECT node, status, reason FROM mesh.run('hooked.first hooked.second', force => true);
SELECT obj_description('hooked.first'::regclass);
SELECT node, status, reason FROM mesh.run('hooked.second', force => true);
SELECT count(*) FROM pg_class WHERE relname LIKE 'mesh\_stage%';
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP OWNED BY regress_hook_owner, regress_hook_reader, "regress Hook Writer" CASCADE;
DROP ROLE regress_hook_owner, regress_hook_reader, "regress Hook Writer";
