-- Incremental models that keep themselves up to date: what is known of them, and the logs of changed keys. A log is a table mesh.log_<...>
-- and a member of the extension: a dump has neither the logs nor what is in these two tables, so that a restored model is
-- built in full once. pg_upgrade and physical copies keep both.

CREATE TABLE mesh.change_log_registry (
    log         text PRIMARY KEY,                -- the table's name: never used twice
    schema_name text NOT NULL,                   -- what it logs, by the names of when it was made
    table_name  text NOT NULL,
    key_columns text[] NOT NULL,
    trimmed     text NOT NULL DEFAULT '1:1:'     -- a snapshot: what it sees may be missing in the log
);

CREATE TABLE mesh.increment_registry (
    domain   text NOT NULL,
    model    text NOT NULL,
    reason   text,                               -- why its keys cannot be followed; NULL: they can
    query    text,                               -- a digest of the analyzed query that its rows come from
    storage  text,                               -- of its table, to see that nobody replaced its rows as a whole
    position text,                               -- the snapshot that its rows come from; NULL: changes since are not known
    own_xid  text,                               -- the transaction that built them, which the snapshot counts as running:
    own_command bigint,                          -- of what it wrote itself they have what came before this command
    inputs   jsonb NOT NULL DEFAULT '[]',        -- [{"log", "state", "relation", "columns"}]
    PRIMARY KEY (domain, model),
    FOREIGN KEY (domain, model) REFERENCES mesh.model_registry ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE FUNCTION mesh.log_changes() RETURNS trigger LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mesh_log_changes';
COMMENT ON FUNCTION mesh.log_changes IS 'The trigger that logs which keys changed in a table that incremental models with the strategy auto read. The mesh creates and drops such triggers itself.';
REVOKE EXECUTE ON FUNCTION mesh.log_changes FROM PUBLIC;

CREATE VIEW mesh.increments WITH (security_barrier) AS
    SELECT r.domain, r.model, r.reason IS NULL AND r.position IS NOT NULL AS is_ready, r.reason,
           ARRAY(SELECT pg_catalog.format('%s (%s)', i->>'relation', i->>'columns') FROM pg_catalog.jsonb_array_elements(r.inputs) i) AS inputs
    FROM mesh.increment_registry r WHERE r.domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.increments IS 'Incremental models of your domains with the strategy auto: whether the next run can keep to what changed, and by which keys of which tables.';
COMMENT ON COLUMN mesh.increments.is_ready IS 'Does the next run rebuild changed keys alone? It may find a reason to rebuild all, which its step then tells.';
COMMENT ON COLUMN mesh.increments.reason IS 'Why the next run, and perhaps every run, builds the model in full.';
COMMENT ON COLUMN mesh.increments.inputs IS 'The tables whose changes are logged for it, each with the columns that make its key.';
GRANT SELECT ON mesh.increments TO PUBLIC;
