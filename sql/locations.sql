-- A model's relation in another schema of its domain, and under another name; the domain's search_path.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET client_min_messages = warning;
CREATE ROLE regress_place_owner;
CREATE ROLE regress_place_other;
CREATE ROLE regress_place_reader;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_place_owner, regress_place_other', current_database()); END $$;
SELECT mesh.create_domain('place', owner => 'regress_place_owner');
SELECT mesh.create_domain('other', owner => 'regress_place_other');
CREATE SCHEMA foreign_hands;
CREATE FUNCTION pg_temp.where_is(domain text) RETURNS TABLE (name text, relation text, kind "char", owner name) LANGUAGE sql AS $$
    SELECT m.name, m.relation, c.relkind, pg_get_userbyid(c.relowner) FROM mesh.models m LEFT JOIN pg_class c ON c.oid = to_regclass(m.relation)
    WHERE m.domain = where_is.domain ORDER BY 1 $$;

-- A schema that is missing is created, for the owner.
SELECT mesh.create_model('place.raw', 'select * from (values (1, ''a''), (2, ''b'')) v(id, name)', materialized => 'table', schema => 'place_staging', alias => 'Raw Rows');
SELECT mesh.create_model('place.copy', 'select id, name from {{ ref(''raw'') }}', alias => 'copy_of_raw');
SELECT mesh.create_model('place.total', 'select count(*) as n from copy_of_raw', materialized => 'incremental', schema => 'place_marts', config => '{"unique_key": "n"}');
SELECT node, status, rows, reason FROM mesh.run('place');
SELECT * FROM pg_temp.where_is('place');
SELECT * FROM place_staging."Raw Rows" ORDER BY 1;
SELECT other_schemas FROM mesh.domains WHERE name = 'place';
SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname LIKE 'place%' ORDER BY 1;

-- Plain names find a model by its relation, also with the database's name before it, and columns named through them.
SELECT format('select "%s"."place_staging"."Raw Rows".id, "Raw Rows".name from "%1$s"."place_staging"."Raw Rows"', current_database()) AS body \gset
SELECT mesh.create_model('place.by_place', :'body', materialized => 'table');
SELECT mesh.create_model('place.by_schema', 'select place_marts.total.n from place_marts.total join place.copy_of_raw on true', materialized => 'table');
SELECT model, kind, upstream FROM mesh.dependencies WHERE domain = 'place' ORDER BY 1, 3;
SELECT node, status, rows, reason, message FROM mesh.run('place', full_refresh => true);
SELECT * FROM place.by_schema;
SELECT mesh.create_model('place.bad', 'select * from nowhere_db.place_staging."Raw Rows"');
SELECT mesh.create_model('place.bad', 'select * from place.copy');
SELECT mesh.create_model('place.bad', 'select * from place_staging.raw');

-- Two models of one relation, and schemas that are not the domain's.
SELECT mesh.create_model('place.again', 'select 1 as a', schema => 'place_staging', alias => 'Raw Rows');
SELECT mesh.create_model('place.again', 'select 1 as a', alias => 'by_place');
SELECT mesh.create_model('place.again', 'select 1 as a', schema => 'other');
SELECT mesh.create_model('place.again', 'select 1 as a', schema => 'foreign_hands');
SELECT mesh.create_model('place.again', 'select 1 as a', schema => 'pg_catalog');
SELECT mesh.create_model('place.again', 'select 1 as a', alias => '');
SELECT mesh.create_model('other.steal', 'select 1 as a', schema => 'place_marts');
SELECT mesh.create_domain('place_marts', owner => 'regress_place_other');

-- A name that is too long for the server is shortened as a model's is.
SELECT mesh.create_model('place.long', 'select 1 as a', alias => repeat('long_', 20));
SELECT name, length(relation) FROM mesh.models WHERE name = 'long';
SELECT mesh.drop_model('place.long');

-- A model that waits for a relation is found by it.
SELECT mesh.create_model('place.waits', 'select a from place.later_alias');
SELECT status, pending_on FROM mesh.models WHERE name = 'waits';
SELECT mesh.create_model('place.later', 'select 1 as a', alias => 'later_alias');
SELECT status, pending_on FROM mesh.models WHERE name = 'waits';
SELECT upstream FROM mesh.dependencies WHERE model = 'waits';

-- The relation moves with its model, and keeps its identity and its dependents.
SELECT 'place_staging."Raw Rows"'::regclass::oid AS before \gset
CREATE VIEW public.watcher AS SELECT count(*) FROM place_staging."Raw Rows";
SELECT mesh.drop_model('place.by_place');
SELECT mesh.create_model('place.raw', 'select * from (values (1, ''a''), (2, ''b'')) v(id, name)', materialized => 'table', schema => 'place_marts', alias => 'rows', replace => true);
SELECT 'place_marts.rows'::regclass::oid = :before AS same, (SELECT count FROM public.watcher) AS watched;
SELECT node, status, reason FROM mesh.run('place.raw place.copy');
SELECT mesh.rename_model('place.raw', 'origin');
SELECT * FROM pg_temp.where_is('place') WHERE name = 'origin';
SELECT body FROM mesh.models WHERE name = 'copy';
SELECT mesh.rename_model('place.total', 'grand_total');
SELECT * FROM pg_temp.where_is('place') WHERE name = 'grand_total';
SELECT body FROM mesh.models WHERE name = 'by_schema';
DROP VIEW public.watcher;

