-- A mesh of three domains over the 336,776 flights that left New York City in 2013. In an empty database, as superuser, in the
-- folder that fetch has filled: examples/flights/fetch build/flights; cd build/flights; psql -f ../../examples/flights/flights.sql
CREATE EXTENSION mesh;
SET mesh.progress = off;
\o /dev/null
\echo '=== The sources: what the first half of the year delivered'
\ir sources.sql

\echo '=== 1. Three domains, three teams; a test that all of them can use'
SELECT mesh.create_domain('fleet', owner => 'fleet_team', description => 'The planes'),
       mesh.create_domain('weather', owner => 'weather_team', description => 'The weather at the airports'),
       mesh.create_domain('operations', owner => 'operations_team', description => 'The flights');
SELECT mesh.create_generic_test('looks_like', '{pattern}', 'select * from {{ model }} where {{ column_name }} !~ ''{{ pattern }}''');

\echo '=== 2. to 5. Models, tests, products, agreements: fleet.sql, weather.sql, operations.sql, agreements.sql'
\ir fleet.sql
\ir weather.sql
\ir operations.sql
\ir agreements.sql
\o
SELECT domain, materialized, count(*) AS models, string_agg(name, ', ' ORDER BY name) AS names FROM mesh.models GROUP BY 1, 2 ORDER BY 1, 2;
SELECT domain, count(*) FILTER (WHERE kind = 'generic') AS generic, count(*) FILTER (WHERE kind = 'singular') AS singular,
       count(*) FILTER (WHERE kind = 'unit') AS unit, count(*) FILTER (WHERE severity = 'warn') AS warn_only FROM mesh.tests GROUP BY 1 ORDER BY 1;
SELECT domain, product, access, consumers, cardinality(columns) AS columns, description FROM mesh.products ORDER BY 1, 2;
SELECT domain, product, consumer_kind, consumer, purpose, status, valid_until::date AS until FROM mesh.agreements ORDER BY id;

\echo '=== 3. What a run would do, and the run, over the first half of the year: tests see the results before anyone else does'
SELECT node, kind, action, reason FROM mesh.plan('fleet weather operations') WHERE kind = 'model';
SELECT node, status, rows, duration, reason FROM mesh.run('fleet weather operations') WHERE kind = 'model';

\echo '=== The second half of the year arrives: incremental models read only that'
\copy asos.weather from weather_2.csv (format csv, header, null 'NA')
\copy bts.flights (year, month, day, dep_time, sched_dep_time, dep_delay, arr_time, sched_arr_time, arr_delay, carrier, flight, tailnum, origin, dest, air_time, distance, hour, minute, time_hour) from flights_2.csv (format csv, header, null 'NA')
SELECT node, action, reason FROM mesh.plan('operations weather') WHERE kind = 'model' AND action = 'increment';
SELECT node, status, rows, duration, reason FROM mesh.run('fleet weather operations') WHERE kind = 'model';

\echo '=== What the tests found wrong in the real data: kept as warnings, with their counts'
SELECT model, replace(test, domain || '.', '') AS test, status, failures FROM mesh.test_results
WHERE run_id = (SELECT max(run_id) FROM mesh.runs) ORDER BY status, failures DESC, domain, model, test;
SELECT f ->> 'origin' AS origin, f ->> 'observed_at' AS observed_at, f ->> 'wind_speed' AS miles_per_hour
FROM mesh.failures('weather.accepted_range_observations_wind_speed__200__0') f;

\echo '=== 5. The BI role reads products as ordinary relations, and nothing else'
SET ROLE bi_reader;
SELECT name, flights, mean_delay, late_share, cancelled_share FROM operations.carrier_performance ORDER BY mean_delay LIMIT 5;
SELECT condition, count(*) FROM weather.conditions GROUP BY 1 ORDER BY 2 DESC;
SELECT has_table_privilege('operations.flights', 'SELECT') AS flights, has_table_privilege('operations.plane_use', 'SELECT') AS plane_use;
RESET ROLE;
SELECT * FROM operations.delays_by_weather ORDER BY mean_delay DESC;
SELECT * FROM fleet.unregistered_planes ORDER BY flights DESC LIMIT 3;

\echo '=== 6. Monitor and evolve'
SELECT domain, product, row_count, age, tests_passed, tests_warned, tests_failed, consumers, contract_ok FROM mesh.product_status ORDER BY 1, 2;
SELECT source, status, age, message FROM mesh.source_freshness();
SELECT run_id, selector, status, steps, failures, duration FROM mesh.runs ORDER BY run_id;
SELECT * FROM mesh.lineage('operations.carrier_performance.mean_delay', direction => 'upstream');
SELECT node, kind, depth, via FROM mesh.lineage('fleet.planes', direction => 'downstream') WHERE kind <> 'test';
SELECT mesh.graph() \g (format=unaligned tuples_only=on)
