-- Tests of models: what is refused when they are created, their verdicts, their failing rows; unit tests.
SET client_min_messages = warning;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE EXTENSION mesh;
CREATE SCHEMA shop_raw;
CREATE TABLE shop_raw.orders (id int, customer int, status text, amount numeric, note text);
INSERT INTO shop_raw.orders VALUES (1, 10, 'new', 5, 'a'), (2, 10, 'paid', 7, 'b'), (3, 20, 'sent', 9, NULL), (3, 30, 'lost', -1, 'd'), (NULL, 40, 'gone', 12, 'e'), (5, NULL, 'lost', 3, 'f');
SELECT mesh.create_domain('shop');
SELECT mesh.create_source('shop', 'raw', '{orders}', schema => 'shop_raw');
SELECT mesh.create_model('shop.customers', 'select * from (values (10), (20), (30)) v(id)', materialized => 'table');
SELECT mesh.create_model('shop.orders', $$select * from {{ source('raw', 'orders') }}$$, materialized => 'table');

-- Generic tests of a user.
SELECT mesh.create_generic_test('at_least', '{min}', $$select *  -- not this: {{ nothing }}
from {{model}} where {{ column_name }} < {{ min }}$$);
SELECT mesh.create_generic_test('at_least', '{min}', 'select * from {{ model }} where {{ column_name }} < {{ min }}');
SELECT mesh.create_generic_test('unique', '{}', 'select * from {{ model }}');
SELECT mesh.create_generic_test('x', '{min}', 'select * from {{ model }} where {{ column_name }} < {{ max }}');
SELECT mesh.create_generic_test('x', '{min}', 'select * from {{ model }} where a = {{ 1 + 1 }}');
SELECT mesh.create_generic_test('x', '{1st}', 'select * from {{ model }}');
SELECT mesh.create_generic_test('x', '{}', 'select 1');
SELECT mesh.create_generic_test('x', '{}', 'select * from {{ model }} where ''open');
SELECT mesh.create_generic_test('labelled', ARRAY['label', 'words = ["lost", "gone"]', 'strict = false'],
    $$select *, '{{ label }}' as label, "{{ column_name }}" as found, E'{{ label }}' as again, $q${{ label }}$q$ as dollar
from {{ model }} m where m.{{ column_name }} in ({{ words }}) or {{ strict }}$$);
SELECT * FROM mesh.generic_tests ORDER BY name COLLATE "C";