-- Products: consumers get the schema and the relation where they are.
SELECT mesh.publish('place.origin', access => 'public');
SELECT product, schema_name, relation_name FROM mesh.products WHERE domain = 'place';
SELECT mesh.grant_product('place.origin', 'regress_place_reader') > 0 AS granted;
SELECT has_schema_privilege('regress_place_reader', 'place_marts', 'USAGE') AS usage, has_table_privilege('regress_place_reader', 'place_marts.rows', 'SELECT') AS read,
       has_schema_privilege('regress_place_reader', 'place', 'USAGE') AS elsewhere;
SELECT mesh.create_model('other.reads', 'select id from place_marts.rows');
SELECT mesh.request_access('place.origin', 'other') > 0 AS asked;
SELECT mesh.create_model('other.reads', 'select id from place_marts.rows');
SELECT upstream FROM mesh.dependencies WHERE domain = 'other';
SELECT mesh.revoke_product('place.origin', 'regress_place_reader');
SELECT has_schema_privilege('regress_place_reader', 'place_marts', 'USAGE') AS usage, has_table_privilege('regress_place_reader', 'place_marts.rows', 'SELECT') AS read;

-- Dropping a model drops the relation where it is; changing the owner gives all schemas.
SELECT mesh.drop_model('place.by_schema');
SELECT mesh.drop_model('place.grand_total');
SELECT to_regclass('place_marts.grand_total') IS NULL AS gone;
CREATE ROLE regress_place_next;
SELECT mesh.alter_domain('place', owner => 'regress_place_next');
SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname LIKE 'place%' ORDER BY 1;
SELECT * FROM pg_temp.where_is('place') WHERE name = 'origin';

-- The search_path of a domain's SQL. Without one, names without a schema mean its own.
CREATE SCHEMA shared;
CREATE TABLE shared.rates (rate numeric);
INSERT INTO shared.rates VALUES (2.5);
CREATE FUNCTION shared.twice(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN $1 * 2;
GRANT USAGE ON SCHEMA shared TO regress_place_next;
GRANT SELECT ON shared.rates TO regress_place_next;
SELECT mesh.create_model('place.priced', 'select twice(rate) as price from rates', materialized => 'table');
SELECT status, pending_on FROM mesh.models WHERE name = 'priced';
SELECT mesh.alter_domain('place', search_path => 'place, "shared", pg_catalog');
SELECT search_path FROM mesh.domains WHERE name = 'place';
SELECT mesh.create_model('place.priced', 'select twice(rate) as price from rates', materialized => 'table', replace => true);
SELECT mesh.create_test('place.priced', sql => 'select * from {{ ref(''priced'') }} where price <> twice(2.5)', name => 'price_is_right');
SELECT node, status, failures, message FROM mesh.run('place.priced');
SELECT kind, upstream FROM mesh.dependencies WHERE model = 'priced';
SELECT mesh.alter_domain('place', search_path => 'a b');
SELECT mesh.alter_domain('place', search_path => '');
SELECT search_path IS NULL AS strict FROM mesh.domains WHERE name = 'place';
SELECT node, status, message FROM mesh.run('place.priced');

-- A domain that takes over, as a project's does: what its owner has at a model's place becomes the model's, and stays when the model goes elsewhere.
UPDATE mesh.domain_registry SET takes_over = true WHERE name = 'place';
SET ROLE regress_place_next;
CREATE TABLE place.found (a text, gone int);
RESET ROLE;
CREATE TABLE place_staging.strangers (a int);
SELECT mesh.create_model('place.found', 'select 1 as a', materialized => 'table');
SELECT mesh.create_model('place.strangers', 'select 1 as a', materialized => 'table', schema => 'place_staging');
SELECT node, status, reason, message FROM mesh.run('place.found place.strangers');
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'place.found'::regclass AND attnum > 0 AND NOT attisdropped;
SELECT mesh.create_model('place.found', 'select 1 as a', schema => 'place_marts', replace => true);
SELECT node, status, reason FROM mesh.run('place.found');
SELECT to_regclass('place.found') IS NOT NULL AS still_there, relation FROM mesh.models WHERE name = 'found';
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP OWNED BY regress_place_owner, regress_place_other, regress_place_next, regress_place_reader CASCADE;
DROP ROLE regress_place_owner, regress_place_other, regress_place_next, regress_place_reader;
DROP SCHEMA foreign_hands, shared CASCADE;
