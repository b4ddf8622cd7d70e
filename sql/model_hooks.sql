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
    "alter table hooked.defined add column extra int default 3", "create index on hooked.defined (id)", "create index on hooked.defined (extra)", "create policy seen on hooked.defined using (id > 1)", "alter table hooked.defined add primary key (name)"]}$$);
SELECT status, message FROM mesh.run('hooked.defined');
SELECT mesh.create_model('hooked.defined', 'select 1 as id, ''x''::text as name', materialized => 'table', replace => true, config => $${"post_hook": [
    "create index on hooked.defined (id)", "create policy seen on hooked.defined using (id > 1)", " Create\n Unique index CONCURRENTLY if not exists \"By Name\" on hooked.defined (name, id)", "create unique index on hooked.defined (name, id)",
    "drop index concurrently if exists hooked.defined_lower_idx"]}$$);
SELECT status, message FROM mesh.run('hooked.defined');
SELECT status, message FROM mesh.run('hooked.defined');
TABLE hooked.what_is_defined;
-- What a hook defines on another model's relation stays, also where the run builds that anew: it waits until all are published, and what is defined already
-- is not defined once more.
SELECT mesh.create_model('hooked.first', 'select 1 as id', materialized => 'table', config => '{"post_hook": "create index on hooked.first (id)"}');
SELECT mesh.create_model('hooked.first_view', 'select id from hooked.first', config => '{"grants": {"select": "public"}}');
SELECT mesh.create_model('hooked.second', 'select id from hooked.first join hooked.first_view using (id)', materialized => 'table', config => $${"pre_hook": [
    "alter table hooked.first alter column id set not null", "analyze hooked.first"], "post_hook": ["create index on hooked.first (id)", "comment on table hooked.first is 'said'",
    "alter table hooked.first add unique (id), add check (id > 0)", "create policy seen on hooked.first using (true)", "create rule nothing as on update to hooked.first do instead nothing",
    "create trigger touched before insert on hooked.first for each row execute function hooked.as_it_is()", "comment on view hooked.first_view is 'a view'",
    "grant insert on all tables in schema hooked to regress_hook_reader", "delete from hooked.first where id > 1", "delete from hooked.second where id > 1"]}$$);
SELECT mesh.create_model('hooked.third', 'select id from hooked.second', materialized => 'table', config => $${"post_hook": ["create index on hooked.first (id) where id > 0", "alter table hooked.second add foreign key (id) references hooked.first (id)"]}$$);
DROP VIEW hooked.what_is_defined;
SELECT node, status, message FROM mesh.run('hooked.first hooked.first_view hooked.second hooked.third');
CREATE VIEW defined_by_others AS SELECT 'index ' || pg_get_indexdef(indexrelid) AS what FROM pg_index WHERE indrelid = 'hooked.first'::regclass
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('hooked.first'::regclass, 'hooked.second'::regclass) AND contype <> 'n'
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgrelid = 'hooked.first'::regclass AND NOT tgisinternal
    UNION ALL SELECT 'rule ' || rulename FROM pg_rules WHERE tablename = 'first'
    UNION ALL SELECT 'policy ' || polname FROM pg_policy WHERE polrelid = 'hooked.first'::regclass
    UNION ALL SELECT 'not null ' || attname FROM pg_attribute WHERE attrelid = 'hooked.first'::regclass AND attnum > 0 AND attnotnull
    UNION ALL SELECT 'comment ' || obj_description(c::regclass, 'pg_class') FROM unnest('{hooked.first,hooked.first_view}'::text[]) c
    UNION ALL SELECT 'grant on ' || c || ' ' || privilege_type || ' to ' || coalesce(rolname, 'public') FROM unnest('{hooked.first,hooked.first_view,hooked.third}'::text[]) c, pg_class p, aclexplode(relacl) a LEFT JOIN pg_roles r ON r.oid = grantee
        WHERE p.oid = c::regclass AND grantee <> relowner ORDER BY 1;
