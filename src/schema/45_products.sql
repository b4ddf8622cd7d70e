-- Products, agreements and their state, for everybody: owners see their own, consumers what they hold or may ask for. Never bodies.
-- Security barriers: a function of the reader's must not see rows before mesh.sees() has.

CREATE FUNCTION mesh.is_consumer(consumer_kind text, consumer text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN CASE WHEN consumer_kind OPERATOR(pg_catalog.=) 'domain' THEN mesh.sees(consumer)
                ELSE EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname::text OPERATOR(pg_catalog.=) is_consumer.consumer
                             AND pg_catalog.pg_has_role(r.oid, 'USAGE')) END;
COMMENT ON FUNCTION mesh.is_consumer IS 'Does the current role act for this consumer, a domain or a role?';

CREATE VIEW mesh.products WITH (security_barrier) AS
    SELECT p.domain, p.name AS product, p.version, p.model, p.access, p.description,
           ARRAY(SELECT pg_catalog.format('%I %s%s', c.value ->> 'name', pg_catalog.regexp_replace(c.value ->> 'type', '^pg_catalog[.]', ''),
                                          CASE WHEN (c.value ->> 'not_null')::boolean THEN ' not null' END)
                 FROM pg_catalog.jsonb_array_elements(CASE WHEN p.node IS NOT NULL AND p.contract -> 'columns' = '[]' THEN m.columns ELSE p.contract -> 'columns' END)
                      WITH ORDINALITY AS c(value, at) ORDER BY c.at) AS columns,
           p.contract, p.published_at, d.owner, coalesce(m.schema_name, d.schema_name) AS schema_name,
           (SELECT pg_catalog.count(DISTINCT (a.consumer_kind, a.consumer)) FROM mesh.agreement_registry a
            WHERE a.domain = p.domain AND a.product = p.name AND a.version = p.version AND a.status = 'approved'
                  AND (a.valid_until IS NULL OR a.valid_until > pg_catalog.now())) AS consumers, m.identifier AS relation_name
    FROM mesh.product_registry p JOIN mesh.domain_registry d ON d.name = p.domain JOIN mesh.model_registry m ON m.domain = p.domain AND m.name = p.model
    WHERE p.access <> 'private' OR mesh.sees(p.domain);
COMMENT ON VIEW mesh.products IS 'The products there are: all of your domains, the public and protected ones of others. Ask for one with mesh.request_access().';
COMMENT ON COLUMN mesh.products.access IS 'public: granted to whoever asks; protected: its owner decides; private: for its own domain only.';
COMMENT ON COLUMN mesh.products.columns IS 'The promised columns, to be read; contract has the same with keys and tests, as data. Of a dbt project''s public model without an enforced contract: those that it has now.';
COMMENT ON COLUMN mesh.products.contract IS 'What every build of the model must hold: {"columns": [{"name", "type", "not_null"}], "keys": [{"columns", "primary"}], "tests": []}.';
COMMENT ON COLUMN mesh.products.owner IS 'The role that decides on requests.';
COMMENT ON COLUMN mesh.products.schema_name IS 'Where consumers find the relation.';
COMMENT ON COLUMN mesh.products.relation_name IS 'Its name there.';
COMMENT ON COLUMN mesh.products.consumers IS 'How many domains and roles hold it by an agreement in force.';

CREATE VIEW mesh.agreements WITH (security_barrier) AS
    SELECT a.id, a.domain, a.product, a.version, a.consumer_kind, a.consumer, a.purpose,
           CASE WHEN a.status = 'approved' AND a.valid_until <= pg_catalog.now() THEN 'expired' ELSE a.status END AS status,
           a.valid_until, a.requested_by, a.requested_at, a.decided_by, a.decided_at, a.ended_by, a.ended_at, a.reason
    FROM mesh.agreement_registry a
    WHERE mesh.sees(a.domain) OR mesh.is_consumer(a.consumer_kind, a.consumer);
