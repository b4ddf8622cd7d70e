-- What everybody can read. A domain sees its own details and others' public ones.
--
-- Who sees a domain's details: whoever holds the rights of its owner role now, by being it, by inheriting from it, or as
-- superuser. "Now" is the current role: after SET ROLE only what that role may see. The functions in a view run as the one who
-- reads the view, so that current_user is the reader here, and inside somebody's SECURITY DEFINER function its owner; a view
-- made on top of these shows each reader his own rows. Every view is a security barrier: without it a function in a reader's
-- WHERE would be called on rows that are filtered out afterwards.

CREATE VIEW mesh.seen_domains WITH (security_barrier) AS
    SELECT d.name FROM mesh.domain_registry d LEFT JOIN pg_catalog.pg_roles r ON r.rolname::text OPERATOR(pg_catalog.=) d.owner
    WHERE CASE WHEN r.oid IS NULL THEN (SELECT u.rolsuper FROM pg_catalog.pg_roles u WHERE u.rolname OPERATOR(pg_catalog.=) current_user)
               ELSE pg_catalog.pg_has_role(r.oid, 'USAGE') END;
COMMENT ON VIEW mesh.seen_domains IS 'The domains whose details the current role sees: it holds the rights of their owner.';
GRANT SELECT ON mesh.seen_domains TO PUBLIC;

CREATE FUNCTION mesh.sees(domain text) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM mesh.seen_domains s WHERE s.name OPERATOR(pg_catalog.=) sees.domain);
COMMENT ON FUNCTION mesh.sees IS 'Does the current role see the details of this domain, as a holder of its owner''s rights?';

CREATE VIEW mesh.domains WITH (security_barrier) AS
    SELECT name, owner, schema_name, description, created_at, name IN (SELECT s.name FROM mesh.seen_domains s) AS is_seen,
           ARRAY(SELECT n.schema_name FROM mesh.domain_schema_registry n WHERE n.domain = name ORDER BY 1) AS other_schemas, search_path
    FROM mesh.domain_registry;
COMMENT ON VIEW mesh.domains IS 'The domains of the mesh, everybody''s.';
COMMENT ON COLUMN mesh.domains.owner IS 'The role that owns the schema and everything the mesh builds in it; models and tests run with its rights.';
COMMENT ON COLUMN mesh.domains.other_schemas IS 'Further schemas that its models name; they are the domain''s alone.';
COMMENT ON COLUMN mesh.domains.search_path IS 'Where its SQL finds names without a schema, after pg_catalog; null: in schema_name alone.';
COMMENT ON COLUMN mesh.domains.is_seen IS 'Does the current role see the domain''s details in the other views?';

CREATE VIEW mesh.models WITH (security_barrier) AS
    SELECT m.domain, m.name, m.materialized, m.status, m.pending_on, m.tags, m.description,
           CASE WHEN m.materialized NOT IN ('ephemeral', 'function') THEN pg_catalog.format('%I.%I', coalesce(m.schema_name, d.schema_name), m.identifier) END AS relation,
           m.row_count, m.built_at, s.run_id AS last_run_id, s.status AS last_status, m.changed_at, m.columns, m.body, m.config
    FROM mesh.model_registry m JOIN mesh.domain_registry d ON d.name = m.domain
    LEFT JOIN LATERAL (SELECT h.run_id, h.status FROM mesh.step_history h WHERE h.node = m.domain || '.' || m.name AND h.kind IN ('model', 'seed', 'snapshot', 'function')
                       ORDER BY h.run_id DESC LIMIT 1) s ON true
    WHERE m.domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.models IS 'The models of your domains, and the functions of their dbt projects.';
COMMENT ON COLUMN mesh.models.status IS 'ready, or pending while something it reads (pending_on) does not exist yet.';
COMMENT ON COLUMN mesh.models.relation IS 'Where it is, or will be, built; null for an ephemeral model and a function. built_at is null until then.';
COMMENT ON COLUMN mesh.models.row_count IS 'Rows when it was last built; null for a view, and after an increment.';
COMMENT ON COLUMN mesh.models.last_status IS 'How its step in the last run that had it ended: success, unchanged, error or skipped. What consumers read is of built_at.';
COMMENT ON COLUMN mesh.models.columns IS 'Its columns in order, as PostgreSQL''s analyzer finds them: [{"name", "type", "collation"}].';

CREATE VIEW mesh.sources WITH (security_barrier) AS
    SELECT s.domain, s.source_name, s.table_name, s.schema_name, s.loaded_at, s.warn_after, s.error_after, s.description,
           EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = s.schema_name AND c.relname = s.table_name) AS found
    FROM mesh.source_registry s WHERE s.domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.sources IS 'The tables that your domains read and do not build.';
COMMENT ON COLUMN mesh.sources.loaded_at IS 'The column or expression that says when a row was loaded.';
COMMENT ON COLUMN mesh.sources.warn_after IS 'mesh.source_freshness() warns when the newest row is older.';
COMMENT ON COLUMN mesh.sources.found IS 'Does the table still exist?';

CREATE VIEW mesh.dependencies WITH (security_barrier) AS
    SELECT domain, model, kind, upstream FROM mesh.dependency_registry WHERE domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.dependencies IS 'What each model of your domains reads directly, as the analyzer found it. mesh.lineage() walks it.';
COMMENT ON COLUMN mesh.dependencies.kind IS 'model, source, or relation: one that is neither.';
COMMENT ON COLUMN mesh.dependencies.upstream IS 'domain.model, domain.source.table or schema.name, by kind.';

