-- The operations domain: flights as they were flown, what made them late, and who flew them.
SET ROLE operations_team;
SELECT mesh.create_source('operations', 'bts', '{flights}', loaded_at => 'loaded_at',
    freshness => '{"warn_after": "12 hours", "error_after": "2 days"}');
SELECT mesh.create_source('operations', 'bts_codes', '{airlines}', schema => 'bts');
SELECT mesh.create_source('operations', 'openflights', '{airports}');

SELECT mesh.create_model('operations.airlines', 'select carrier, name from bts.airlines');
SELECT mesh.create_model('operations.airports', 'select faa, name, lat, lon, alt, tzone from openflights.airports');
SELECT mesh.create_model('operations.timetable', $$
    select make_date(year, month, day) as flight_date, carrier, flight, tailnum, origin, dest, time_hour as scheduled_hour,
           time_hour + minute * interval '1 minute' as scheduled_at, dep_delay, arr_delay, air_time, distance,
           case when dep_time is null then 'cancelled' when arr_delay is null then 'diverted' else 'flown' end as outcome, loaded_at
    from {{ source('bts', 'flights') }}
$$, materialized => 'ephemeral', description => 'Flights with real times, and how each ended');

-- Incremental by the delivery: only what was loaded since is read; a day that comes again replaces what it was.
SELECT mesh.create_model('operations.flights', $$
    select *, concat_ws(' ', flight_date, carrier, flight, origin) as flight_key
    from timetable
    where not is_incremental() or loaded_at > (select max(loaded_at) from this)
$$, materialized => 'incremental', unique_key => '{flight_date, carrier, flight, origin}', incremental_strategy => 'delete+insert',
    indexes => '[{"columns": ["tailnum"]}]', description => 'One row a flight');
SELECT mesh.create_model('operations.daily_traffic', $$
    select flight_date, count(*) as flights, count(*) filter (where outcome = 'cancelled') as cancelled
    from flights
    where not is_incremental() or flight_date > (select max(flight_date) from this)
    group by flight_date
$$, materialized => 'incremental', incremental_strategy => 'append', description => 'One row a day, never changed again');
SELECT mesh.create_model('operations.carrier_performance', $$
    select f.carrier, a.name, count(*) as flights, round(avg(arr_delay), 1) as mean_delay,
           round(avg((arr_delay > 15)::int), 3) as late_share, round(avg((outcome = 'cancelled')::int), 3) as cancelled_share
    from flights f left join airlines a using (carrier) group by f.carrier, a.name
$$, materialized => 'table', indexes => '[{"columns": ["carrier"], "unique": true}]', description => 'How punctual each airline is');

SELECT mesh.create_unit_test('operations.timetable', '{"bts.flights": [
        {"year": 2013, "month": 1, "day": 1, "dep_time": null, "minute": 15, "time_hour": "2013-01-01 10:00+00"},
        {"year": 2013, "month": 1, "day": 2, "dep_time": 517, "arr_delay": null, "minute": 0, "time_hour": "2013-01-02 10:00+00"},
        {"year": 2013, "month": 1, "day": 3, "dep_time": 517, "arr_delay": 4, "minute": 59, "time_hour": "2013-01-03 10:00+00"}]}',
    '[{"flight_date": "2013-01-01", "scheduled_at": "2013-01-01 10:15+00", "outcome": "cancelled"},
      {"flight_date": "2013-01-02", "scheduled_at": "2013-01-02 10:00+00", "outcome": "diverted"},
      {"flight_date": "2013-01-03", "scheduled_at": "2013-01-03 10:59+00", "outcome": "flown"}]', name => 'how a flight ends');
SELECT mesh.create_test('operations.airports', 'unique', 'faa');
SELECT mesh.create_test('operations.airports', 'not_null', 'tzone', severity => 'warn');
SELECT mesh.create_test('operations.flights', 'not_null', 'scheduled_at');
SELECT mesh.create_test('operations.flights', 'unique', 'flight_key');
SELECT mesh.create_test('operations.flights', 'relationships', 'carrier', '{"to": "ref(''airlines'')", "field": "carrier"}');
SELECT mesh.create_test('operations.flights', 'accepted_values', 'origin', '{"values": ["EWR", "JFK", "LGA"]}');
SELECT mesh.create_test('operations.flights', 'not_null', 'dep_delay', "where" => 'outcome <> ''cancelled''');
SELECT mesh.create_test('operations.flights', 'not_null', 'tailnum', severity => 'warn');
SELECT mesh.create_test('operations.flights', 'looks_like', 'tailnum', '{"pattern": "^N[1-9][0-9]{0,4}[A-Z]{0,2}$"}', severity => 'warn', "limit" => 1000,
    name => 'tailnum is of the FAA''s form, in flights');
SELECT mesh.create_test('operations.flights', 'relationships', 'dest', '{"to": "ref(''airports'')", "field": "faa"}', severity => 'warn');
SELECT mesh.create_test('operations.flights', 'accepted_range', 'distance', '{"min_value": 50}', severity => 'warn');
SELECT mesh.create_test('operations.flights', 'accepted_range', 'dep_delay', '{"min_value": -60, "max_value": 720}', warn_if => '> 0', error_if => '> 100',
    name => 'delays of more than twelve hours are rare');
SELECT mesh.create_test('operations.flights', sql => $$select tailnum, count(distinct carrier) as carriers from flights
    where tailnum is not null group by tailnum having count(distinct carrier) > 1$$, name => 'a plane flies for one airline', severity => 'warn');
SELECT mesh.create_test('operations.daily_traffic', 'unique', 'flight_date');
SELECT mesh.create_test('operations.daily_traffic', 'accepted_range', 'cancelled', '{"max_value": 200}', severity => 'warn');
SELECT mesh.create_test('operations.carrier_performance', 'not_null', 'name');
SELECT mesh.create_test('operations.carrier_performance', 'accepted_range', 'late_share', '{"min_value": 0, "max_value": 0.5}', "where" => 'flights >= 100');

SELECT mesh.publish('operations.flights', description => 'All departures from New York City');
SELECT mesh.publish('operations.carrier_performance', description => 'The airlines compared');
RESET ROLE;
