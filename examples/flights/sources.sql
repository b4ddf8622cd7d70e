-- What the mesh reads and does not build: tables of four agencies, each readable only by the team that works with it.
CREATE ROLE fleet_team;
CREATE ROLE weather_team;
CREATE ROLE operations_team;
CREATE ROLE bi_reader;

CREATE SCHEMA faa;
CREATE TABLE faa.planes (tailnum text, year int, type text, manufacturer text, model text, engines int, seats int, speed int, engine text);
CREATE SCHEMA asos;
CREATE TABLE asos.weather (origin text, year int, month int, day int, hour int, temp numeric, dewp numeric, humid numeric, wind_dir int,
    wind_speed numeric, wind_gust numeric, precip numeric, pressure numeric, visib numeric, time_hour timestamptz);
CREATE SCHEMA openflights;
CREATE TABLE openflights.airports (faa text, name text, lat float8, lon float8, alt int, tz int, dst text, tzone text);
CREATE SCHEMA bts;
CREATE TABLE bts.airlines (carrier text, name text);
CREATE TABLE bts.flights (year int, month int, day int, dep_time int, sched_dep_time int, dep_delay int, arr_time int, sched_arr_time int,
    arr_delay int, carrier text, flight int, tailnum text, origin text, dest text, air_time int, distance int, hour int, minute int,
    time_hour timestamptz);

GRANT USAGE ON SCHEMA faa TO fleet_team;
GRANT SELECT ON faa.planes TO fleet_team;
GRANT USAGE ON SCHEMA asos TO weather_team;
GRANT SELECT ON asos.weather TO weather_team;
GRANT USAGE ON SCHEMA bts, openflights TO operations_team;
GRANT SELECT ON bts.airlines, bts.flights, openflights.airports TO operations_team;

\copy faa.planes from planes.csv (format csv, header, null 'NA')
\copy openflights.airports from airports.csv (format csv, header, null 'NA')
\copy bts.airlines from airlines.csv (format csv, header, null 'NA')
\copy asos.weather from weather_1.csv (format csv, header, null 'NA')
\copy bts.flights from flights_1.csv (format csv, header, null 'NA')
-- When the rows came, which tells how fresh they are.
ALTER TABLE bts.flights ADD loaded_at timestamptz NOT NULL DEFAULT now();
ANALYZE;