TABLE defined_by_others;
CREATE TEMP TABLE former AS TABLE defined_by_others;
SELECT mesh.create_model('hooked.first', 'select g as id from generate_series(1, 3) g', materialized => 'table', replace => true, config => '{"post_hook": "create index on hooked.first (id)"}');
SELECT node, status, rows, message FROM mesh.run('hooked.first hooked.first_view hooked.second hooked.third');
SELECT count(*) FROM ((TABLE former EXCEPT ALL TABLE defined_by_others) UNION ALL (TABLE defined_by_others EXCEPT ALL TABLE former)) differs;
SELECT node, status, rows, message FROM mesh.run('hooked.first hooked.first_view hooked.second hooked.third', force => true);
SELECT count(*) FROM ((TABLE former EXCEPT ALL TABLE defined_by_others) UNION ALL (TABLE defined_by_others EXCEPT ALL TABLE former)) differs;
SELECT * FROM hooked.first;
-- When that cannot be, the model whose hook it is fails, and nothing of it is left; a failing model's hooks are undone too.
SELECT mesh.create_model('hooked.third', 'select id from hooked.second', materialized => 'table', replace => true, config => $${"post_hook": "alter table hooked.first add check (id > 1)"}$$);
SELECT node, status, message FROM mesh.run('hooked.first hooked.first_view hooked.second hooked.third', force => true);
SELECT mesh.create_model('hooked.third', 'select id from hooked.second', materialized => 'table', replace => true, config => $${"post_hook": ["create index on hooked.first (id, id)", "select 1 / 0"]}$$);
SELECT node, status, message FROM mesh.run('hooked.first hooked.first_view hooked.second hooked.third', force => true);
SELECT count(*) FROM ((TABLE former EXCEPT ALL TABLE defined_by_others) UNION ALL (TABLE defined_by_others EXCEPT ALL TABLE former)) differs;
-- Of a materialized view, and of a table that takes its place.
SELECT mesh.create_model('hooked.third', 'select id from hooked.second', materialized => 'materialized_view', replace => true);
SELECT mesh.create_model('hooked.fourth', 'select id from hooked.third', config => $${"post_hook": ["create index on hooked.third (id)", "grant select on hooked.third to public"]}$$);
SELECT node, status, reason FROM mesh.run('hooked.third hooked.fourth');
SELECT node, status, message FROM mesh.run('hooked.third hooked.fourth', force => true);
SELECT relkind, relacl::text LIKE '%,=r/%' AS granted, (SELECT count(*) FROM pg_index WHERE indrelid = c.oid) AS indexes FROM pg_class c WHERE oid = 'hooked.third'::regclass;
SELECT count(*) FROM pg_class WHERE relname LIKE 'mesh\_stage%';
DROP VIEW defined_by_others;
SELECT mesh.drop_model('hooked.fourth'), mesh.drop_model('hooked.third'), mesh.drop_model('hooked.second'), mesh.drop_model('hooked.first_view'), mesh.drop_model('hooked.first');

-- What hooks drop and make again waits too: what comes back as it was stays, and nobody who reads is kept waiting for the rest of the run.
SELECT mesh.create_model('hooked.again', 'select g as a, -g as b from generate_series(1, 3) g', materialized => 'table', config => $${"post_hook": ["drop index if exists hooked.by_a; create index by_a on hooked.again (a)",
    "drop policy if exists p on hooked.again", "create policy p on hooked.again using (a > 0)", "drop trigger if exists touched on hooked.again; create trigger touched before insert on hooked.again for each row execute function hooked.as_it_is()",
    "drop index if exists hooked.gone_index", "insert into hooked.diary (said) select 'readers wait' from pg_locks where relation = 'hooked.again'::regclass and mode = 'AccessExclusiveLock'"]}$$);
CREATE VIEW again_has AS SELECT c.relname, relfilenode > 0 AS stored, pg_get_indexdef(indexrelid) AS what FROM pg_class c JOIN pg_index ON indexrelid = c.oid WHERE indrelid = (SELECT oid FROM pg_class WHERE relname = 'again')
    UNION ALL SELECT polname, NULL, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = (SELECT oid FROM pg_class WHERE relname = 'again') ORDER BY 1;
SELECT node, status, reason, message FROM mesh.run('hooked.again');
CREATE INDEX gone_index ON hooked.again (b);
DELETE FROM hooked.diary WHERE said = 'readers wait';
SELECT oid AS by_a FROM pg_class WHERE oid = 'hooked.by_a'::regclass \gset
SELECT node, status, reason, message FROM mesh.run('hooked.again', force => true);
SELECT 'hooked.by_a'::regclass = :by_a AS same, (SELECT count(*) FROM hooked.diary WHERE said = 'readers wait') AS locks;
TABLE again_has;
SELECT mesh.create_model('hooked.again', 'select g as a, -g as b from generate_series(1, 3) g', materialized => 'table', replace => true, config => $${"post_hook": ["drop index if exists hooked.by_a; create index by_a on hooked.again (a, b)",
    "drop policy if exists p on hooked.again", "create policy p on hooked.again using (a > 1)"]}$$);
