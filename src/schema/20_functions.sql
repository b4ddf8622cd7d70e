-- The functions. None is SECURITY DEFINER: the C++ checks the caller and takes the rights each step needs. The Makefile says what @SETTINGS@ are.

CREATE FUNCTION mesh.create_domain(name text, owner name DEFAULT NULL, schema name DEFAULT NULL, description text DEFAULT NULL)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_create_domain';
COMMENT ON FUNCTION mesh.create_domain IS 'Registers a domain; its owner role (default: you) owns the schema (default: the domain''s name, created if missing) and all that is built there.';

CREATE FUNCTION mesh.alter_domain(name text, owner name DEFAULT NULL, description text DEFAULT NULL, search_path text DEFAULT NULL)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_alter_domain';
COMMENT ON FUNCTION mesh.alter_domain IS 'Gives a domain another owner, with its schemas, all that was built there and the grants of its agreements, or another description. search_path, written as in SET, says where its models, tests and hooks find names without a schema; empty: in its own schema alone. What is not given stays.';

CREATE FUNCTION mesh.drop_domain(name text) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_drop_domain';
COMMENT ON FUNCTION mesh.drop_domain IS 'Unregisters an empty domain; refuses, naming them, while it has models or sources. The schema stays.';

CREATE FUNCTION mesh.grant_run(domain text, "to" name) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_grant_run';
COMMENT ON FUNCTION mesh.grant_run IS 'Allows a role to run a domain without being a member of its owner.';

CREATE FUNCTION mesh.revoke_run(domain text, "from" name) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_revoke_run';
COMMENT ON FUNCTION mesh.revoke_run IS 'Takes back what mesh.grant_run allowed.';

CREATE FUNCTION mesh.create_model(name text, body text, materialized text DEFAULT 'view', unique_key text[] DEFAULT NULL,
        incremental_strategy text DEFAULT NULL, on_schema_change text DEFAULT NULL, indexes jsonb DEFAULT NULL, tags text[] DEFAULT NULL,
        description text DEFAULT NULL, config jsonb DEFAULT NULL, replace boolean DEFAULT false, schema text DEFAULT NULL, alias text DEFAULT NULL)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_create_model';
COMMENT ON FUNCTION mesh.create_model IS 'Registers a model (domain.name) with one SELECT as its body, analyzed at once; what it reads need not be built yet. A model whose upstream does not exist yet is kept as pending. Its relation is in the domain''s schema and has its name, unless schema and alias say otherwise; a schema becomes the domain''s, and is created when it is missing.';

CREATE FUNCTION mesh.drop_model(name text) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_drop_model';
COMMENT ON FUNCTION mesh.drop_model IS 'Drops a model and the relation built from it; refuses, naming them, while other models read it or a product publishes it.';

CREATE FUNCTION mesh.rename_model(name text, new_name text) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_rename_model';
COMMENT ON FUNCTION mesh.rename_model IS 'Renames a model and its relation, which keeps its grants and dependents; bodies and singular tests that name it are rewritten. A relation that has its name from alias keeps it. new_name is without the domain.';

CREATE FUNCTION mesh.run(selector text, tests boolean DEFAULT true, full_refresh boolean DEFAULT false, fail_fast boolean DEFAULT false,
        atomic boolean DEFAULT false, exclude text DEFAULT NULL, vars jsonb DEFAULT NULL, wait boolean DEFAULT true, publish text DEFAULT 'run',
        force boolean DEFAULT false, threads integer DEFAULT NULL, OUT run_id bigint, OUT node text, OUT kind text, OUT status text, OUT rows bigint,
        OUT failures bigint, OUT duration interval, OUT reason text, OUT message text)
    RETURNS SETOF record LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_run';
COMMENT ON FUNCTION mesh.run IS 'Builds, tests and publishes what the selector (dbt''s grammar: sales, sales.orders, tag:x, +a b, a,b) names; one row a step. A model whose tests fail is not published and what reads it is skipped. atomic: nothing is published unless everything succeeded. wait: false raises instead of waiting for another run of the same domain. publish: run publishes all together, model each for itself. vars: what mesh.var() returns. A model that would come out as it is is left alone (status unchanged), and tests of what did not change answer from their last result; force or full_refresh builds and tests everything. threads: how many models are built at once, by default mesh.threads.';

CREATE FUNCTION mesh.test(selector text, exclude text DEFAULT NULL, vars jsonb DEFAULT NULL, force boolean DEFAULT false, OUT run_id bigint, OUT node text, OUT kind text,
        OUT status text, OUT rows bigint, OUT failures bigint, OUT duration interval, OUT reason text, OUT message text)
    RETURNS SETOF record LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_test';
COMMENT ON FUNCTION mesh.test IS 'Runs the selected tests on what is published, all on one snapshot, and builds nothing; one row a test. A test that did not change, on relations that did not, answers from its last result (reason cached), unless force.';

CREATE FUNCTION mesh.var(name text, default_value text DEFAULT NULL) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.current_setting('mesh.vars', true)::pg_catalog.jsonb, name), default_value);
COMMENT ON FUNCTION mesh.var IS 'A variable of the run (mesh.run(vars => ...)), for use in model bodies and tests; default_value where it is not set.';
