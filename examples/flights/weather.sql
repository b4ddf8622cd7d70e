-- The weather domain: hourly observations at the three airports, and what they mean for flying.
SET ROLE weather_team;
SELECT mesh.create_source('weather', 'asos', '{weather}', loaded_at => 'time_hour', freshness => '{"warn_after": "2 days"}');

SELECT mesh.create_model('weather.readings', $$
    select origin, time_hour as observed_at, make_date(year, month, day) as local_day, hour as local_hour, temp, humid, wind_speed, wind_gust,
           precip, pressure, visib
    from {{ source('asos', 'weather') }}
$$, materialized => 'ephemeral', description => 'Readings, with the time and the local day and hour');
-- Incremental: new hours are added, hours that are delivered again replace what was there.
SELECT mesh.create_model('weather.observations', $$
    select * from readings
    where not is_incremental() or observed_at >= (select max(observed_at) - interval '1 day' from this)
$$, materialized => 'incremental', unique_key => '{origin, observed_at}', incremental_strategy => 'merge',
    description => 'One row an airport and hour');
SELECT mesh.create_model('weather.conditions', $$
    select origin, observed_at, case when visib < 1 then 'fog'
                                     when precip > 0 and temp <= 32 then 'snow or ice'
                                     when precip > 0 then 'rain'
                                     when greatest(wind_speed, wind_gust) between 30 and 200 then 'storm'
                                     else 'fair' end as condition
    from observations
$$, description => 'The condition that decides how to fly, for each airport and hour');
SELECT mesh.create_model('weather.daily', $$
    select origin, local_day, count(*) as hours, round(avg(temp), 1) as mean_temp, sum(precip) as precip, max(wind_speed) as max_wind
    from observations group by origin, local_day
$$, materialized => 'materialized_view', description => 'Days of each airport');

SELECT mesh.create_unit_test('weather.conditions', '{"observations": [
        {"origin": "JFK", "visib": 0.5, "precip": 0.1, "temp": 20}, {"origin": "LGA", "visib": 10, "precip": 0.1, "temp": 20},
        {"origin": "EWR", "visib": 10, "precip": 0, "wind_speed": 1048}, {"origin": "EWR", "visib": 10, "precip": 0, "wind_speed": 20, "wind_gust": 40}]}',
    '[{"origin": "JFK", "condition": "fog"}, {"origin": "LGA", "condition": "snow or ice"},
      {"origin": "EWR", "condition": "fair"}, {"origin": "EWR", "condition": "storm"}]',
    name => 'fog wins, and a broken anemometer is no storm');
SELECT mesh.create_unit_test('weather.observations', '{
        "readings": [{"origin": "JFK", "observed_at": "2013-01-01 00:00+00"}, {"origin": "JFK", "observed_at": "2013-01-09 00:00+00"}],
        "this": [{"origin": "JFK", "observed_at": "2013-01-08 00:00+00"}]}', '[{"observed_at": "2013-01-09 00:00+00"}]',
    name => 'only new hours', overrides => '{"is_incremental": true}');
SELECT mesh.create_test('weather.observations', 'not_null', 'observed_at');
SELECT mesh.create_test('weather.observations', 'accepted_values', 'origin', '{"values": ["EWR", "JFK", "LGA"]}');
SELECT mesh.create_test('weather.observations', 'accepted_range', 'humid', '{"min_value": 0, "max_value": 100}');
SELECT mesh.create_test('weather.observations', 'accepted_range', 'wind_speed', '{"min_value": 0, "max_value": 200}', severity => 'warn',
    store_failures => true);
SELECT mesh.create_test('weather.observations', 'not_null', 'pressure', severity => 'warn', warn_if => '> 1000');
SELECT mesh.create_test('weather.observations', sql => 'select origin, local_day, local_hour from observations group by 1, 2, 3 having count(*) > 1',
    name => 'local hours come once', severity => 'warn');
SELECT mesh.create_test('weather.daily', 'expression_is_true', arguments => '{"expression": "hours = 24"}', name => 'days are complete', severity => 'warn');
SELECT mesh.create_test('weather.conditions', 'not_null', 'condition');

SELECT mesh.publish('weather.conditions', access => 'public', description => 'The weather at New York''s airports, hour by hour');
RESET ROLE;
