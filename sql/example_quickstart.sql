-- examples/quickstart, which the README and make demo show, does what it says. Only the roles are made away with afterwards.
SET client_min_messages = warning;
SET mesh.progress = off;
\getenv source PG_ABS_SRCDIR
\set example :source '/examples/quickstart/quickstart.sql'
\i :example
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA sales, marketing, raw CASCADE;
DROP ROLE sales_team, marketing_team;
