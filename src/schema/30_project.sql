-- dbt projects: deploying them and asking what they say.

CREATE FUNCTION mesh.deploy(domain text, files jsonb, profiles text DEFAULT NULL, profile text DEFAULT NULL, target text DEFAULT NULL, vars jsonb DEFAULT NULL,
        env jsonb DEFAULT NULL, flags jsonb DEFAULT NULL, partial boolean DEFAULT false, "check" boolean DEFAULT true,
        OUT change text, OUT node text, OUT kind text, OUT file text, OUT message text)
    RETURNS SETOF record LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_deploy';
COMMENT ON FUNCTION mesh.deploy IS 'Registers a dbt project (files: path -> text, with dbt_packages/ in it) as a domain''s models, tests, sources and products; returns what was added, changed and removed, and warnings. Creates the domain when there is none. All or nothing. partial: files that are not mentioned stay, null removes one. check: false makes SQL that the server does not accept a warning.';

CREATE FUNCTION mesh.deployed_files(domain text, OUT path text, OUT checksum text)
    RETURNS SETOF record LANGUAGE c STABLE @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_deployed_files';
COMMENT ON FUNCTION mesh.deployed_files IS 'The files of a domain''s dbt project, with the md5 of their text in UTF-8.';

CREATE FUNCTION mesh.invoke(domain text, command text, options jsonb DEFAULT '{}', OUT run_id bigint, OUT unique_id text, OUT node text, OUT kind text,
        OUT status text, OUT rows bigint, OUT failures bigint, OUT duration interval, OUT reason text, OUT message text, OUT relation text, OUT compiled text, OUT batch_results jsonb, OUT error_kind text)
    RETURNS SETOF record LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_invoke';
COMMENT ON FUNCTION mesh.invoke IS 'A dbt command (run, build, test, seed, snapshot, compile, list, source freshness, clone) on a domain''s project, with dbt''s options by name: select, exclude, selector, resource_types, full_refresh, fail_fast, vars, empty, sample, event_time_start, event_time_end, state, defer, favor_state, warn_error, indirect_selection ...; one row a node. unique_ids: exactly these nodes. compile_tests: true gives every test''s SQL; batches: batch_results of a run before makes microbatch models do the failed ones again.';

CREATE FUNCTION mesh.compiled(domain text, node text) RETURNS text LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_compiled';
COMMENT ON FUNCTION mesh.compiled IS 'The SQL of a node of the domain''s dbt project (a name or dbt''s unique id), rendered now.';

CREATE FUNCTION mesh.manifest(domain text, metadata jsonb DEFAULT '{}') RETURNS json LANGUAGE c STABLE @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_manifest';
COMMENT ON FUNCTION mesh.manifest IS 'dbt''s manifest (version 12) of the domain''s project. metadata: what its metadata says besides, such as the invocation_id of a call.';

CREATE FUNCTION mesh.catalog(domain text, nodes text[] DEFAULT NULL, whole_schemas boolean DEFAULT false) RETURNS json LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_catalog';
COMMENT ON FUNCTION mesh.catalog IS 'dbt''s catalog (version 1) of the domain''s project, or of the nodes and sources with these unique ids: the relations that exist, with their columns. A project''s own macro get_catalog_relations is asked where there is one, get_catalog with whole_schemas or for more than 100 relations; when it fails, that is warned of and among the catalog''s errors.';

CREATE FUNCTION mesh.run_operation(domain text, macro text, args jsonb DEFAULT '{}', options jsonb DEFAULT '{}') RETURNS json LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_run_operation';
COMMENT ON FUNCTION mesh.run_operation IS 'Runs a macro of the domain''s dbt project with the rights of the domain''s owner, and returns what it returns. options: those of mesh.invoke that templates see: flags, arguments, invocation_id, fail_fast ...';

CREATE FUNCTION mesh.show(domain text, node text, "limit" integer DEFAULT 5) RETURNS SETOF json LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_show';
COMMENT ON FUNCTION mesh.show IS 'Rows of a node of the domain''s dbt project, or of an SQL text with templates, as it renders now; nothing is built.';

CREATE FUNCTION mesh.show_table(domain text, node text, "limit" integer DEFAULT 5) RETURNS json LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_show_table';
COMMENT ON FUNCTION mesh.show_table IS 'The same as mesh.show in one object: the names and types of the columns, also when there are no rows, and the rows with every value as the server''s text.';
