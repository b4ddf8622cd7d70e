-- What dbt's commands and options mean in the database: deferring to another deployment, clone, warnings as errors, strategies, results.
CREATE EXTENSION mesh;
SET mesh.progress = off;
SET client_min_messages = warning;
\set VERBOSITY default
CREATE FUNCTION profiles(schema text) RETURNS text LANGUAGE sql AS $f$
SELECT format('shop: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: me, dbname: %s, schema: %s}}}', current_database(), schema) $f$;
CREATE FUNCTION project(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object(
'dbt_project.yml', 'name: shop
profile: shop
models: {shop: {+materialized: table}}
on-run-end: ["{{ mesh_note(results) }}"]',
'macros/note.sql', $${% macro mesh_note(results) %}{% for r in results %}insert into {{ target.schema }}.results values ('{{ r.node.unique_id }}', '{{ r.status }}');{% endfor %}
insert into {{ target.schema }}.results values ('{{ selected_resources | sort | join(" ") }}', 'selected');{% endmacro %}
{% macro get_incremental_only_new_sql(arg_dict) %}
insert into {{ arg_dict['target_relation'] }} select * from {{ arg_dict['temp_relation'] }} where {{ arg_dict['unique_key'] }} not in (select {{ arg_dict['unique_key'] }} from {{ arg_dict['target_relation'] }})
{% endmacro %}$$,
'seeds/raw.csv', E'id,name\n1,ann\n2,bob\n',
'models/stg.sql', $$select id, name from {{ ref('raw') }}$$,
'models/part.sql', $${{ config(materialized='ephemeral') }} select 1 / (id - 1) as x from {{ ref('stg') }}$$,
'models/people.sql', $$select * from {{ ref('stg') }}$$,
'models/schema.yml', $$
models:
  - {name: stg, columns: [{name: id, data_tests: [not_null, {accepted_values: {values: [1], quote: false, config: {severity: warn}}}]}]}
  - {name: part, columns: [{name: x, data_tests: [not_null]}]}
  - {name: people, columns: [{name: id, data_tests: [unique]}]}
exposures: [{name: board, type: dashboard, owner: {name: me}, depends_on: [ref('people')]}]
unit_tests:
  - {name: same, model: people, given: [{input: ref('stg'), rows: [{id: 1}]}], expect: {rows: [{id: 1}]}}
$$) || more $f$;

SELECT change, node, kind FROM mesh.deploy('shop_prod', project(), profiles => profiles('shop_prod')) WHERE change <> 'added';
CREATE TABLE shop_prod.results (what text, status text);
-- What was never built fails its tests, one by one.
SELECT unique_id, status, message FROM mesh.invoke('shop_prod', 'test', '{"select": "people"}');
SELECT unique_id, kind, status, failures FROM mesh.invoke('shop_prod', 'build', '{"exclude": "part"}');
TABLE shop_prod.results;

-- Every test's SQL, where it is asked for; what is unit tested has its SQL too.
SELECT unique_id, compiled FROM mesh.invoke('shop_prod', 'test', '{"compile_tests": true, "select": "stg people"}');
SELECT mesh.compiled('shop_prod', 'unit_test.shop.people.same') LIKE '%__dbt__cte__stg%' AS of_the_rows_given;
SELECT unique_id FROM mesh.invoke('shop_prod', 'compile', '{"select": "+part"}');
SELECT kind, node FROM mesh.run('shop_prod.raw shop_prod.stg', tests => false);

-- A warning is a failure where it shall be one: below it nothing is built, and every test has its row.
SELECT unique_id, status, failures, message FROM mesh.invoke('shop_prod', 'test', '{"select": "stg"}');
SELECT unique_id, status, failures, message FROM mesh.invoke('shop_prod', 'test', '{"select": "stg", "warn_error": true}');
SELECT unique_id, status FROM mesh.invoke('shop_prod', 'test', '{"select": "stg", "warn_error_options": {"error": "all", "warn": ["LogTestResult"]}}');
SELECT unique_id, status, reason FROM mesh.invoke('shop_prod', 'build', '{"exclude": "part", "warn_error_options": {"include": ["LogTestResult"]}}');
SELECT * FROM mesh.invoke('shop_prod', 'run', '{"select": "nothing_like_it", "warn_error": true}');
-- A failing test of an ephemeral model.
SELECT unique_id, status, message FROM mesh.invoke('shop_prod', 'build', '{"select": "part"}');

-- Tests alone, in a build, look at what is there.
SELECT unique_id, status FROM mesh.invoke('shop_prod', 'build', '{"select": "unique_people_id same"}') WHERE kind <> 'operation';

-- Failing rows become relations: of tests that say so, and with store_failures of all that say nothing.
SELECT change, node FROM mesh.deploy('shop_prod', jsonb_build_object('models/kept.sql', 'select 1 as id union all select 1 union all select null', 'models/kept.yml', $$
models: [{name: kept, columns: [{name: id, data_tests: [unique: {config: {store_failures: true, schema: bad}}, not_null: {config: {severity: warn, store_failures_as: view, alias: empty_ids}},
    accepted_values: {values: [2], quote: false, config: {severity: warn}}]}]}]$$), partial => true) WHERE kind = 'model';
SELECT unique_id, status FROM mesh.invoke('shop_prod', 'run', '{"select": "kept"}');
SELECT unique_id, status, failures FROM mesh.invoke('shop_prod', 'test', '{"select": "kept", "store_failures": true}');
SELECT relnamespace::regnamespace, relname, relkind FROM pg_class WHERE relnamespace::regnamespace::text IN ('shop_prod_bad', 'shop_prod_dbt_test__audit') AND relkind IN ('r', 'v') ORDER BY relname;
TABLE shop_prod_bad.unique_kept_id;
TABLE shop_prod_dbt_test__audit.empty_ids;
SELECT * FROM shop_prod_dbt_test__audit."accepted_values_kept_id__False__2";

-- With empty everything reads no rows, tests too.
SELECT unique_id, status, rows, compiled FROM mesh.invoke('shop_prod', 'build', '{"select": "people", "exclude": "test_type:unit", "empty": true, "compile_tests": true}') WHERE kind IN ('model', 'test');
SELECT unique_id, status, rows FROM mesh.invoke('shop_prod', 'run', '{"select": "people"}') WHERE kind = 'model';

-- Another deployment of the project builds one model on what the first has built; the rest is cloned.
SELECT mesh.manifest('shop_prod')::text AS state \gset
SELECT change, node, kind FROM mesh.deploy('shop_dev', project(), profiles => profiles('shop_dev')) WHERE change <> 'added';
CREATE TABLE shop_dev.results (what text, status text);
SELECT unique_id, status, message FROM mesh.invoke('shop_dev', 'run', '{"select": "people"}');
SELECT unique_id, status, compiled FROM mesh.invoke('shop_dev', 'run', jsonb_build_object('select', 'people', 'defer', true, 'state', :'state'));
TABLE shop_dev.people ORDER BY 1;
-- So are tests of what is not built here.
SELECT unique_id, status, failures FROM mesh.invoke('shop_dev', 'test', jsonb_build_object('select', 'stg people', 'exclude', 'test_type:unit', 'defer', true, 'state', :'state'));
SELECT unique_id, status, failures FROM mesh.invoke('shop_dev', 'build', jsonb_build_object('select', 'test_name:not_null,stg', 'defer', true, 'state', :'state')) WHERE kind = 'test';
SELECT unique_id, status, compiled FROM mesh.invoke('shop_dev', 'compile', jsonb_build_object('select', 'people', 'defer', true, 'state', :'state'));
SELECT unique_id, status, reason, message FROM mesh.invoke('shop_dev', 'clone', jsonb_build_object('state', :'state'));
SELECT relname, relkind FROM pg_class WHERE relnamespace = 'shop_dev'::regnamespace ORDER BY 1;
TABLE shop_dev.stg ORDER BY 1;
SELECT compiled FROM mesh.invoke('shop_dev', 'compile', jsonb_build_object('select', 'people', 'defer', true, 'state', :'state'));
SELECT compiled FROM mesh.invoke('shop_dev', 'compile', jsonb_build_object('select', 'people', 'defer', true, 'favor_state', true, 'state', :'state'));
SELECT unique_id, status FROM mesh.invoke('shop_dev', 'run', '{"select": "stg people"}');
SELECT relname, relkind FROM pg_class WHERE relnamespace = 'shop_dev'::regnamespace AND relname IN ('stg', 'people') ORDER BY 1;
SELECT unique_id FROM mesh.invoke('shop_dev', 'list', '{"select": "result:error", "state_results": {"model.shop.people": "error", "model.shop.stg": "success"}, "indirect_selection": "empty"}');
SELECT * FROM mesh.invoke('shop_dev', 'list', '{"select": "result:error"}');
SELECT * FROM mesh.invoke('shop_dev', 'run', '{"defer": true}');
SELECT * FROM mesh.invoke('shop_dev', 'clone');
SELECT * FROM mesh.invoke('shop_dev', 'run', '{"state": "{"}');

-- What a variable makes of a config counts for state:modified, unless the project's flag says that what is written does.
CREATE FUNCTION written(flag text) RETURNS jsonb LANGUAGE sql AS $f$
SELECT jsonb_build_object('dbt_project.yml', format(E'name: shop\nprofile: shop\nflags: {state_modified_compare_more_unrendered_values: %s}\n', flag),
'models/a.sql', $${{ config(materialized = var('kind'), tags=['x', "y"]) }} select 1 as a$$, 'models/b.sql', 'select 1 as b', 'models/c_v1.sql', 'select 1 as c',
'models/schema.yml', $$
models:
  - {name: b, config: {materialized: "{{ var('kind') }}"}}
  - {name: c, versions: [{v: 1, config: {materialized: "{{ var('kind') }}"}}]}
sources: [{name: s, schema: "{{ var('kind') }}s", tables: [{name: t}]}]
$$) $f$;
CREATE FUNCTION modified(flag text) RETURNS SETOF text LANGUAGE plpgsql AS $f$
DECLARE state text;
BEGIN
    PERFORM mesh.deploy('shop_kind', written(flag), profiles => profiles('shop_kind'), vars => '{"kind": "view"}');
    state := mesh.manifest('shop_kind');
    PERFORM mesh.deploy('shop_kind', written(flag), profiles => profiles('shop_kind'), vars => '{"kind": "table"}');
    RETURN QUERY SELECT unique_id FROM mesh.invoke('shop_kind', 'list', jsonb_build_object('select', 'state:modified', 'state', state));
END $f$;
SELECT modified('false');
SELECT modified('true');
SELECT value->'unrendered_config', value->'config'->'materialized' FROM json_each(mesh.manifest('shop_kind')->'nodes') WHERE value->>'resource_type' = 'model';

-- Names that only one resource may have.
SELECT * FROM mesh.deploy('shop_names', '{"dbt_project.yml": "name: shop\nprofile: shop\nflags: {require_unique_project_resource_names: true}", "models/a.sql": "{{ config(alias=''b'') }} select 1 as a", "seeds/a.csv": "x\n1\n"}', profiles => profiles('shop_names'));
SELECT * FROM mesh.deploy('shop_names', '{"dbt_project.yml": "name: shop\nprofile: shop", "models/a.sql": "select 1 as a", "models/a_v1.sql": "select 1 as a", "models/s.yml": "models: [{name: a, versions: [{v: 1, defined_in: a_v1}, {v: 2}], latest_version: 1}]"}', profiles => profiles('shop_names'));
-- A disabled model may have the name of an enabled one.
SELECT change, node FROM mesh.deploy('shop_kind', '{"models/off/b.sql": "{{ config(enabled=false) }} select 2 as b", "models/older/b.sql": "{{ config(enabled=false) }} select 3 as b"}', partial => true, vars => '{"kind": "table"}');
SELECT unique_id, compiled FROM mesh.invoke('shop_kind', 'compile', '{"select": "b"}');
SELECT one->>'original_file_path' FROM json_array_elements(mesh.manifest('shop_kind')->'disabled'->'model.shop.b') one;
SELECT change, node FROM mesh.deploy('shop_kind', '{"models/off/b.sql": null, "models/older/b.sql": "{{ config(enabled=false) }} select 4 as b"}', partial => true, vars => '{"kind": "table"}');
SELECT unique_id, compiled FROM mesh.invoke('shop_kind', 'compile', '{"select": "b"}');

-- Incremental strategies: the project's own, dbt's names in predicates, and one that nobody has.
SELECT change, node FROM mesh.deploy('shop_dev', '{"models/inc.sql": "{{ config(materialized=''incremental'', unique_key=''id'', incremental_strategy=''only_new'') }} select id, name from {{ ref(''raw'') }} {% if is_incremental() %} union all select 3, ''eve'' {% endif %}",
    "models/merged.sql": "{{ config(materialized=''incremental'', unique_key=''id'', incremental_strategy=''merge'', incremental_predicates=[''DBT_INTERNAL_DEST.id > 1'']) }} select id, {% if is_incremental() %} upper(name) {% else %} name {% endif %} as name from {{ ref(''raw'') }}",
    "models/replaced.sql": "{{ config(materialized=''incremental'', unique_key=[''id''], incremental_strategy=''delete+insert'', incremental_predicates=[''id > 1'']) }} select id, {% if is_incremental() %} upper(name) {% else %} name {% endif %} as name from {{ ref(''raw'') }} {% if is_incremental() %} where id > 1 {% endif %}",
    "models/wrong.sql": "{{ config(materialized=''incremental'', incremental_strategy=''upside_down'') }} select 1 as x", "models/below.sql": "select * from {{ ref(''wrong'') }}"}', partial => true);
SELECT unique_id, status, rows, message FROM mesh.invoke('shop_dev', 'build', '{"select": "raw inc merged replaced wrong+"}');
SELECT unique_id, status, rows, message FROM mesh.invoke('shop_dev', 'run', '{"select": "inc merged replaced"}');
TABLE shop_dev.inc ORDER BY 1;
TABLE shop_dev.merged ORDER BY 1, 2;
TABLE shop_dev.replaced ORDER BY 1;

-- A foreign key names a ref.
SELECT change, node FROM mesh.deploy('shop_dev', '{"models/keyed.sql": "select id, name from {{ ref(''raw'') }}", "models/refers.sql": "select 1 as id",
    "models/keys.yml": "models:\n  - name: keyed\n    config: {contract: {enforced: true}}\n    columns: [{name: id, data_type: int, constraints: [{type: primary_key}]}, {name: name, data_type: text}]\n  - name: refers\n    config: {contract: {enforced: true}}\n    columns: [{name: id, data_type: int, constraints: [{type: foreign_key, to: ref(''keyed''), to_columns: [id]}]}]\n"}', partial => true) WHERE kind = 'model';
SELECT node, status, message FROM mesh.run('shop_dev.keyed shop_dev.refers');
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'shop_dev.refers'::regclass AND contype = 'f';
SELECT upstream FROM mesh.dependencies WHERE domain = 'shop_dev' AND model = 'refers';
SELECT node, status, message FROM mesh.run('shop_dev.keyed shop_dev.refers', force => true);

-- What a model's sql_header defines is there when the model is analyzed, and only then.
SELECT change, node, message FROM mesh.deploy('shop_dev', jsonb_build_object('models/headed.sql',
$${{ config(sql_header="create function pg_temp.twice(int) returns int language sql as 'select $1 * 2';") }} select pg_temp.twice(id) as twice from {{ ref('raw') }}$$), partial => true);
SELECT proname FROM pg_proc WHERE proname = 'twice';
SELECT node, status, message FROM mesh.run('shop_dev.headed');
TABLE shop_dev.headed ORDER BY 1;

-- What templates know of the call: what was given, and what the client says of itself.
SELECT unique_id, compiled FROM mesh.invoke('shop_prod', 'compile', $${"select": "a b", "exclude": ["c"], "vars": {"x": 1}, "indirect_selection": "buildable", "arguments": {"project_dir": "here", "select": ["overridden"]},
"inline": "{% set a = invocation_args_dict %}{{ [a.which, a.select, a.exclude, a.vars, a.indirect_selection, a.project_dir, a.empty, a.full_refresh is defined, flags.INVOCATION_ARGUMENTS is defined] }}"}$$);
SELECT compiled FROM mesh.invoke('shop_prod', 'compile', '{"inline": "{{ invocation_args_dict.full_refresh }}", "full_refresh": true}');

-- A variable gives a model another column: who reads it by "*" renders as before, and has the column too for its own readers, built by the session or by workers.
SELECT count(*) FROM mesh.deploy('shop_wide', jsonb_build_object('dbt_project.yml', E'name: wide\nprofile: shop\nmodels: {+materialized: table}',
'models/shaped.sql', $$select 1 as id{% if var('wide', '') %}, '{{ var('wide') }}' as {{ var('wide') }}{% endif %}$$,
'models/everything.sql', $$select * from {{ ref('shaped') }}$$,
'models/by_name.sql', $$select id{% if var('wide', '') %}, {{ var('wide') }}{% endif %} from {{ ref('everything') }}$$), profiles => profiles('shop_wide'));
SELECT unique_id, status, message FROM mesh.invoke('shop_wide', 'run');
SELECT unique_id, status, message FROM mesh.invoke('shop_wide', 'run', '{"vars": {"wide": "one"}, "threads": 1}');
SELECT unique_id, status, message FROM mesh.invoke('shop_wide', 'run', '{"vars": {"wide": "two"}, "threads": 2}');
TABLE shop_wide.by_name;

SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop_prod, shop_dev, shop_kind, shop_wide, shop_prod_bad, shop_prod_dbt_test__audit CASCADE;
DROP FUNCTION project, profiles, written, modified;
