-- Column lineage through the forms in which the analyzer writes a column down; they changed between versions.
\set VERBOSITY terse
SET client_min_messages = error;
CREATE EXTENSION mesh;
CREATE SCHEMA raw;
CREATE TABLE raw.a (id int, x int, y int, s text);
CREATE TABLE raw.b (id int, z int, j jsonb);
SELECT mesh.create_domain('l');
SELECT mesh.create_model('l.grouped', 'select x + y as xy, count(*) as n, max(s) as s from raw.a group by x + y having min(id) > 0');
SELECT mesh.create_model('l.sets', 'select x, y, grouping(x, y) as g from raw.a group by rollup (x, y)');
SELECT mesh.create_model('l.joined', 'select id, x, z from raw.a full join raw.b using (id)');
SELECT mesh.create_model('l.cte', 'with g as (select x as k, sum(y) as t from raw.a group by x) select k + 1 as k, t from g where exists (select from raw.b where b.z = g.k)');
SELECT mesh.create_model('l.either', 'select x as v from raw.a union all select z from raw.b');
SELECT mesh.create_model('l.one', 'select distinct on (x) x, first_value(y) over (partition by s order by id) as f from raw.a order by x, y');
SELECT mesh.create_model('l.row', 'select a as whole, (j ->> ''k'')::int as k from raw.a, lateral (select j from raw.b where b.id = a.id) q');
SELECT name, status FROM mesh.models ORDER BY name;
SELECT * FROM mesh.column_lineage ORDER BY 1, 2, 3, 4, 5;
-- A model's lineage goes by its new name, up and down.
SELECT mesh.create_model('l.reader', 'select t + k as both from l.cte where k > 0');
SELECT mesh.rename_model('l.cte', 'sums');
SELECT model, column_name, upstream, upstream_column, kind FROM mesh.column_lineage WHERE 'sums' IN (model, split_part(upstream, '.', 2)) ORDER BY 1, 2, 3, 4, 5;
SELECT * FROM mesh.lineage('l.sums.t') ORDER BY 1, 2, 3, 4, 5;
DROP EXTENSION mesh CASCADE;
DROP SCHEMA raw, l CASCADE;