-- What is refused at creation.
SELECT mesh.create_test('shop.orders');
SELECT mesh.create_test('shop.orders', 'not_nul', 'id');
SELECT mesh.create_test('shop.orders', 'not_null');
SELECT mesh.create_test('shop.orders', 'not_null', 'idd');
SELECT mesh.create_test('shop.nothing', 'not_null', 'id');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"value": ["new"]}');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"values": ["new"], "valuse": 1}');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"values": []}');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"values": ["new", null]}');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'id', '{"values": ["new"]}');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'id', '[1]');
SELECT mesh.create_test('shop.orders', 'relationships', 'customer', '{"to": "customers", "field": "nope"}');
SELECT mesh.create_test('shop.orders', 'relationships', 'customer', '{"to": "a.b.c", "field": "id"}');
SELECT mesh.create_test('shop.orders', 'accepted_range', 'amount');
SELECT mesh.create_test('shop.orders', 'at_least', 'amount');
SELECT mesh.create_test('shop.orders', 'at_least', 'amount', '{"min": "nope"}');
SELECT mesh.create_test('shop.orders', 'at_least', 'amount', '{"min": "0; drop table shop.orders"}');
SELECT mesh.create_test('shop.orders', 'expression_is_true', arguments => '{"expression": "amount >"}');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', severity => 'fatal');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', warn_if => '10');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', warn_if => '> 10, 1');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', error_if => '> 10 from shop.orders');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', error_if => '> (select count(*) from pg_class)');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', error_if => '+ 1');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', error_if => '> ''x''');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', "where" => 'nope > 1');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', "where" => 'true) or (true');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', "where" => 'true limit 1');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', "where" => 'id in (select id from customers)');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', "limit" => 0);
SELECT mesh.create_test('shop.orders', sql => 'select * from orders where nope');
SELECT mesh.create_test('shop.orders', sql => 'delete from orders');
SELECT mesh.create_test('shop.orders', sql => 'select * from orders', "where" => 'true');
SELECT mesh.create_test('shop.orders', 'not_null', sql => 'select * from orders');
SELECT mesh.create_test('shop.orders', sql => 'select * from orders', column_name => 'id');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', name => repeat('x', 64));

-- The names are dbt's.
SELECT mesh.create_test('shop.orders', 'not_null', 'id');
SELECT mesh.create_test('shop.orders', 'not_null', 'id');
SELECT mesh.create_test('shop.orders', 'not_null', 'id', severity => 'WARN', replace => true);
SELECT mesh.create_test('shop.orders', 'unique', 'id', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"values": ["new", "paid", "sent"]}', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'id', '{"values": [1, 2, 3, 5], "quote": false}', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'relationships', 'customer', '{"to": "ref(''customers'')", "field": "id"}', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'accepted_range', 'amount', '{"min_value": 0, "max_value": "id + 10"}', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'accepted_range', 'amount', '{"min_value": 12, "inclusive": false}', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'expression_is_true', arguments => '{"expression": "amount > 0 -- always"}', severity => 'warn', name => 'amounts');
SELECT mesh.create_test('shop.orders', 'expression_is_true', 'amount', '{"expression": "> 0"}', severity => 'warn', name => 'amounts of "a" column');
SELECT mesh.create_test('shop.orders', 'at_least', 'amount', '{"min": "id * 2"}', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'labelled', 'status', '{"label": "it''s \\ \"odd\""}', severity => 'warn', name => 'labels');
SELECT mesh.create_test('shop.orders', sql => $$select o.id, c.id as customer from {{ ref('orders') }} o left join customers c on c.id = o.customer
where c.id is null$$, severity => 'warn', name => 'no_customer');
-- Thresholds, where and limit.
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"values": ["new", "paid", "sent"]}', name => 't1 below', error_if => '> 2', warn_if => 'between 3 and 9');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'status', '{"values": ["new", "paid", "sent"]}', name => 't2 warn', error_if => '> 2', warn_if => '>= 2');
SELECT mesh.create_test('shop.orders', 'accepted_range', 'amount', '{"max_value": 4}', name => 't3 limit', error_if => '> 2', "limit" => 2, warn_if => '= 0');
SELECT mesh.create_test('shop.orders', 'not_null', 'note', name => 't4 where', "where" => 'status <> ''sent'' -- shipped');
SELECT mesh.create_test('shop.orders', 'unique', 'id', name => 't5 where', "where" => 'orders.status <> ''lost''');
SELECT mesh.create_test('shop.orders', 'not_null', 'amount', name => 't6 none', error_if => '= 0', severity => 'warn', warn_if => '= 0');
-- One that errors, and one that errors only without its where: the others are not disturbed.
SELECT mesh.create_test('shop.orders', sql => 'select * from orders where 1 / (amount - 9) > 1', name => 't7 broken', severity => 'warn');
SELECT mesh.create_test('shop.orders', 'expression_is_true', arguments => '{"expression": "1 / (amount - 9) < 100"}', "where" => 'amount <> 9', name => 't8 guarded');
SELECT node, status, failures, reason, message FROM mesh.run('shop');

-- The broken test of severity warn stops the model, as a failing one would.
SELECT mesh.drop_test('shop.t7 broken');
SELECT mesh.drop_test('shop.t7 broken');
SELECT mesh.drop_test('nothing');
SELECT node, status, failures, message FROM mesh.run('shop.orders');

