-- The registry: text and names only, no OIDs and no node trees, so that dump, restore and pg_upgrade keep it.
-- Its tables belong to the extension's owner; everybody reads them through the views of 40_views.sql.

CREATE TABLE mesh.domain_registry (
    name        text PRIMARY KEY,
    owner       text NOT NULL,
    schema_name text NOT NULL UNIQUE,
    description text,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    search_path text[],                          -- where names without a schema are found; NULL: in schema_name alone
    takes_over  boolean NOT NULL DEFAULT false   -- relations of the owner at a model's place are taken over, as dbt does
);

-- Further schemas of a domain: those that its models name.
CREATE TABLE mesh.domain_schema_registry (
    schema_name text PRIMARY KEY,
    domain      text NOT NULL REFERENCES mesh.domain_registry ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE mesh.run_grant_registry (
    domain  text NOT NULL REFERENCES mesh.domain_registry ON UPDATE CASCADE,
    grantee text NOT NULL,
    PRIMARY KEY (domain, grantee)
);

CREATE TABLE mesh.source_registry (
    domain      text NOT NULL REFERENCES mesh.domain_registry ON UPDATE CASCADE,
    source_name text NOT NULL,
    table_name  text NOT NULL,
    schema_name text NOT NULL,
    identifier  text,  -- the table's own name; NULL: table_name
    loaded_at   text,
    warn_after  interval,
    error_after interval,
    description text,
    PRIMARY KEY (domain, source_name, table_name)
);

CREATE TABLE mesh.model_registry (
    domain       text NOT NULL REFERENCES mesh.domain_registry ON UPDATE CASCADE,
    name         text NOT NULL,
    body         text NOT NULL,
    materialized text NOT NULL,
    config       jsonb NOT NULL DEFAULT '{}',
    tags         text[] NOT NULL DEFAULT '{}',
    description  text,
    status       text NOT NULL CHECK (status IN ('ready', 'pending')),
    pending_on   text[] NOT NULL DEFAULT '{}',
    columns      jsonb NOT NULL DEFAULT '[]',  -- [{"name", "type", "collation"}] in order
    is_volatile  boolean NOT NULL DEFAULT false,
    built_kind   text,                         -- relkind of the relation that the mesh built; NULL: none
    built_at     timestamptz,
    built_sql    text,                         -- what it was built from, over published names
    built_columns jsonb,                       -- the columns it then had
    row_count    bigint,                       -- rows when it was last built; NULL for a view
    node         text,                         -- dbt's unique id, of a model that came with a project: it is rendered when it is run
    created_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    changed_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    schema_name  text,                         -- where its relation is; NULL: in the domain's schema
    alias        text,                         -- its relation's name; NULL: the model's
    identifier   text NOT NULL,                -- that name as it is built, with 63 bytes at most
    body_digest  text GENERATED ALWAYS AS (CASE WHEN materialized = 'seed' THEN pg_catalog.md5(body) END) STORED,
    lineage      jsonb NOT NULL DEFAULT '[]',  -- [[column, upstream as in dependency_registry, its column, direct or indirect]] as mesh.column_lineage shows it; column null:
                                               -- the upstream's column decides about all of the model's rows (filter, join, group)
    facts        jsonb,                        -- what the analyzer found: fingerprint of the query, what it depends on besides rows, columns it needs of each upstream
    built_state  text,                         -- what it was built from, as digests: how a later run tells that nothing changed
    PRIMARY KEY (domain, name)
) WITH (fillfactor = 25);  -- a run writes each row twice: with room beside it no index has to follow

CREATE INDEX ON mesh.model_registry (identifier);

CREATE TABLE mesh.dependency_registry (
    domain      text NOT NULL,
    model       text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('model', 'source', 'relation')),
    upstream    text NOT NULL,  -- model: domain.name, source: domain.source.table, relation: schema.name
    PRIMARY KEY (domain, model, kind, upstream),
    FOREIGN KEY (domain, model) REFERENCES mesh.model_registry ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE INDEX ON mesh.dependency_registry (kind, upstream);

CREATE TABLE mesh.generic_test_registry (
    name      text PRIMARY KEY,
    arguments text[] NOT NULL DEFAULT '{}',
    sql       text NOT NULL,
    owner     text NOT NULL
);

CREATE TABLE mesh.test_registry (
    domain         text NOT NULL,
    name           text NOT NULL,
    model          text,             -- NULL: it belongs to none; what it reads decides when it runs
    test           text NOT NULL,    -- singular, or a generic test's name
    column_name    text,
    arguments      jsonb NOT NULL DEFAULT '{}',
    sql            text,             -- singular tests; for a user's generic test its text, as the domain's owner has accepted it
    severity       text NOT NULL DEFAULT 'error' CHECK (severity IN ('error', 'warn')),
    where_clause   text,
    warn_if        text NOT NULL DEFAULT '!= 0',
    error_if       text NOT NULL DEFAULT '!= 0',
    fail_limit     bigint,
    store_failures boolean NOT NULL DEFAULT false,
    reads          jsonb NOT NULL DEFAULT '[]',  -- other models that it reads, as domain.name, and sources, as source:domain.source.table
    fail_calc      text NOT NULL DEFAULT 'count(*)',  -- the number of failures, from the failing rows
    store_as       text CHECK (store_as IN ('table', 'view')),  -- its failing rows become this; NULL: no relation
    store_schema   text,                              -- where; NULL: the domain's schema with _dbt_test__audit
    store_alias    text,                              -- NULL: the test's name
    stored_kind    text,                              -- relkind of what was made there; NULL: nothing yet
    node           text,                         -- dbt's unique id, of a test that came with a project
    is_rendered    boolean NOT NULL DEFAULT false,  -- its SQL is rendered when it is run
    result_state   text,                         -- its last verdict, and what it was given on
    PRIMARY KEY (domain, name),
    FOREIGN KEY (domain, model) REFERENCES mesh.model_registry ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE INDEX ON mesh.test_registry (domain, model);

CREATE TABLE mesh.unit_test_registry (
    domain      text NOT NULL,
    name        text NOT NULL,
    model       text NOT NULL,
    given       jsonb NOT NULL,                -- {"input": [rows]}
    expect      jsonb NOT NULL,                -- [rows]
    overrides   jsonb NOT NULL DEFAULT '{}',   -- {"is_incremental": boolean}
    description text,
    node        text,                          -- dbt's unique id, of a test that came with a project, which has its rows
    PRIMARY KEY (domain, name),
    FOREIGN KEY (domain, model) REFERENCES mesh.model_registry ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE TABLE mesh.product_registry (
    domain       text NOT NULL,
    name         text NOT NULL,
    version      integer NOT NULL CHECK (version > 0),
    model        text NOT NULL,
    access       text NOT NULL CHECK (access IN ('public', 'protected', 'private')),
    contract     jsonb NOT NULL,
    description  text,
    published_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    node         text,  -- dbt's unique id, of a public model of a project: its files decide about the product
    PRIMARY KEY (domain, name, version),
    FOREIGN KEY (domain, model) REFERENCES mesh.model_registry ON UPDATE CASCADE
);

CREATE INDEX ON mesh.product_registry (domain, model);

CREATE SEQUENCE mesh.agreement_id_seq;
CREATE TABLE mesh.agreement_registry (
    id            bigint PRIMARY KEY DEFAULT pg_catalog.nextval('mesh.agreement_id_seq'::pg_catalog.regclass),
    domain        text NOT NULL REFERENCES mesh.domain_registry ON UPDATE CASCADE ON DELETE CASCADE,
    product       text NOT NULL,  -- not a foreign key: what has ended is kept when the product is unpublished
    version       integer NOT NULL,
    consumer_kind text NOT NULL CHECK (consumer_kind IN ('domain', 'role')),
    consumer      text NOT NULL,
    purpose       text,
    valid_until   timestamptz,
    status        text NOT NULL CHECK (status IN ('requested', 'approved', 'rejected', 'revoked', 'expired')),
    requested_by  text NOT NULL,
    requested_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    decided_by    text,         -- who approved or rejected it
    decided_at    timestamptz,
    ended_by      text,         -- who revoked it
    ended_at      timestamptz,  -- when it was revoked or expired
    reason        text          -- why it was rejected or has ended
);

CREATE INDEX ON mesh.agreement_registry (domain, product, version);
CREATE INDEX ON mesh.agreement_registry (valid_until) WHERE status = 'approved' AND valid_until IS NOT NULL;

CREATE SEQUENCE mesh.run_id_seq;
CREATE TABLE mesh.run_history (
    run_id      bigint PRIMARY KEY,
    selector    text NOT NULL,
    exclude     text,
    command     text NOT NULL,
    started_by  text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    status      text NOT NULL,
    options     jsonb NOT NULL DEFAULT '{}',
    message     text               -- what ended a run that was rolled back
);

-- Written and removed with the run and by nothing else: a foreign key would look the same run up once for each of its steps.
CREATE TABLE mesh.step_history (
    run_id     bigint NOT NULL,
    step       integer NOT NULL,
    domain     text NOT NULL,
    node       text NOT NULL,
    kind       text NOT NULL,
    status     text NOT NULL,
    row_count  bigint,
    failures   bigint,
    started_at timestamptz,
    duration   interval,
    reason     text,
    message    text,
    PRIMARY KEY (run_id, step)
);

CREATE INDEX ON mesh.step_history (node, run_id);
CREATE INDEX ON mesh.run_history (started_at);

-- What workers of a run have committed to its stage and nobody has published or dropped yet. Rows of a run that is over are leftovers.
CREATE TABLE mesh.stage_registry (
    stage_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        bigint NOT NULL,
    domain        text NOT NULL,
    schema_name   text NOT NULL,
    relation_name text NOT NULL
);
CREATE INDEX ON mesh.stage_registry (domain);

CREATE TABLE mesh.failure_history (
    run_id bigint NOT NULL,
    domain text NOT NULL,
    test   text NOT NULL,
    failed jsonb NOT NULL
);

CREATE INDEX ON mesh.failure_history (domain, test, run_id);

-- A table without a key: a publication of all tables would otherwise refuse to delete from it.
ALTER TABLE mesh.failure_history REPLICA IDENTITY FULL;

SELECT pg_catalog.pg_extension_config_dump('mesh.domain_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.domain_schema_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.run_grant_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.source_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.model_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.dependency_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.generic_test_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.test_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.unit_test_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.product_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.agreement_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.agreement_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.run_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.run_history', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.step_history', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.failure_history', '');

GRANT USAGE ON SCHEMA mesh TO PUBLIC;
