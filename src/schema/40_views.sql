-- What everybody can read. A domain sees its own details and others' public ones.

CREATE VIEW mesh.domains AS SELECT name, owner, schema_name, description, created_at FROM mesh.domain_registry;
COMMENT ON VIEW mesh.domains IS 'The domains of the mesh.';

CREATE FUNCTION mesh.sees(domain text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT 1 FROM mesh.domain_registry d JOIN pg_catalog.pg_roles r ON r.rolname OPERATOR(pg_catalog.=) d.owner
                   WHERE d.name OPERATOR(pg_catalog.=) sees.domain AND pg_catalog.pg_has_role(session_user, r.oid, 'USAGE'));
COMMENT ON FUNCTION mesh.sees IS 'Does the session''s user see the details of this domain?';

CREATE VIEW mesh.models AS
    SELECT domain, name, materialized, status, pending_on, tags, description, built_at, columns, body, config
    FROM mesh.model_registry WHERE mesh.sees(domain);
COMMENT ON VIEW mesh.models IS 'The models of your domains.';

CREATE VIEW mesh.sources AS
    SELECT domain, source_name, table_name, schema_name, loaded_at, description FROM mesh.source_registry WHERE mesh.sees(domain);
COMMENT ON VIEW mesh.sources IS 'The sources of your domains.';

CREATE VIEW mesh.dependencies AS
    SELECT domain, model, kind, upstream FROM mesh.dependency_registry WHERE mesh.sees(domain);
COMMENT ON VIEW mesh.dependencies IS 'What each model of your domains reads, as the analyzer found it.';

CREATE VIEW mesh.column_lineage AS
    SELECT domain, model, column_name, upstream, upstream_column, kind FROM mesh.column_lineage_registry WHERE mesh.sees(domain);
COMMENT ON VIEW mesh.column_lineage IS 'Which upstream columns each column comes from (direct), and which decide about a model''s rows (indirect; column_name is null).';

CREATE VIEW mesh.runs AS SELECT run_id, selector, command, started_by, started_at, finished_at, status FROM mesh.run_history;
COMMENT ON VIEW mesh.runs IS 'The runs, newest last.';

CREATE VIEW mesh.steps AS
    SELECT run_id, step, domain, node, kind, status, row_count, failures, duration, reason, message FROM mesh.step_history WHERE mesh.sees(domain);
COMMENT ON VIEW mesh.steps IS 'The steps of each run, with their reasons.';

CREATE VIEW mesh.test_results AS
    SELECT run_id, domain, node AS test, status, failures, duration, message FROM mesh.step_history WHERE kind = 'test' AND mesh.sees(domain);
COMMENT ON VIEW mesh.test_results IS 'The verdict of each test in each run.';

GRANT SELECT ON mesh.domains, mesh.models, mesh.sources, mesh.dependencies, mesh.column_lineage, mesh.runs, mesh.steps, mesh.test_results TO PUBLIC;