-- The failing rows, also when nothing was published.
SELECT * FROM mesh.failures('shop.not_null_orders_id');
SELECT * FROM mesh.failures('shop.unique_orders_id');
SELECT * FROM mesh.failures('shop.accepted_values_orders_status__new__paid__sent') f ORDER BY f ->> 'value_field';
SELECT * FROM mesh.failures('shop.relationships_orders_customer__id__ref_customers_');
SELECT mesh.failures('shop."labels"', "limit" => 1);
SELECT count(*) FROM mesh.failures('shop.t3 limit');
SELECT count(*) FROM mesh.failures('shop.t4 where');
SELECT mesh.failures('shop.nope');
SELECT mesh.create_model('shop.many', 'select g as n from generate_series(1, 250) g', materialized => 'table');
SELECT mesh.create_test('shop.many', 'at_least', 'n', '{"min": 241}', severity => 'warn', name => 'some');
SELECT mesh.create_test('shop.many', 'at_least', 'n', '{"min": 1000}', severity => 'warn', name => 'first 100');
SELECT mesh.create_test('shop.many', 'at_least', 'n', '{"min": 1000}', name => 'all', store_failures => true);
SELECT node, status, failures FROM mesh.run('shop.many');
SELECT count(*) FROM mesh.failures('shop.some');
SELECT count(*) FROM mesh.failures('shop.first 100');
SELECT count(*), min((f ->> 'n')::int), max((f ->> 'n')::int) FROM mesh.failures('shop.all') f;
CREATE ROLE regress_outsider;
SET ROLE regress_outsider;
SELECT mesh.failures('shop.all');
SELECT mesh.create_test('shop.many', 'unique', 'n');
SELECT mesh.drop_test('shop.all');
SELECT mesh.create_generic_test('at_least', '{min}', 'select * from {{ model }}', replace => true);
SELECT mesh.drop_generic_test('at_least');
SELECT mesh.create_generic_test('outside', '{}', 'select * from {{ model }} where false');
RESET ROLE;

-- A generic test of another owner: what the domain accepted stays, whatever its owner makes of it.
SELECT mesh.create_test('shop.customers', 'outside', name => 'foreign');
SET ROLE regress_outsider;
SET client_min_messages = notice;
SELECT mesh.create_generic_test('outside', '{}', 'select * from {{ model }}', replace => true);
SET client_min_messages = warning;
RESET ROLE;
SELECT sql FROM mesh.tests WHERE name = 'foreign';
SELECT mesh.create_test('shop.customers', 'outside', name => 'foreign', severity => 'warn', replace => true);
SELECT node, status, failures FROM mesh.run('shop.customers');
SELECT mesh.drop_generic_test('outside');
SELECT mesh.drop_test('shop.foreign');
SELECT mesh.drop_generic_test('outside');
SELECT mesh.drop_generic_test('unique');
-- One's own tests follow; an argument that is missing then refuses the change.
SELECT mesh.create_generic_test('at_least', '{min, max}', 'select * from {{ model }} where {{ column_name }} < {{ min }} or {{ column_name }} > {{ max }}', replace => true);
SELECT mesh.create_generic_test('at_least', '{min, max = 1e6}', 'select * from {{ model }} where {{ column_name }} < {{ min }} or {{ column_name }} > {{ max }}', replace => true);
SELECT name, arguments FROM mesh.tests WHERE test = 'at_least' ORDER BY name COLLATE "C";

-- A number in an argument is a constant of SQL, and stays as it was written; the name of a test is dbt's.
SELECT mesh.create_test('shop.orders', 'accepted_range', 'amount', '{"min_value": -12345678901234567890123.10, "max_value": 99999999999999999999999999}');
SELECT mesh.create_test('shop.orders', 'accepted_values', 'amount', '{"values": [1.50, 0.1000000000000000000001, 9223372036854775807]}', severity => 'warn', name => 'exact');
SELECT arguments FROM mesh.tests WHERE name = 'exact' OR test = 'accepted_range' AND arguments::text LIKE '%999999999999%' ORDER BY name COLLATE "C";
SELECT node, status FROM mesh.test('test:exact test:accepted_range_orders_amount*');
SELECT mesh.drop_test('shop.' || name) FROM mesh.tests WHERE name = 'exact' OR name LIKE 'accepted_range_orders_amount%99999%';

