-- Monitoring: what a run would do, what comes from where, and how fresh the sources are.

CREATE TABLE mesh.freshness_history (
    domain         text NOT NULL,
    source_name    text NOT NULL,
    table_name     text NOT NULL,
    snapshotted_at timestamptz NOT NULL,
    max_loaded_at  timestamptz,          -- NULL: it has no rows, or it could not be read
    status         text NOT NULL CHECK (status IN ('pass', 'warn', 'error', 'runtime error')),
    message        text,
    checked_by     text NOT NULL,
    FOREIGN KEY (domain, source_name, table_name) REFERENCES mesh.source_registry ON UPDATE CASCADE ON DELETE CASCADE
);
ALTER TABLE mesh.freshness_history REPLICA IDENTITY FULL;

CREATE INDEX ON mesh.freshness_history (domain, source_name, table_name, snapshotted_at);
CREATE INDEX ON mesh.freshness_history (snapshotted_at);
SELECT pg_catalog.pg_extension_config_dump('mesh.freshness_history', '');

CREATE FUNCTION mesh.identifier(name text) RETURNS text LANGUAGE c IMMUTABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'mesh_identifier';
COMMENT ON FUNCTION mesh.identifier IS 'The identifier under which a model of this name is built: the name itself, or, where it is longer than 63 bytes, its beginning and a hash of the whole.';

CREATE FUNCTION mesh.plan(selector text, exclude text DEFAULT NULL, full_refresh boolean DEFAULT false, force boolean DEFAULT false,
        OUT step integer, OUT node text, OUT kind text, OUT action text, OUT reason text, OUT change text)
    RETURNS SETOF record LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_plan';
COMMENT ON FUNCTION mesh.plan IS 'What mesh.run would do with the same arguments and why, without doing it and without a lock on any of your relations. action: create, rebuild (a table or materialized view), replace (a view or a function), increment, snapshot, keep, inline (ephemeral), test, skip, or error where the run would report one. change, of a model: new, changed (its definition, its settings or, by hand, its relation), stale (something that it reads), or unchanged; the reason says what. What is unchanged is kept, unless force or full_refresh is given or mesh.skip_unchanged is off.';

CREATE TYPE mesh.lineage_node AS (node text, kind text, direction text, depth integer, via text);
COMMENT ON TYPE mesh.lineage_node IS 'One row of mesh.lineage().';
COMMENT ON COLUMN mesh.lineage_node.node IS 'domain.model, source:domain.source.table, relation:schema.name, product:domain.name.vN, test:domain.name; with .column at its end when the lineage of a column was asked for, .* for all rows of a model.';
COMMENT ON COLUMN mesh.lineage_node.kind IS 'model, source, relation, product, test or unit_test; in the lineage of a column direct (its values come from there) or indirect (a filter, join or grouping that decides about its rows).';
COMMENT ON COLUMN mesh.lineage_node.depth IS 'How many steps away, by the shortest way.';
COMMENT ON COLUMN mesh.lineage_node.via IS 'The node one step nearer, on that way.';

CREATE FUNCTION mesh.lineage(node text, direction text DEFAULT 'both', depth integer DEFAULT NULL)
    RETURNS SETOF mesh.lineage_node LANGUAGE c STABLE @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_lineage';
COMMENT ON FUNCTION mesh.lineage IS 'What a node is built from (upstream) and what is built from it (downstream), nearest first. node: domain.model, source:domain.source.table, relation:schema.name or product:domain.name, or with .column after a model or source for the lineage of that column. Of domains whose details you may not see only what is connected directly by a product is named.';

CREATE FUNCTION mesh.graph(selector text DEFAULT NULL, format text DEFAULT 'mermaid', tests boolean DEFAULT false)
    RETURNS text LANGUAGE c STABLE @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_graph';
COMMENT ON FUNCTION mesh.graph IS 'The mesh, or what the selector names, as a picture in text: format mermaid, dot (Graphviz) or json. Selected models bring along the sources they read and the products that publish them; tests are left out unless asked for.';

CREATE FUNCTION mesh.source_freshness(selector text DEFAULT NULL, OUT source text, OUT max_loaded_at timestamptz, OUT snapshotted_at timestamptz,
        OUT age interval, OUT status text, OUT message text)
    RETURNS SETOF record LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_source_freshness';
COMMENT ON FUNCTION mesh.source_freshness IS 'Looks, with the rights of the domain''s owner, how old the newest row of each source with loaded_at is, and records it (mesh.freshness). selector: a domain, source:name, or models, for the sources they read; default: all domains that you may run. status: pass, warn (older than warn_after), error (older than error_after), or runtime error when it could not be read. A timestamp without time zone is taken in the session''s time zone.';

CREATE FUNCTION mesh.create_source(domain text, source_name text, tables text[], schema name DEFAULT NULL, loaded_at text DEFAULT NULL,
        freshness jsonb DEFAULT NULL, description text DEFAULT NULL, replace boolean DEFAULT false)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_create_source';
COMMENT ON FUNCTION mesh.create_source IS 'Registers tables that the domain reads but does not build; each must exist and be readable by the domain''s owner. schema defaults to the source''s name. loaded_at: a date or timestamp column, or an expression, that says when a row was loaded; freshness: {"warn_after": "12 hours", "error_after": "1 day"}, or as dbt writes it {"warn_after": {"count": 12, "period": "hour"}}. replace => true makes an existing source what is given; tables left out of it go, unless a model reads them.';

CREATE FUNCTION mesh.drop_source(domain text, source_name text, table_name text DEFAULT NULL)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_drop_source';
COMMENT ON FUNCTION mesh.drop_source IS 'Unregisters a source, or one table of it; refuses, naming them, while models read it. The tables themselves stay.';

CREATE FUNCTION mesh.history_cleanup(older_than interval) RETURNS bigint LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_history_cleanup';
COMMENT ON FUNCTION mesh.history_cleanup IS 'Removes runs, their steps and failing rows, and freshness results that are older; returns the number of runs. For the owner of the extension. mesh.history_retention does it by itself.';
