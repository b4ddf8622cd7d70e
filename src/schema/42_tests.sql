-- Views about tests. (mesh.test_results is with the other views of runs.)

CREATE VIEW mesh.tests WITH (security_barrier) AS
    SELECT domain, name, model, CASE WHEN test = 'singular' THEN 'singular' ELSE 'generic' END AS kind, test, column_name, arguments, severity,
           where_clause, warn_if, error_if, fail_limit, store_failures, sql, NULL::jsonb AS given, NULL::jsonb AS expect, NULL::jsonb AS overrides,
           NULL::text AS description, fail_calc, store_as AS store_failures_as, store_schema, store_alias
    FROM mesh.test_registry WHERE domain IN (SELECT s.name FROM mesh.seen_domains s)
    UNION ALL
    SELECT domain, name, model, 'unit', 'unit', NULL, NULL, 'error', NULL, NULL, NULL, NULL, false, NULL, given, expect, overrides, description, NULL, NULL, NULL, NULL
    FROM mesh.unit_test_registry WHERE domain IN (SELECT s.name FROM mesh.seen_domains s);
COMMENT ON VIEW mesh.tests IS 'The tests of your domains: generic, singular and unit tests.';
COMMENT ON COLUMN mesh.tests.model IS 'Null for a test that belongs to none.';

CREATE VIEW mesh.generic_tests WITH (security_barrier) AS SELECT name, arguments, sql, owner FROM mesh.generic_test_registry;
COMMENT ON VIEW mesh.generic_tests IS 'The generic tests that users have made; not_null, unique, accepted_values, relationships, accepted_range and expression_is_true are built in.';

GRANT SELECT ON mesh.tests, mesh.generic_tests TO PUBLIC;