-- Constraints prove tests.
SELECT mesh.create_model('shop.proven', 'select id, id * 2 as twice from shop.customers', materialized => 'table', indexes => '[{"columns": ["id"], "unique": true}]');
SELECT mesh.create_test('shop.proven', 'unique', 'id');
SELECT mesh.create_test('shop.proven', 'unique', 'twice');
SELECT mesh.create_test('shop.proven', 'not_null', 'id');
SELECT mesh.create_test('shop.proven', 'accepted_range', 'twice', '{"min_value": 0}');
SELECT node, status, failures, reason FROM mesh.run('shop.proven');
-- The next contents are not checked by the table's own constraints: those prove nothing about them.
ALTER TABLE shop.proven ALTER id SET NOT NULL, ADD CHECK (twice > 0);
SELECT node, status, failures, reason FROM mesh.run('shop.proven');
-- A relation that is changed in place is checked by them: they prove what they say.
CREATE TABLE shop_raw.parents (id int PRIMARY KEY);
INSERT INTO shop_raw.parents VALUES (1), (2);
SELECT mesh.create_model('shop.grown', 'select id, ''p'' || id as code from shop_raw.parents where not is_incremental() or id > (select max(id) from this)', materialized => 'incremental');
SELECT mesh.create_test('shop.grown', 'not_null', 'id');
SELECT mesh.create_test('shop.grown', 'unique', 'id');
SELECT mesh.create_test('shop.grown', 'accepted_range', 'id', '{"min_value": 0}');
SELECT mesh.create_test('shop.grown', 'accepted_values', 'code', '{"values": ["p1", "p2", "p3", "p4"]}');
SELECT mesh.create_test('shop.grown', 'relationships', 'id', '{"to": "shop_raw.parents", "field": "id"}');
SELECT mesh.create_test('shop.grown', 'not_null', 'code');
SELECT node, status, failures, reason FROM mesh.run('shop.grown');
ALTER TABLE shop.grown ADD PRIMARY KEY (id), ADD FOREIGN KEY (id) REFERENCES shop_raw.parents, ADD CHECK (id > 0), ADD CHECK (code IN ('p1', 'p2', 'p3'));
SELECT node, status, failures, reason FROM mesh.run('shop.grown');

-- Names with quotes and other alphabets.
SELECT mesh.create_model('shop."Größe ""x"""', 'select 1 as "Spalte ""é""", ''x'' as "it''s"', materialized => 'table');
SELECT mesh.create_test('shop."Größe ""x"""', 'not_null', 'Spalte "é"');
SELECT mesh.create_test('shop."Größe ""x"""', 'unique', 'it''s');
SELECT mesh.create_test('shop."Größe ""x"""', 'at_least', 'Spalte "é"', '{"min": 0}');
SELECT mesh.create_test('shop."Größe ""x"""', 'labelled', 'it''s', '{"label": "ä''ö", "words": ["it''s"]}');
SELECT node, status, failures, message FROM mesh.run('shop') WHERE node LIKE '%Größe%';
SELECT mesh.drop_test('shop.unique_Größe "x"_it_s');