SELECT mesh.create_model('hooked.again_elsewhere', 'select a from hooked.again', config => '{"post_hook": ["drop trigger if exists touched on hooked.again", "drop index if exists hooked.by_b", "create index by_b on hooked.again (b)"]}');
SELECT node, status, reason, message FROM mesh.run('hooked.again', force => true);
SELECT node, status, reason, message FROM mesh.run('hooked.again hooked.again_elsewhere', force => true);
SELECT oid AS by_b FROM pg_class WHERE oid = 'hooked.by_b'::regclass \gset
SELECT node, status, reason, message FROM mesh.run('hooked.again hooked.again_elsewhere', force => true);
SELECT 'hooked.by_b'::regclass = :by_b AS same, (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'hooked.again'::regclass) AS triggers;
TABLE again_has;
DROP VIEW again_has;

-- Columns that hooks add, rename, drop or give another type: what comes after sees them, and the relation is the same one.
SELECT mesh.create_model('hooked.shaped', 'select g as id, ''x'' || g as name, g as old from generate_series(1, 3) g', materialized => 'table', config => $${"indexes": [{"columns": ["name"]}], "post_hook": [
    "create index on hooked.shaped (old)", "alter table hooked.shaped add column extra int default 7, add check (extra > 0)", "update hooked.shaped set extra = id * 10 where id > 1", "alter table hooked.shaped alter column extra set not null",
    "alter table hooked.shaped rename column name to title", "alter table hooked.shaped drop column old", "alter table hooked.shaped alter column id type bigint", "create unique index on hooked.shaped (title)"]}$$);
SELECT node, status, reason, message FROM mesh.run('hooked.shaped');
SELECT mesh.create_model('hooked.shaped_view', 'select id, title as said from hooked.shaped', materialized => 'view', config => $${"post_hook": "alter view hooked.shaped_view rename column said to heard"}$$);
SELECT node, status, reason, message FROM mesh.run('hooked.shaped_view');
SELECT mesh.create_model('hooked.sees_shape', 'select heard, extra from hooked.shaped join hooked.shaped_view using (id)', materialized => 'table');
SELECT node, status, reason, message FROM mesh.run('hooked.shaped hooked.shaped_view hooked.sees_shape');
SELECT * FROM hooked.sees_shape ORDER BY 1;
CREATE VIEW what_shape AS SELECT 'column ' || attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') AS what FROM pg_attribute
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid IN (SELECT oid FROM pg_class WHERE relname IN ('shaped', 'shaped_view')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'index ' || pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'hooked.shaped'::regclass
    UNION ALL SELECT 'constraint ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'hooked.shaped'::regclass AND contype <> 'n' ORDER BY 1;
TABLE what_shape;
SELECT oid AS shaped FROM pg_class WHERE oid = 'hooked.shaped'::regclass \gset
CREATE VIEW reads_shaped AS SELECT id, title, extra FROM hooked.shaped;
SELECT node, status, reason, message FROM mesh.run('hooked.shaped hooked.shaped_view hooked.sees_shape', force => true);
TABLE what_shape;
SELECT * FROM reads_shaped ORDER BY 1;
SELECT 'hooked.shaped'::regclass = :shaped AS same;
-- Hooks that a table gets later; where its rows are written one by one, what they ask for is asked of the new rows. What others read is not dropped.
DROP VIEW reads_shaped;
SELECT mesh.drop_model('hooked.sees_shape'), mesh.drop_model('hooked.shaped_view');
SELECT mesh.create_model('hooked.shaped', 'select g as id, ''x'' || g as name from generate_series(1, 2) g', materialized => 'table', replace => true);
SELECT node, status, reason, message FROM mesh.run('hooked.shaped');
ALTER TABLE hooked.shaped ADD UNIQUE (id);
CREATE TABLE refers (id int REFERENCES hooked.shaped (id));
SELECT mesh.create_model('hooked.shaped', 'select g as id, ''x'' || g as name from generate_series(1, 3) g', materialized => 'table', replace => true, config => $${"post_hook": [
    "alter table hooked.shaped add column extra text", "update hooked.shaped set extra = name", "alter table hooked.shaped alter column extra set not null", "alter table hooked.shaped rename column name to title", "create index on hooked.shaped (extra)"]}$$);
SELECT node, status, reason, message FROM mesh.run('hooked.shaped');
SELECT node, status, reason, message FROM mesh.run('hooked.shaped', force => true);
TABLE hooked.shaped;
TABLE what_shape;
CREATE VIEW reads_shaped AS SELECT title FROM hooked.shaped;
SELECT mesh.create_model('hooked.shaped', 'select g as id, ''x'' || g as name from generate_series(1, 3) g', materialized => 'table', replace => true, config => '{"post_hook": "alter table hooked.shaped rename column name to other"}');
SELECT node, status, reason, message FROM mesh.run('hooked.shaped');
TABLE what_shape;
-- Its storage is exchanged where it can be.
SELECT mesh.create_model('hooked.renamed', 'select g as id, ''x'' || g as name from generate_series(1, 3) g', materialized => 'table', config => '{"post_hook": "alter table hooked.renamed rename column name to title"}');
SELECT node, status, reason, message FROM mesh.run('hooked.renamed');
SELECT mesh.create_model('hooked.reads_renamed', 'select title from hooked.renamed', materialized => 'table');
SELECT node, status, reason, message FROM mesh.run('hooked.renamed hooked.reads_renamed', force => true);
SELECT node, status, reason, message FROM mesh.run('hooked.renamed hooked.reads_renamed', force => true);
SELECT * FROM hooked.renamed ORDER BY 1;
-- What its contract asks of a column goes with it.
SELECT mesh.create_model('hooked.parents', 'select g as id from generate_series(1, 3) g', materialized => 'table', config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "primary_key"}]}]}');
SELECT mesh.create_model('hooked.children', 'select id, ''x'' as name from hooked.parents', materialized => 'table', config => $${"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "not_null"}, {"type": "foreign_key", "to": "hooked.parents", "to_columns": ["id"]}]},
    {"name": "name", "data_type": "text", "constraints": [{"type": "check", "expression": "name <> 'y'"}]}], "post_hook": ["vacuum hooked.children", "alter table hooked.children rename column id to parent", "alter table hooked.children rename column name to called"]}$$);
