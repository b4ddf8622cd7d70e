-- Tests. A test's SQL runs with the rights of the domain's owner, as a SELECT in a security-restricted operation: whoever may
-- create it (a member of that owner) gains nothing by what he writes in it or in its arguments.

CREATE FUNCTION mesh.create_test(model text, test text DEFAULT NULL, column_name text DEFAULT NULL, arguments jsonb DEFAULT NULL,
        severity text DEFAULT 'error', "where" text DEFAULT NULL, warn_if text DEFAULT NULL, error_if text DEFAULT NULL,
        "limit" bigint DEFAULT NULL, sql text DEFAULT NULL, name text DEFAULT NULL, store_failures boolean DEFAULT false,
        replace boolean DEFAULT false, fail_calc text DEFAULT NULL, store_failures_as text DEFAULT NULL, schema text DEFAULT NULL, alias text DEFAULT NULL)
    RETURNS text LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_create_test';
COMMENT ON FUNCTION mesh.create_test IS 'Adds a test to a model and returns its name (dbt''s, unless given). test is not_null, unique, accepted_values (values, quote), relationships (to, field), accepted_range (min_value, max_value, inclusive), expression_is_true (expression), or one made by mesh.create_generic_test(); or sql is a SELECT whose rows are wrong. A test with model => NULL belongs to no model: it has sql, is named domain.test, and runs when all that it reads is staged. severity is error or warn; warn_if and error_if compare the number of failures (default != 0); where leaves out rows of the model; limit caps the failures that are counted; store_failures keeps all failing rows and not only 100. fail_calc is the expression over the failing rows that counts them (default count(*)). store_failures_as table or view makes a relation of them, in schema (default: the domain''s with _dbt_test__audit) under alias (default: the test''s name).';

CREATE FUNCTION mesh.drop_test(name text) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_drop_test';
COMMENT ON FUNCTION mesh.drop_test IS 'Drops a test (domain.test).';

CREATE FUNCTION mesh.create_generic_test(name text, arguments text[], sql text, replace boolean DEFAULT false)
    RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_create_generic_test';
COMMENT ON FUNCTION mesh.create_generic_test IS 'Makes a test that any domain can use. sql is a SELECT of the failing rows with {{ model }}, {{ column_name }} and {{ argument }} as placeholders; an argument is "name" or "name = standard value". A text argument is put in as SQL, as in dbt, a list as its items (in ({{ values }})), and ''{{ argument }}'' within quotes as one constant. You own it: only you may replace or drop it. Replacing it changes the tests of your own domains; others keep the text with which they were created.';

CREATE FUNCTION mesh.drop_generic_test(name text) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_drop_generic_test';
COMMENT ON FUNCTION mesh.drop_generic_test IS 'Drops a generic test that you own; refuses, naming them, while tests use it.';

CREATE FUNCTION mesh.create_unit_test(model text, given jsonb, expect jsonb, name text DEFAULT NULL, overrides jsonb DEFAULT NULL,
        description text DEFAULT NULL, replace boolean DEFAULT false)
    RETURNS text LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_create_unit_test';
COMMENT ON FUNCTION mesh.create_unit_test IS 'Adds a unit test: given {"input": [rows]} for everything that the model reads (columns left out are null, [] is empty), its body must give the rows of expect, in any order, compared on the columns that expect names. Nothing is read or written. overrides {"is_incremental": true} tests the incremental form, with rows given for "this". Returns the test''s name.';

CREATE FUNCTION mesh.drop_unit_test(name text) RETURNS void LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_drop_unit_test';
COMMENT ON FUNCTION mesh.drop_unit_test IS 'Drops a unit test (domain.test).';

CREATE FUNCTION mesh.failures(test text, run_id bigint DEFAULT NULL, "limit" integer DEFAULT NULL)
    RETURNS SETOF jsonb LANGUAGE c @SETTINGS@ AS 'MODULE_PATHNAME', 'mesh_failures';
COMMENT ON FUNCTION mesh.failures IS 'The rows that failed a test (domain.test) in a run, by default the last one in which it ran: up to 100 a run, or all with store_failures. Only members of the domain''s owner may see them. They are kept as long as the run''s history.';