-- A test of a model that waits for its upstream is accepted, and judged when it runs.
SELECT mesh.create_model('shop.waiting', 'select * from {{ ref(''later'') }}');
SELECT mesh.create_test('shop.waiting', 'not_null', 'a');
SELECT mesh.create_test('shop.waiting', 'relationships', 'a', '{"to": "ref(''much_later'')", "field": "id"}');
SELECT mesh.create_model('shop.later', 'select 1 as b');
SELECT node, status, failures, message FROM mesh.run('shop.later shop.waiting');
-- Views and ephemeral models are read as well.
SELECT mesh.create_model('shop.thin', 'select 10 as id', materialized => 'ephemeral');
SELECT mesh.create_model('shop.viewed', 'select 10 as id', materialized => 'view');
SELECT mesh.create_test('shop.viewed', 'relationships', 'id', '{"to": "shop.thin", "field": "id"}');
SELECT mesh.create_test('shop.viewed', sql => 'select * from viewed except select * from {{ ref(''thin'') }}');
SELECT node, status, failures, message FROM mesh.run('shop.viewed');

-- Unit tests.
SELECT mesh.create_model('shop.totals', $$select customer, sum(o.amount) as total, count(*) as orders, min("o".status) as "first ""status"""
from {{ ref('orders') }} o join shop.customers c on c.id = o.customer group by customer$$);
SELECT mesh.create_unit_test('shop.totals', '{"orders": []}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": [], "payments": []}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [{"customr": 1}], "customers": []}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [{"customer": "x"}], "customers": []}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": [1]}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": {}}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": [], "shop.orders": []}', '[]');
SELECT mesh.create_unit_test('shop.totals', '[]', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": []}', '{}');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": []}', '[{"totl": 1}]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": []}', '[]', overrides => '{"is_incremental": true}');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": []}', '[]', overrides => '{"now": 1}');
SELECT mesh.create_unit_test('shop.totals', '{"ref(''orders'')": [{"customer": 1, "amount": 1.5, "status": "it''s"}, {"customer": 1, "amount": 12345678901234567890.25}, {"customer": 2}],
    "shop.customers": [{"id": 1}]}', '[{"customer": 1, "total": 12345678901234567891.75, "first \"status\"": "it''s"}]', name => 'sums «quoted»', description => 'sums');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": []}', '[]');
SELECT mesh.create_unit_test('shop.totals', '{"orders": [], "customers": []}', '[]');
SELECT name, kind, model, given, expect, description FROM mesh.tests WHERE kind = 'unit' ORDER BY name COLLATE "C";
SELECT node, status, failures, message FROM mesh.run('shop.totals');
-- One that fails stops its model before it is built, and shows what is missing and what is too much.
SELECT mesh.create_unit_test('shop.totals', '{"orders": [{"customer": 1, "amount": 1}, {"customer": 2, "amount": 2}, {"customer": 3, "amount": 2}], "customers": [{"id": 1}, {"id": 2}, {"id": 3}]}',
    '[{"total": 1}, {"total": 1}, {"total": 2}, {"total": 7}]', name => 'wrong');
SELECT node, status, failures, message FROM mesh.run('shop.totals');
SELECT mesh.create_unit_test('shop.totals', (SELECT jsonb_build_object('customers', jsonb_agg(jsonb_build_object('id', g)), 'orders', jsonb_agg(jsonb_build_object('customer', g, 'amount', g))) FROM generate_series(1, 7) g),
    '[]', name => 'wrong', replace => true);