COMMENT ON VIEW mesh.agreements IS 'The requests and agreements that you hold, or that are for products of your domains; also those that were rejected or have ended.';
COMMENT ON COLUMN mesh.agreements.id IS 'The number that mesh.approve() and mesh.reject() take.';
COMMENT ON COLUMN mesh.agreements.status IS 'requested: waits for the owner; approved: in force; rejected; revoked; expired.';
COMMENT ON COLUMN mesh.agreements.valid_until IS 'When it ends by itself; null: never.';
COMMENT ON COLUMN mesh.agreements.decided_by IS 'Who approved or rejected it.';
COMMENT ON COLUMN mesh.agreements.ended_by IS 'Who revoked or replaced it; null when it expired.';
COMMENT ON COLUMN mesh.agreements.reason IS 'Why it was rejected or has ended, or was approved without being asked.';

CREATE VIEW mesh.product_status WITH (security_barrier) AS
    SELECT p.domain, p.name AS product, p.version, m.built_at AS last_good_build,
           pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - m.built_at) AS age,
           m.row_count,
           tested.run_id AS tested_in_run, tested.passed AS tests_passed, tested.failed AS tests_failed, tested.warned AS tests_warned,
           ARRAY(SELECT DISTINCT a.consumer_kind || ' ' || a.consumer FROM mesh.agreement_registry a
                 WHERE a.domain = p.domain AND a.product = p.name AND a.version = p.version AND a.status = 'approved'
                       AND (a.valid_until IS NULL OR a.valid_until > pg_catalog.now()) ORDER BY 1) AS consumers,
           broken.breaks = '{}' AS contract_ok, broken.breaks AS contract_breaks
    FROM mesh.product_registry p
         JOIN mesh.model_registry m ON m.domain = p.domain AND m.name = p.model
         CROSS JOIN LATERAL (SELECT mesh.contract_breaks(pg_catalog.format('%I.%I', p.domain, p.name), p.version) AS breaks OFFSET 0) broken
         LEFT JOIN LATERAL (
             SELECT s.run_id, pg_catalog.count(*) FILTER (WHERE s.status = 'pass') AS passed,
                    pg_catalog.count(*) FILTER (WHERE s.status IN ('fail', 'error')) AS failed,
                    pg_catalog.count(*) FILTER (WHERE s.status = 'warn') AS warned
             FROM mesh.test_registry t JOIN mesh.step_history s ON s.kind = 'test' AND s.node = t.domain || '.' || t.name
             WHERE t.domain = p.domain AND t.model = p.model
             GROUP BY s.run_id ORDER BY s.run_id DESC LIMIT 1) tested ON true
    WHERE mesh.sees(p.domain) OR p.access = 'public' OR EXISTS (
        SELECT 1 FROM mesh.agreement_registry a
        WHERE a.domain = p.domain AND a.product = p.name AND a.version = p.version AND a.status = 'approved' AND p.access <> 'private'
              AND mesh.is_consumer(a.consumer_kind, a.consumer));
COMMENT ON VIEW mesh.product_status IS 'How fresh and how good each product is that you own, hold, or that is public.';
COMMENT ON COLUMN mesh.product_status.last_good_build IS 'When what consumers read now was published; a failed run leaves it as it was.';
COMMENT ON COLUMN mesh.product_status.row_count IS 'Rows of the last good build; null for a view, and after an increment.';
COMMENT ON COLUMN mesh.product_status.tested_in_run IS 'The last run that tested the model, published or not; the verdicts are of that run.';
COMMENT ON COLUMN mesh.product_status.consumers IS 'Who holds an agreement in force.';
COMMENT ON COLUMN mesh.product_status.contract_ok IS 'Does the model, as it is registered now, hold the contract?';
COMMENT ON COLUMN mesh.product_status.contract_breaks IS 'What it does not hold.';

GRANT SELECT ON mesh.products, mesh.agreements, mesh.product_status TO PUBLIC;