SELECT node, status, reason, message FROM mesh.run('hooked.parents hooked.children');
SELECT mesh.create_model('hooked.parents', 'select g as id from generate_series(4, 6) g', materialized => 'table', replace => true, config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "primary_key"}]}]}');
SELECT node, status, reason, message FROM mesh.run('hooked.parents hooked.children', force => true);
SELECT node, status, reason, message FROM mesh.run('hooked.parents hooked.children', force => true);
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'hooked.children'::regclass AND contype <> 'n' ORDER BY 1;
SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = 'hooked.children'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
SELECT * FROM hooked.children ORDER BY 1;
-- The foreign key of a new table looks at the rows that the same run publishes of what it refers to.
SELECT mesh.create_model('hooked.parents', 'select g as id from generate_series(4, 9) g', materialized => 'table', replace => true, config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "primary_key"}]}]}');
SELECT mesh.create_model('hooked.late_children', 'select id from hooked.parents where id > 6', materialized => 'table', config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "foreign_key", "to": "hooked.parents", "to_columns": ["id"]}]}]}');
SELECT mesh.create_model('hooked.strays', 'select id + 1 as id from hooked.parents', materialized => 'table', config => '{"contract": {"enforced": true}, "columns": [{"name": "id", "data_type": "int", "constraints": [{"type": "foreign_key", "to": "hooked.parents", "to_columns": ["id"]}]}]}');
SELECT node, status, message FROM mesh.run('hooked.parents hooked.late_children hooked.strays');
SELECT conrelid::regclass, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'hooked.late_children'::regclass AND contype = 'f';
SELECT mesh.drop_model('hooked.strays'), mesh.drop_model('hooked.late_children');
-- A column that fills itself waits for the publish, as ever.
DROP VIEW reads_shaped;
SELECT mesh.create_model('hooked.shaped', 'select g as id from generate_series(1, 3) g', materialized => 'table', replace => true, config => $${"post_hook": ["alter table hooked.shaped add column twice int generated always as (id * 2) stored", "alter table hooked.shaped add column n serial"]}$$);
SELECT node, status, reason, message FROM mesh.run('hooked.shaped');
SELECT node, status, reason, message FROM mesh.run('hooked.shaped', force => true);
SELECT * FROM hooked.shaped ORDER BY 1;
SET client_min_messages = error;
DROP VIEW what_shape;
DROP TABLE refers;
DROP EXTENSION mesh CASCADE;
DROP OWNED BY regress_hook_owner, regress_hook_reader, "regress Hook Writer" CASCADE;
DROP ROLE regress_hook_owner, regress_hook_reader, "regress Hook Writer";