SELECT node, status, failures, message FROM mesh.run('shop.totals') WHERE node = 'shop.wrong';
SELECT mesh.drop_unit_test('shop.wrong');
SELECT mesh.drop_unit_test('shop.wrong');
-- Incremental models, in both forms; nothing is written even by a function that would.
SELECT mesh.create_model('shop.log', $$select id, amount from orders where not is_incremental() or id > (select coalesce(max(id), 0) from this)$$, materialized => 'incremental');
SELECT mesh.create_unit_test('shop.log', '{"orders": [{"id": 1}, {"id": 2}]}', '[{"id": 1}, {"id": 2}]', name => 'whole');
SELECT mesh.create_unit_test('shop.log', '{"orders": [{"id": 1}, {"id": 2}]}', '[{"id": 2}]', name => 'increment', overrides => '{"is_incremental": true}');
SELECT mesh.create_unit_test('shop.log', '{"orders": [{"id": 1}, {"id": 2}], "this": [{"id": 1}]}', '[{"id": 2}]', name => 'increment', overrides => '{"is_incremental": true}');
CREATE TABLE shop.written (n int);
CREATE FUNCTION shop.writes(n int) RETURNS int LANGUAGE sql AS 'insert into shop.written values (n) returning n';
SELECT mesh.create_model('shop.sly', 'select shop.writes(id) as id from customers');
SELECT mesh.create_unit_test('shop.sly', '{"customers": [{"id": 1}]}', '[{"id": 1}]');
SELECT node, status, failures, message FROM mesh.run('shop.log shop.sly') WHERE kind IN ('test', 'unit_test') OR node = 'shop.sly';
SELECT count(*) FROM shop.written;
SELECT mesh.create_test('shop.log', 'not_null', 'id', name => 'whole');
SELECT mesh.create_unit_test('shop.log', '{"orders": []}', '[]', name => 'not_null_orders_id', replace => true);
-- Types of all kinds, two inputs of one name, and no input at all.
CREATE TYPE shop_raw.size AS ENUM ('small', 'large');
CREATE TABLE shop_raw.things (size shop_raw.size, tags text[], data json, day date, at timestamptz, part shop_raw.size[], code char(3), ratio float8, raw bytea);
CREATE SCHEMA shop_other CREATE TABLE things (size int);
SELECT mesh.create_model('shop.mixed', 'select a.*, b.size as other from shop_raw.things a left join shop_other.things b on true');
SELECT mesh.create_unit_test('shop.mixed', '{"things": []}', '[]');
SELECT mesh.create_unit_test('shop.mixed', '{"shop_other.things": [], "shop_raw.things": [{"size": "huge"}]}', '[]');
SELECT mesh.create_unit_test('shop.mixed', '{"shop_other.things": [{"size": 7}], "shop_raw.things": [{"size": "large", "tags": ["a", null], "data": {"k": [1]}, "day": "2024-02-29",
    "at": "2024-02-29 12:00+00", "part": ["small"], "code": "ab", "ratio": 0.1, "raw": "\\x00ff"}]}', '[{"size": "large", "tags": ["a", null], "data": {"k": [1]}, "day": "2024-02-29",
    "at": "2024-02-29 13:00+01", "part": ["small"], "code": "ab ", "ratio": 1e-1, "raw": "\\x00FF", "other": 7}]');
SELECT mesh.create_model('shop.constant', 'select 1 as one, pg_catalog.count(*) > 0 as many from pg_catalog.pg_class');
SELECT mesh.create_unit_test('shop.constant', '{}', '[{"one": 1, "many": true}]');
SELECT node, status, message FROM mesh.run('shop.mixed shop.constant') WHERE kind IN ('test', 'unit_test');
-- More tests than one scan takes.
SELECT mesh.create_model('shop.wide', 'select g as n from generate_series(1, 3) g', materialized => 'table');
SELECT count(mesh.create_test('shop.wide', 'accepted_range', 'n', jsonb_build_object('min_value', g % 5), severity => 'warn', name => 'w' || g)) FROM generate_series(1, 410) g;
SELECT status, failures, reason, count(*) FROM mesh.run('shop.wide') WHERE kind IN ('test', 'unit_test') GROUP BY 1, 2, 3 ORDER BY 2, 3;
-- A volatile function is asked once a row, by a query of its own.
CREATE SEQUENCE shop_raw.asked;
SELECT mesh.create_test('shop.wide', sql => 'select n from wide where nextval(''shop_raw.asked'') < 0 or n < 0 or nextval(''shop_raw.asked'') < 0', name => 'volatile');
SELECT mesh.create_test('shop.wide', sql => 'select n from wide where abs(n) < 0', name => 'w stable');
SELECT node, status, failures, reason FROM mesh.run('shop.wide') WHERE node IN ('shop.volatile', 'shop.w stable');
SELECT last_value FROM shop_raw.asked;
-- Inputs that are no models.
SELECT mesh.create_unit_test('shop.orders', '{"source(''raw'', ''orders'')": [{"id": 4}]}', '[{"id": 4, "note": null}]', name => 'by source');
SELECT mesh.create_unit_test('shop.orders', '{"raw.orders": [{"id": 4}]}', '[{"id": 4}]', name => 'by source name');
SELECT mesh.create_unit_test('shop.orders', '{"shop_raw.orders": [{"id": 4}]}', '[{"id": 4}]', name => 'by table');
SELECT node, status, message FROM mesh.run('shop.orders') WHERE node LIKE 'shop.by%';