CREATE VIEW mesh.column_lineage WITH (security_barrier) AS
    SELECT m.domain, m.name AS model, e->>0 AS column_name, e->>1 AS upstream, e->>2 AS upstream_column, e->>3 AS kind
    FROM mesh.model_registry m, pg_catalog.jsonb_array_elements(m.lineage) e
    WHERE m.domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.column_lineage IS 'Which upstream columns each column comes from (direct), and which decide about a model''s rows (indirect). mesh.lineage(''domain.model.column'') walks it.';
COMMENT ON COLUMN mesh.column_lineage.column_name IS 'Null: the upstream column decides about all of the model''s rows (filter, join, group).';

-- A run is seen by whoever sees one of its domains or started it; what it says about other domains is left out.
CREATE VIEW mesh.runs WITH (security_barrier) AS
    SELECT r.run_id, r.selector, r.exclude, r.command, r.started_by, r.started_at, r.finished_at, r.finished_at - r.started_at AS duration, r.status,
           s.steps, s.failures, CASE WHEN mine.started OR s.whole THEN r.message END AS message, CASE WHEN mine.started OR s.whole THEN r.options END AS options
    FROM mesh.run_history r
    CROSS JOIN LATERAL (SELECT r.started_by IN (SELECT u.rolname::text FROM pg_catalog.pg_roles u WHERE pg_catalog.pg_has_role(u.oid, 'USAGE')) AS started) mine
    CROSS JOIN LATERAL (SELECT pg_catalog.count(*) FILTER (WHERE mine.started OR h.seen) AS steps,
                               pg_catalog.count(*) FILTER (WHERE (mine.started OR h.seen) AND h.status IN ('error', 'fail')) AS failures,
                               pg_catalog.bool_or(h.seen) AS some, pg_catalog.bool_and(h.seen) AS whole
                        FROM (SELECT status, domain IN (SELECT name FROM mesh.seen_domains) AS seen FROM mesh.step_history WHERE run_id = r.run_id) h) s
    WHERE mine.started OR s.some;
COMMENT ON VIEW mesh.runs IS 'The runs that you started or that touched your domains.';
COMMENT ON COLUMN mesh.runs.started_by IS 'The session''s user, also after SET ROLE.';
COMMENT ON COLUMN mesh.runs.status IS 'success, error when a step failed, or rolled back when the run''s transaction was.';
COMMENT ON COLUMN mesh.runs.steps IS 'Its steps that you see in mesh.steps.';
COMMENT ON COLUMN mesh.runs.failures IS 'Those of them that ended in error or fail.';
COMMENT ON COLUMN mesh.runs.message IS 'What ended a run that was rolled back; like options, only where you see all of the run.';

CREATE VIEW mesh.steps WITH (security_barrier) AS
    SELECT h.run_id, h.step, h.domain, h.node, h.kind, h.status, h.row_count, h.failures, h.duration, h.reason, h.message
    FROM mesh.step_history h JOIN mesh.run_history r USING (run_id)
    WHERE h.domain IN (SELECT name FROM mesh.seen_domains)
       OR r.started_by IN (SELECT u.rolname::text FROM pg_catalog.pg_roles u WHERE pg_catalog.pg_has_role(u.oid, 'USAGE'));
COMMENT ON VIEW mesh.steps IS 'The steps of each run, with their reasons: those of your domains, and of runs that you started.';
COMMENT ON COLUMN mesh.steps.status IS 'Models: success, unchanged, error or skipped. Tests: pass, warn, fail or error.';
COMMENT ON COLUMN mesh.steps.row_count IS 'Rows that a model''s step wrote; null for a view.';
COMMENT ON COLUMN mesh.steps.failures IS 'Rows that a test found wrong.';
COMMENT ON COLUMN mesh.steps.reason IS 'Why it was done this way, or skipped.';

CREATE VIEW mesh.test_results WITH (security_barrier) AS
    SELECT h.run_id, h.domain, h.node AS test, h.status, h.failures, h.duration, h.message, coalesce(t.model, u.model) AS model, t.column_name,
           CASE WHEN u.name IS NOT NULL THEN 'error' ELSE t.severity END AS severity, r.started_at
    FROM mesh.step_history h JOIN mesh.run_history r USING (run_id)
    LEFT JOIN mesh.test_registry t ON t.domain = h.domain AND h.node = t.domain || '.' || t.name
    LEFT JOIN mesh.unit_test_registry u ON u.domain = h.domain AND h.node = u.domain || '.' || u.name
    WHERE h.kind IN ('test', 'unit_test') AND h.domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.test_results IS 'The verdict of each test of your domains in each run.';
COMMENT ON COLUMN mesh.test_results.status IS 'pass, warn, fail, or error when the test itself could not run.';
COMMENT ON COLUMN mesh.test_results.model IS 'What it tests, as the test is now; null when the test is gone.';
COMMENT ON COLUMN mesh.test_results.started_at IS 'When the run began.';

GRANT SELECT ON mesh.domains, mesh.models, mesh.sources, mesh.dependencies, mesh.column_lineage, mesh.runs, mesh.steps, mesh.test_results TO PUBLIC;

CREATE VIEW mesh.projects WITH (security_barrier) AS
    SELECT domain, name, deployed_by, deployed_at, read_as FROM mesh.project_registry WHERE domain IN (SELECT s.name FROM mesh.seen_domains s);
COMMENT ON VIEW mesh.projects IS 'The dbt projects of your domains.';
COMMENT ON COLUMN mesh.projects.name IS 'In its dbt_project.yml.';
COMMENT ON COLUMN mesh.projects.read_as IS 'How the last mesh.deploy() read it: the part that changed, or the whole, and why.';
GRANT SELECT ON mesh.projects TO PUBLIC;
