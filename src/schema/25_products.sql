-- Products and agreements. The engine's view of who holds what comes first; nobody else reads it.

CREATE VIEW mesh.agreement_grants WITH (security_barrier) AS
    SELECT a.id, a.domain, a.product, a.version, p.model, a.consumer_kind, a.consumer, a.valid_until,
           CASE WHEN a.consumer_kind = 'role' THEN a.consumer ELSE d.owner END AS grantee
    FROM mesh.agreement_registry a
         JOIN mesh.product_registry p ON p.domain = a.domain AND p.name = a.product AND p.version = a.version
         LEFT JOIN mesh.domain_registry d ON a.consumer_kind = 'domain' AND d.name = a.consumer
    WHERE a.status = 'approved';
COMMENT ON VIEW mesh.agreement_grants IS 'The approved agreements, with the model that each gives and the role that holds its grants.';

CREATE FUNCTION mesh.publish(model text, product text DEFAULT NULL, version integer DEFAULT 1, access text DEFAULT NULL,
        description text DEFAULT NULL, contract jsonb DEFAULT NULL, replace boolean DEFAULT false)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_publish';
COMMENT ON FUNCTION mesh.publish IS 'Publishes a model (domain.model) as a version of a data product (default: the model''s name), access public, protected (default) or private. The contract is all that the model holds now (columns, types, nullability, keys, tests of severity error), or the given part of it: {"columns": [{"name", "type", "not_null"}], "keys": [{"columns", "primary"}], "tests": []}. From then on nothing that breaks it takes effect. replace => true changes a published version: access and description stay unless given, the contract is taken anew.';

CREATE FUNCTION mesh.unpublish(product text, version integer DEFAULT NULL) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_unpublish';
COMMENT ON FUNCTION mesh.unpublish IS 'Takes back one version of a product (domain.product), or all of them; refuses, naming them, while consumers hold it. Waiting requests are rejected; the model and its relation stay.';

CREATE FUNCTION mesh.request_access(product text, consumer text, purpose text DEFAULT NULL, until timestamptz DEFAULT NULL,
        version integer DEFAULT NULL, consumer_kind text DEFAULT NULL)
    RETURNS bigint LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_request_access';
COMMENT ON FUNCTION mesh.request_access IS 'Asks for a product (domain.product, the newest version unless one is given) in the name of a domain or role, and returns the request''s number. A public product is granted at once, a protected one waits for its owner, a private one is refused. consumer_kind (domain, role) decides when a domain and a role have that name.';

CREATE FUNCTION mesh.approve(request bigint) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_approve';
COMMENT ON FUNCTION mesh.approve IS 'Approves a request for one of your products: the agreement and its GRANTs (SELECT on the relation, USAGE on the schema) are one transaction.';

CREATE FUNCTION mesh.reject(request bigint, reason text DEFAULT NULL) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_reject';
COMMENT ON FUNCTION mesh.reject IS 'Rejects a request for one of your products; the consumer sees the reason in mesh.agreements.';

CREATE FUNCTION mesh.grant_product(product text, "to" text, until timestamptz DEFAULT NULL, purpose text DEFAULT NULL,
        version integer DEFAULT NULL, consumer_kind text DEFAULT NULL)
    RETURNS bigint LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_grant_product';
COMMENT ON FUNCTION mesh.grant_product IS 'Gives a domain or role one of your products (domain.product, or domain.model of a published model) without a request, and returns the agreement''s number. It replaces what the consumer held of that version.';

CREATE FUNCTION mesh.revoke_product(product text, "from" text, version integer DEFAULT NULL, consumer_kind text DEFAULT NULL)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_revoke_product';
COMMENT ON FUNCTION mesh.revoke_product IS 'Ends a consumer''s agreements on one of your products, all versions unless one is given, and revokes their GRANTs. A NOTICE names the models of a consumer domain that will fail on their next run.';

CREATE FUNCTION mesh.expire_agreements() RETURNS integer LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_expire_agreements';
COMMENT ON FUNCTION mesh.expire_agreements IS 'Ends the agreements that are past their end, revokes their GRANTs and returns how many. Every run and every function on products does so first; models of consumers are refused from the very moment. To revoke a role''s GRANTs on time, let pg_cron call it: SELECT cron.schedule(''* * * * *'', ''SELECT mesh.expire_agreements()'').';

CREATE FUNCTION mesh.contract_breaks(product text, version integer) RETURNS text[] LANGUAGE c STRICT @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_contract_breaks';
COMMENT ON FUNCTION mesh.contract_breaks IS 'What the product''s model, as it is registered now, does not hold of the version''s contract; empty when it holds all.';
