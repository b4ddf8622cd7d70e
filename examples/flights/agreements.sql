-- Who may read whose products, and the models that stand on them.
SET ROLE operations_team;
SELECT mesh.request_access('weather.conditions', 'operations', purpose => 'explain delays');  -- public: granted at once
SELECT mesh.request_access('fleet.planes', 'operations', purpose => 'use of the fleet');
SET ROLE fleet_team;
SELECT mesh.request_access('operations.flights', 'fleet', purpose => 'find planes that are not registered');
SELECT mesh.approve(id) FROM mesh.agreements WHERE domain = 'fleet' AND status = 'requested';
SET ROLE operations_team;
SELECT mesh.approve(id) FROM mesh.agreements WHERE domain = 'operations' AND status = 'requested';
SELECT mesh.grant_product('operations.carrier_performance', 'bi_reader', purpose => 'dashboards', until => now() + interval '1 year');
SELECT mesh.grant_product('operations.flights', 'bi_reader', purpose => 'dashboards');
SET ROLE bi_reader;
SELECT mesh.request_access('weather.conditions', 'bi_reader', purpose => 'dashboards');

SET ROLE operations_team;
SELECT mesh.create_model('operations.delays_by_weather', $$
    select coalesce(c.condition, 'unknown') as condition, count(*) as flights, round(avg(f.dep_delay), 1) as mean_delay,
           round(100 * avg((f.outcome = 'cancelled')::int), 1) as cancelled_percent
    from flights f left join weather.conditions c on c.origin = f.origin and c.observed_at = f.scheduled_hour
    group by 1
$$, materialized => 'table', description => 'What the weather does to departures');
SELECT mesh.create_model('operations.plane_use', $$
    select p.manufacturer, p.model, count(*) as flights, sum(f.distance) as miles, round(sum(f.air_time) / 60.0) as hours
    from {{ ref('flights') }} f join {{ ref('fleet', 'planes') }} p using (tailnum) group by p.manufacturer, p.model
$$, materialized => 'materialized_view', description => 'What each model of plane was used for');
SELECT mesh.create_test('operations.flights', 'relationships', 'tailnum', '{"to": "ref(''fleet'', ''planes'')", "field": "tailnum"}', severity => 'warn');
SELECT mesh.create_test('operations.delays_by_weather', sql => 'select * from delays_by_weather where condition = ''unknown''',
    name => 'the weather of each flight is known', severity => 'warn');
SET ROLE fleet_team;
SELECT mesh.create_model('fleet.unregistered_planes', $$
    select f.tailnum, min(f.carrier) as carrier, count(*) as flights
    from {{ ref('operations', 'flights') }} f
    where f.tailnum is not null and not exists (select from planes p where p.tailnum = f.tailnum)
    group by f.tailnum
$$, description => 'Tail numbers that fly and that the register does not have');
SELECT mesh.create_test('fleet.unregistered_planes', 'expression_is_true', arguments => '{"expression": "flights < 100"}',
    name => 'no busy plane is unregistered', severity => 'warn');
RESET ROLE;
