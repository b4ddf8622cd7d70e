-- dbt projects: the files as they were deployed, and what they define. As text, so that a dump carries the whole project.

CREATE TABLE mesh.project_registry (
    domain      text PRIMARY KEY REFERENCES mesh.domain_registry ON UPDATE CASCADE,
    name        text NOT NULL,     -- in dbt_project.yml
    settings    jsonb NOT NULL,    -- profiles, profile, target, vars, env, flags of the deploy
    header      text NOT NULL,     -- what belongs to the project and to no resource, as JSON
    deployed_by text NOT NULL,
    deployed_at timestamptz NOT NULL,
    reader      text NOT NULL,     -- what read it: after an upgrade all is read anew
    read_as     text NOT NULL      -- in part or whole, and why
);

CREATE TABLE mesh.project_file_registry (
    domain   text NOT NULL REFERENCES mesh.project_registry ON UPDATE CASCADE ON DELETE CASCADE,
    path     text NOT NULL,
    checksum text NOT NULL,        -- md5 of the text in UTF-8
    content  text NOT NULL,
    PRIMARY KEY (domain, path)
);

CREATE TABLE mesh.project_resource_registry (
    domain        text NOT NULL REFERENCES mesh.project_registry ON UPDATE CASCADE ON DELETE CASCADE,
    unique_id     text NOT NULL,
    resource_type text NOT NULL,
    content       text NOT NULL,   -- JSON
    name          text NOT NULL,   -- as ref() says it; of a source, source.table
    path          text NOT NULL,   -- of the file that defines it
    patched_in    text NOT NULL,   -- the property file that describes it, '': none
    depends_on    text[] NOT NULL, -- unique ids
    PRIMARY KEY (domain, unique_id)
);

CREATE INDEX ON mesh.project_resource_registry (domain, name);
CREATE INDEX ON mesh.project_resource_registry (domain, path);
CREATE INDEX ON mesh.project_resource_registry (domain, patched_in) WHERE patched_in <> '';

SELECT pg_catalog.pg_extension_config_dump('mesh.project_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.project_file_registry', '');
SELECT pg_catalog.pg_extension_config_dump('mesh.project_resource_registry', '');