-- One scan or one by one: on random data with nulls all tests find the same, with all kinds of settings.
SELECT setseed(0.42);
CREATE TABLE shop_raw.noise AS
    SELECT CASE WHEN random() < 0.9 THEN (random() * 50)::int END AS a, CASE WHEN random() < 0.8 THEN (random() * 20 - 5)::numeric(6, 1) END AS b,
           (ARRAY['x', 'y', 'z', NULL, 'o''k'])[1 + (random() * 4)::int] AS c, random() < 0.5 AS d
    FROM generate_series(1, 400);
SELECT mesh.create_model('shop.noise', 'select * from shop_raw.noise', materialized => 'table');
DO $$
DECLARE
    test text; col text; args jsonb; cond text; total int := 0; made text;
BEGIN
    FOR i IN 1..60 LOOP
        col := (ARRAY['a', 'b', 'c'])[1 + floor(random() * 3)::int];
        test := (ARRAY['not_null', 'unique', 'accepted_values', 'at_least', 'accepted_range', 'expression_is_true'])[1 + floor(random() * 6)::int];
        IF test IN ('at_least', 'accepted_range') THEN col := (ARRAY['a', 'b'])[1 + floor(random() * 2)::int]; END IF;
        args := CASE test WHEN 'accepted_values' THEN CASE col WHEN 'c' THEN '{"values": ["x", "o''k"]}' ELSE '{"values": [1, 2, 3, 4, 5, 7.5], "quote": false}' END::jsonb
            WHEN 'at_least' THEN jsonb_build_object('min', floor(random() * 30) - 6, 'max', 40)
            WHEN 'accepted_range' THEN jsonb_build_object('min_value', floor(random() * 30) - 6, 'inclusive', random() < 0.5)
            WHEN 'expression_is_true' THEN jsonb_build_object('expression', (ARRAY['is not null', '<> ''3''', 'is null or not d'])[1 + floor(random() * 3)::int]) ELSE '{}' END;
        cond := (ARRAY[NULL, 'd', 'a > 10 or b is null', 'c = ''x''', 'false'])[1 + floor(random() * 5)::int];
        PERFORM mesh.create_test('shop.noise', test, col, args, severity => (ARRAY['error', 'warn'])[1 + floor(random() * 2)::int], "where" => cond,
            warn_if => (ARRAY['!= 0', '> 5', 'between 1 and 40'])[1 + floor(random() * 3)::int], error_if => '> 20',
            "limit" => CASE WHEN random() < 0.3 THEN 1 + floor(random() * 30) END::bigint, name => 'r' || i);
    END LOOP;
END $$;
CREATE TEMP TABLE together AS SELECT node, status, failures, reason FROM mesh.run('shop.noise') WHERE kind IN ('test', 'unit_test');
-- The same tests, each as a singular test with GROUP BY in it, so that it has a query of its own.
CREATE TEMP TABLE apart (node text, failures bigint);
DO $$
DECLARE
    t record; rel text; q text; n bigint;
