-- The fleet domain: the register of planes, and what other teams' flights show to be missing in it.
SET ROLE fleet_team;
SELECT mesh.create_source('fleet', 'faa', '{planes}');

-- Ephemeral: a step of its own to think in, no relation of its own.
SELECT mesh.create_model('fleet.register', $$
    select tailnum, year as built_in, type, model, engines, seats, engine,
           case when manufacturer like 'AIRBUS%' then 'AIRBUS'
                when manufacturer like 'MCDONNELL DOUGLAS%' then 'MCDONNELL DOUGLAS'
                when manufacturer like 'CANADAIR%' then 'CANADAIR'
                else manufacturer end as manufacturer
    from {{ source('faa', 'planes') }}
$$, materialized => 'ephemeral', description => 'The FAA''s register, with one name for each manufacturer');
SELECT mesh.create_model('fleet.planes', 'select * from {{ ref(''register'') }}', materialized => 'table',
    indexes => '[{"columns": ["tailnum"], "unique": true}]', description => 'Planes by their tail number');
SELECT mesh.create_model('fleet.plane_models', $$
    select manufacturer, model, count(*) as planes, min(seats) as fewest_seats, max(seats) as most_seats, min(built_in) as oldest
    from planes group by manufacturer, model
$$, materialized => 'materialized_view', description => 'How many planes of each model, and how large and old they are');

SELECT mesh.create_unit_test('fleet.register',
    '{"faa.planes": [{"manufacturer": "AIRBUS INDUSTRIE"}, {"manufacturer": "AIRBUS"}, {"manufacturer": "PIPER"}]}',
    '[{"manufacturer": "AIRBUS"}, {"manufacturer": "AIRBUS"}, {"manufacturer": "PIPER"}]', name => 'one name for each manufacturer');
SELECT mesh.create_test('fleet.planes', 'not_null', 'tailnum');
SELECT mesh.create_test('fleet.planes', 'unique', 'tailnum');
SELECT mesh.create_test('fleet.planes', 'looks_like', 'tailnum', '{"pattern": "^N[1-9][0-9]{0,4}[A-Z]{0,2}$"}', name => 'tailnum is of the FAA''s form');
SELECT mesh.create_test('fleet.planes', 'accepted_values', 'engine',
    '{"values": ["Turbo-fan", "Turbo-jet", "Turbo-prop", "Turbo-shaft", "Reciprocating", "4 Cycle"]}', name => 'known engines');
SELECT mesh.create_test('fleet.planes', 'accepted_range', 'seats', '{"min_value": 1, "max_value": 500}');
SELECT mesh.create_test('fleet.planes', 'expression_is_true', arguments => '{"expression": "engines > 1 or type not like ''%multi engine''"}',
    name => 'multi engine planes have several');
SELECT mesh.create_test('fleet.planes', 'not_null', 'built_in', severity => 'warn');
SELECT mesh.create_test('fleet.planes', sql => $$select tailnum, model, seats, engine from planes where engine = 'Reciprocating' and seats > 20$$,
    name => 'piston planes are small', severity => 'warn');
SELECT mesh.create_test('fleet.plane_models', 'not_null', 'model');

SELECT mesh.publish('fleet.planes', description => 'The planes that the FAA has registered',
    contract => '{"columns": [{"name": "tailnum", "type": "text", "not_null": true}, {"name": "manufacturer", "type": "text"},
                              {"name": "model", "type": "text"}, {"name": "seats", "type": "int"}], "keys": [{"columns": ["tailnum"]}]}');
RESET ROLE;