BEGIN
    FOR t IN SELECT * FROM mesh.tests WHERE model = 'noise' LOOP
        rel := format('(select * from shop_raw.noise noise where %s) x', coalesce(t.where_clause, 'true'));
        q := CASE t.test WHEN 'not_null' THEN format('select 1 from %s where %s is null', rel, t.column_name)
            WHEN 'unique' THEN format('select 1 from %s where %s is not null group by %2$s having count(*) > 1', rel, t.column_name)
            WHEN 'accepted_values' THEN format('select 1 from %s where %s not in (%s) group by %2$s', rel, t.column_name,
                (SELECT string_agg(CASE WHEN t.column_name = 'c' THEN quote_literal(v) ELSE v END, ',') FROM jsonb_array_elements_text(t.arguments -> 'values') v))
            WHEN 'at_least' THEN format('select 1 from %s where %s < %s or %2$s > %4$s', rel, t.column_name, t.arguments ->> 'min', t.arguments ->> 'max')
            WHEN 'accepted_range' THEN format('select 1 from %s where not %s %s %s', rel, t.column_name,
                CASE WHEN (t.arguments ->> 'inclusive')::boolean THEN '>=' ELSE '>' END, t.arguments ->> 'min_value')
            ELSE format('select 1 from %s where not (%s %s)', rel, t.column_name, t.arguments ->> 'expression') END;
        EXECUTE format('select count(*) from (%s limit %s) f', q, coalesce(t.fail_limit::text, 'all')) INTO n;
        INSERT INTO apart VALUES (t.domain || '.' || t.name, n);
    END LOOP;
END $$;
SELECT count(*) AS tests, count(*) FILTER (WHERE a.failures > 0) AS failing, count(DISTINCT t.status) AS verdicts,
       count(*) FILTER (WHERE t.reason LIKE 'counted while%') > 40 AS most_while_built
FROM together t JOIN apart a USING (node);
SELECT t.node, t.status, t.failures, a.failures AS expected, m.* FROM together t JOIN apart a USING (node) JOIN mesh.tests m ON m.domain || '.' || m.name = t.node
WHERE t.failures IS DISTINCT FROM a.failures
   OR t.status <> CASE WHEN m.severity = 'error' AND a.failures > 20 THEN 'fail'
        WHEN CASE m.warn_if WHEN '!= 0' THEN a.failures <> 0 WHEN '> 5' THEN a.failures > 5 ELSE a.failures BETWEEN 1 AND 40 END THEN 'warn' ELSE 'pass' END;

-- Tests run with the rights of the domain's owner, whoever runs them and whatever they are made of.
CREATE ROLE regress_insider;
GRANT regress_outsider TO regress_insider;
SELECT mesh.create_domain('inside', 'regress_insider');
SELECT mesh.create_model('inside.one', 'select 1 as id', materialized => 'table');
SELECT mesh.create_generic_test('tells', '{what}', 'select *, {{ what }} as told from {{ model }}');
SELECT mesh.create_test('inside.one', 'tells', arguments => '{"what": "current_user"}', severity => 'warn', name => 'who');
SELECT mesh.create_test('inside.one', 'tells', arguments => '{"what": "set_config(''role'', ''regress_outsider'', false)"}', severity => 'warn', name => 'escape');
SELECT mesh.create_test('inside.one', 'expression_is_true', arguments => '{"expression": "exists (select from shop_raw.orders)"}', severity => 'warn', name => 'peep');
SELECT mesh.create_test('inside.one', 'expression_is_true', arguments => '{"expression": "(select count(*) from pg_catalog.pg_authid) > 0"}', severity => 'warn', name => 'peep');
SELECT node, status, message FROM mesh.run('inside.one') WHERE kind IN ('test', 'unit_test');
SELECT mesh.failures('inside.who');
SELECT mesh.drop_model('inside.one');
SELECT mesh.drop_generic_test('tells');
SELECT mesh.drop_domain('inside');
DROP SCHEMA inside;
DROP ROLE regress_insider, regress_outsider;
SET client_min_messages = error;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA shop, shop_raw, shop_other CASCADE;
