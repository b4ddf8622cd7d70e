-- The verdict, count and message of each test are those of its query run alone, on random rows and random tests: while a model is built, on
-- what is published, and one test at a time. psql -v cases= -v seed= runs others; a case is the same for ever.
\if :{?cases}
\else
\set cases 24
\endif
\if :{?seed}
\else
\set seed 1
\endif
SET client_min_messages = warning;
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
CREATE EXTENSION mesh;
CREATE SCHEMA raw;
CREATE SCHEMA law;
CREATE DOMAIN law.small AS int CHECK (VALUE < 1000000);
CREATE TYPE law.mood AS ENUM ('sad', 'ok', 'happy');
SELECT mesh.create_domain('d');
CREATE TABLE raw.t (id int);
SELECT mesh.create_source('d', 'raw', '{t}');

-- What the columns hold, and are compared with; the values next to the ends of a type, and those that are equal without being the same.
CREATE TABLE law.columns (name text, type text, literals text[]);
INSERT INTO law.columns VALUES
    ('i2', 'int2', '{-32768,32767,0,1,2,5}'), ('i', 'int4', '{-2147483648,2147483647,-1,0,1,2,3,5,7}'), ('l', 'int8', '{-9223372036854775808,9223372036854775807,0,1,2,4}'),
    ('r', 'float4', '{NaN,Infinity,-Infinity,-0,0,0.1,1,2.5}'), ('f', 'float8', '{NaN,Infinity,-Infinity,-0,0,0.1,1,2.5,-7e-300}'),
    ('n', 'numeric', '{NaN,Infinity,-Infinity,0,0.0,0.1,0.10,1,1.00,2,-3,123456789012345678901234567890.5,1e80,-1e80,100000000,100000000.000001,-100000000.000001,1000000000000.5,1000000000000.7,0.000012345678901,0.0000123456789012,-0.1234567890121,-0.1234567890122,9999.99999999}'),
    ('t', 'text', ARRAY['', 'a', 'b', 'A', 'ab', 'abcdefg', 'abcdefgh', 'abcdefgi', ' a', repeat('x', 3000), repeat('y', 200)]),
    ('v', 'varchar(9)', '{"",a,b,ab,abcdefg,abcdefgh,abcdefghi}'), ('c', 'char(4)', '{"",a,b,"a ",abcd}'), ('g', 'bool', '{t,f}'), ('o', 'oid', '{0,1,4294967295}'),
    ('d', 'date', '{-infinity,infinity,2000-01-01,2024-02-29,1999-12-31}'), ('ts', 'timestamp', '{-infinity,infinity,2000-01-01 00:00:00,2024-02-29 12:00:00.000001}'),
    ('tz', 'timestamptz', '{infinity,2000-01-01 00:00:00+00,2024-02-29 12:00:00+02}'), ('tm', 'time', '{00:00,24:00,12:30}'), ('u', 'uuid', '{00000000-0000-0000-0000-000000000000,ffffffff-ffff-ffff-ffff-ffffffffffff}'),
    ('q', 'int8', '{0,1,5,40}'), ('s', 'law.small', '{0,1,2,-5}'), ('e', 'law.mood', '{sad,ok,happy}'), ('j', 'jsonb', '{1,"{\"a\": 1}"}'), ('a', 'int[]', '{"{1,2}","{}"}');

CREATE FUNCTION law.chance(p float8) RETURNS bool LANGUAGE sql AS 'SELECT random() < p';
CREATE FUNCTION law.pick(VARIADIC items text[]) RETURNS text LANGUAGE sql AS 'SELECT items[1 + floor(random() * cardinality(items))::int]';

-- A constant for the column, now and then of another type that it can be compared with, or one that is known only when the query runs.
CREATE FUNCTION law.literal(col law.columns) RETURNS text LANGUAGE plpgsql AS $$
DECLARE value text := law.pick(VARIADIC col.literals); type text := col.type;
BEGIN
    IF law.chance(0.03) THEN RETURN 'null::' || type; END IF;
    IF type = 'int4' AND law.chance(0.3) THEN type := law.pick('int8', 'numeric', 'float8'); END IF;
    IF type = 'int8' AND abs(value::numeric) < 100 AND law.chance(0.3) THEN type := law.pick('int2', 'int4', 'numeric'); END IF;
    IF type = 'float4' AND law.chance(0.3) THEN type := 'float8'; END IF;
    IF type = 'date' AND law.chance(0.2) THEN RETURN law.pick('current_date', '''2000-01-01''::timestamp'); END IF;
    IF type = 'timestamptz' AND law.chance(0.3) THEN RETURN law.pick('now()', 'now() - interval ''3 days'''); END IF;
    RETURN format('%L::%s', value, type);
END $$;

CREATE FUNCTION law.literals(col law.columns, n int) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(law.literal(col), ', ') FROM generate_series(1, n) $$;

-- One comparison of one column. Those that the executor has to evaluate are among them, and some that raise for some rows.
CREATE FUNCTION law.atom(col law.columns) RETURNS text LANGUAGE plpgsql AS $$
DECLARE op text := law.pick('=', '<>', '<', '<=', '>', '>=');
BEGIN
    IF law.chance(0.15) THEN RETURN format('%I is %s', col.name, law.pick('null', 'not null')); END IF;
    IF col.name = 'g' AND law.chance(0.5) THEN RETURN law.pick('g', 'not g', 'g is true', 'g is not true', 'g is false', 'g is unknown', 'g = false', '(g is null) = true'); END IF;
    IF law.chance(0.25) THEN RETURN format('%I %s (%s)', col.name, law.pick('in', 'not in'), law.literals(col, 1 + floor(random() * 4)::int)); END IF;
    IF law.chance(0.02) THEN RETURN format('%I not in (%s)', col.name, law.literals(col, 30)); END IF;
    IF law.chance(0.15) THEN RETURN format('%I %s %s and %s', col.name, law.pick('between', 'not between'), law.literal(col), law.literal(col)); END IF;
    IF law.chance(0.1) THEN RETURN format('%s %s %I', law.literal(col), op, col.name); END IF;
    IF law.chance(0.1) THEN RETURN law.pick('length(t) > 3', 't like ''a%''', 'n + 1 > 2', 'i % 2 = 0', 'v || t = ''ab''', 'coalesce(i, 1) = 1', 'i = l', 'f is distinct from r', 'true', 'null', 'i < any (a)', 't collate "C" < ''b''', 't < v', 'm is null', 'm.i2 > 0', 'abs(f) > 1', 'case when g then i > 0 end'); END IF;
    RETURN format('%I %s %s', col.name, op, law.literal(col));
END $$;

-- `col`: the only column that it looks at, when it is given.
CREATE FUNCTION law.condition(depth int, col law.columns) RETURNS text LANGUAGE plpgsql AS $$
DECLARE what float8 := random();
BEGIN
    IF depth = 0 OR what < 0.2 THEN RETURN law.atom(coalesce(col, (SELECT c FROM law.columns c ORDER BY random() LIMIT 1))); END IF;
    IF what < 0.4 THEN RETURN format('not (%s)', law.condition(depth - 1, col)); END IF;
    IF what < 0.5 THEN RETURN format('(%s) is %s', law.condition(depth - 1, col), law.pick('true', 'not true', 'false', 'not false', 'unknown', 'not unknown')); END IF;
    RETURN format('(%s) %s (%s)', law.condition(depth - 1, col), law.pick('and', 'or'), law.condition(depth - 1, col));
END $$;

CREATE FUNCTION law.any_condition() RETURNS text LANGUAGE sql AS $$
    SELECT law.condition(floor(random() * 4)::int, CASE WHEN law.chance(0.7) THEN c END) FROM law.columns c ORDER BY random() LIMIT 1
$$;

-- Rows: all without nulls, which are looked at where they lie; columns without nulls, columns of few values, and none at all; sometimes many. Column q
-- mostly ascends.
CREATE PROCEDURE law.make_rows() LANGUAGE plpgsql AS $$
DECLARE col law.columns; parts text := ''; rows int := law.pick('0', '1', '7', '40', '40', '150')::int; nulls float8 := law.pick('0', '0.3')::float8;
BEGIN
    DROP TABLE IF EXISTS raw.t;
    FOR col IN SELECT c.* FROM law.columns c ORDER BY random() LOOP
        IF col.name = 'q' THEN
            parts := parts || format(', case when random() >= %s then i - (random() < %s)::int::int8 end as q', nulls, law.pick('0', '0', '0.02', '0.5'));
            CONTINUE;
        END IF;
        IF law.chance(0.3) THEN col.literals := col.literals[1:2]; END IF;
        parts := parts || format(', case when random() >= %s then (%L::text[])[1 + floor(random() * %s)::int]::%s end as %I', CASE WHEN law.chance(0.6) THEN 0 ELSE nulls END, col.literals, cardinality(col.literals), col.type, col.name);
    END LOOP;
    EXECUTE format('create table raw.t as select %s from generate_series(1, %s) i', substr(parts, 3), rows);
    IF law.chance(0.2) THEN INSERT INTO raw.t SELECT t.* FROM raw.t t, generate_series(1, 40); END IF;
END $$;

-- What each test is to say: found by a query of its own.
CREATE TABLE law.tests (name text, failing text, severity text, warn_if text, error_if text, fail_limit int, status text, failures bigint, message text);

CREATE PROCEDURE law.judge(t law.tests) LANGUAGE plpgsql AS $$
DECLARE fails bool; warns bool;
BEGIN
    BEGIN
        EXECUTE format('select count(*) from (select * from (%s) f %s) l', t.failing, 'limit ' || t.fail_limit) INTO t.failures;
        EXECUTE format('select %1$s %2$s, %1$s %3$s', t.failures, t.error_if, t.warn_if) INTO fails, warns;
        t.status := CASE WHEN t.severity = 'error' AND fails THEN 'fail' WHEN warns THEN 'warn' ELSE 'pass' END;
        t.message := CASE t.status WHEN 'pass' THEN '' ELSE format('got %s result%s, configured to %s', t.failures, CASE WHEN t.failures <> 1 THEN 's' END,
            CASE t.status WHEN 'fail' THEN 'fail if ' || t.error_if ELSE 'warn if ' || t.warn_if END) END;
    EXCEPTION WHEN others THEN
        t.status := 'error'; t.failures := NULL; t.message := SQLERRM;
    END;
    INSERT INTO law.tests SELECT t.*;
END $$;

CREATE PROCEDURE law.make_test(number int) LANGUAGE plpgsql AS $$
DECLARE
    t law.tests; col law.columns; kind text := law.pick('not_null', 'not_null', 'unique', 'accepted_values', 'accepted_values', 'accepted_range', 'accepted_range', 'expression_is_true', 'singular', 'raising');
    cond text := law.any_condition(); filter text; low text; high text; vals text[]; args jsonb := '{}'; source text := 'raw.t m';
BEGIN
    SELECT c.* INTO col FROM law.columns c WHERE kind NOT IN ('unique', 'accepted_values', 'accepted_range') OR c.name NOT IN ('j', 'a') ORDER BY random() LIMIT 1;
    t.name := format('t%s', number);
    t.severity := law.pick('warn', 'error');
    t.warn_if := law.pick('!= 0', '!= 0', '> 3', 'between 2 and 9');
    t.error_if := law.pick('!= 0', '!= 0', '> 10', '= 0');
    t.fail_limit := law.pick(NULL, NULL, NULL, '1', '5')::int;
    IF law.chance(0.3) AND kind NOT IN ('singular', 'raising') THEN
        filter := law.any_condition();
        source := format('(select * from raw.t m where %s) m', filter);
    END IF;
    IF kind = 'not_null' THEN t.failing := format('select * from %s where %I is null', source, col.name);
    ELSIF kind = 'unique' THEN t.failing := format('select %I, count(*) from %s where %1$I is not null group by %1$I having count(*) > 1', col.name, source);
    ELSIF kind = 'accepted_values' THEN
        SELECT array_agg(format('%L::%s', l, col.type)) INTO vals FROM unnest(col.literals) l WHERE law.chance(0.6);
        vals := coalesce(vals, ARRAY[format('%L::%s', col.literals[1], col.type)]);
        args := jsonb_build_object('values', vals, 'quote', false);
        t.failing := format('select %1$I, count(*) from %2$s where %1$I not in (%3$s) group by %1$I', col.name, source, array_to_string(vals, ', '));
    ELSIF kind = 'accepted_range' THEN
        low := law.literal(col); high := law.literal(col);
        args := jsonb_build_object('min_value', low, 'max_value', high, 'inclusive', law.chance(0.7));
        t.failing := format('select * from %s where not (%I >%s %s) or not (%2$I <%3$s %5$s)', source, col.name, CASE WHEN (args ->> 'inclusive')::bool THEN '=' END, low, high);
    ELSIF kind = 'expression_is_true' THEN
        args := jsonb_build_object('expression', cond);
        t.failing := format('select * from %s where not (%s)', source, cond);
        col := NULL;
    ELSE
        IF kind = 'raising' THEN cond := law.pick('10 / i > 2', '(i + 1)::int2 > 0', 'ln(n) > 0', 't::int = 1', 'l * 2 > 7'); END IF;
        t.failing := format('select * from raw.t m where %s', cond);
        col := NULL;
    END IF;
    IF kind IN ('singular', 'raising') THEN
        PERFORM mesh.create_test('d.m', sql => format('select * from {{ ref(''m'') }} where %s', cond), name => t.name, severity => t.severity, warn_if => t.warn_if, error_if => t.error_if, "limit" => t.fail_limit);
    ELSE
        PERFORM mesh.create_test('d.m', kind, col.name, args, name => t.name, severity => t.severity, warn_if => t.warn_if, error_if => t.error_if, "limit" => t.fail_limit, "where" => filter);
    END IF;
    CALL law.judge(t);
END $$;

CREATE TABLE law.results (test text, how text, status text, failures bigint, message text);
CREATE TABLE law.ways (how text, reason text, tests bigint);

CREATE PROCEDURE law.note(how text, selector text) LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE steps ON COMMIT DROP AS SELECT * FROM mesh.run('d.m') WHERE how = 'built';
    IF how <> 'built' THEN INSERT INTO steps SELECT * FROM mesh.test(selector, force => true); END IF;
    INSERT INTO law.results SELECT split_part(node, '.', 2), how, status, failures, coalesce(message, '') FROM steps WHERE kind = 'test';
    INSERT INTO law.ways SELECT how, regexp_replace(coalesce(reason, ''), '\d+', 'n', 'g'), 1 FROM steps WHERE kind = 'test';
    DROP TABLE steps;
END $$;

-- One case; returns what differed, with what is needed to see why.
CREATE FUNCTION law.one_case(seed int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    PERFORM setseed(seed / 1000003.0);
    TRUNCATE law.tests, law.results;
    CALL law.make_rows();
    PERFORM mesh.create_model('d.m', 'select * from raw.t', materialized => 'table');
    FOR n IN 1 .. 8 + floor(random() * 16)::int LOOP
        BEGIN
            CALL law.make_test(n);
        EXCEPTION WHEN undefined_function OR datatype_mismatch OR invalid_text_representation OR indeterminate_datatype OR syntax_error OR ambiguous_function OR cannot_coerce
            OR undefined_object OR numeric_value_out_of_range OR undefined_column THEN
            NULL;  -- such a test is refused when it is created
        END;
    END LOOP;
    CALL law.note('built', NULL);
    PERFORM count(*) FROM mesh.run('d.m', tests => false);
    IF EXISTS (SELECT FROM law.tests) THEN CALL law.note('published', 'd.m'); END IF;
    FOR name IN SELECT t.name FROM law.tests t ORDER BY random() LIMIT 4 LOOP CALL law.note('alone', 'test:' || name); END LOOP;
    RETURN QUERY SELECT format('case %s, %s, test %s: %s instead of %s; %s', seed, r.how, t.name, (r.status, r.failures, r.message), (t.status, t.failures, t.message), t.failing)
        FROM law.tests t JOIN law.results r ON r.test = t.name WHERE (r.status, r.failures, r.message) IS DISTINCT FROM (t.status, t.failures, t.message);
    RETURN QUERY SELECT format('case %s: %s of %s tests %s', seed, count(r), count(*), how) FROM law.tests t CROSS JOIN (VALUES ('built'), ('published')) h(how)
        LEFT JOIN law.results r USING (how) WHERE r.test IS NULL OR r.test = t.name GROUP BY how HAVING count(r) <> count(DISTINCT t.name);
    PERFORM mesh.drop_test('d.' || t.name) FROM law.tests t;
    PERFORM mesh.drop_model('d.m');
    DROP TABLE IF EXISTS d.m;
END $$;

CREATE TABLE law.differences AS SELECT law.one_case(:seed + n) AS difference FROM generate_series(0, :cases - 1) n;
SELECT difference FROM law.differences;
\echo :cases cases
SELECT how, reason, count(*) > :cases AS many FROM law.ways GROUP BY how, reason ORDER BY how, reason COLLATE "C";

-- What may raise is not asked while rows are written; nor what a hook may change afterwards.
DROP TABLE raw.t;
CREATE TABLE raw.t AS SELECT i AS id, i % 7 AS k, 'text ' || i AS note, NULLIF(i, 3)::numeric AS n FROM generate_series(1, 2000) i;
SELECT mesh.create_model('d.m', 'select * from raw.t', materialized => 'table');
SELECT mesh.create_test('d.m', sql => 'select * from m where 10 / (id - 5) > 100', name => 'raises', severity => 'warn');
SELECT mesh.create_test('d.m', sql => 'select * from m where id < 0 and 10 / (id - 5) > 100', name => 'guarded', severity => 'warn');
SELECT mesh.create_test('d.m', 'not_null', 'n', severity => 'warn');
SELECT node, status, failures, reason, message FROM mesh.run('d.m');
SELECT mesh.drop_test('d.raises');
SELECT mesh.create_model('d.m', 'select * from raw.t', materialized => 'table', config => '{"post_hook": "update m set n = null where id < 10"}', replace => true);
SELECT node, status, failures, reason FROM mesh.run('d.m');

-- Uniqueness is seen in an index that is there, of one column or more, when it holds no value twice.
SELECT mesh.create_model('d.keys', 'select id, k, note, n from raw.t order by id desc nulls last', materialized => 'table', indexes => '["id", "k", "note", {"columns": ["n", "k"]}]');
SELECT mesh.create_test('d.keys', 'unique', c, severity => 'warn') FROM unnest('{id,k,note,n}'::text[]) c;
SELECT node, status, failures, reason FROM mesh.run('d.keys');
INSERT INTO raw.t VALUES (2000, 1, 'text 7', 1.00), (NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL);
SELECT node, status, failures, reason FROM mesh.run('d.keys');
-- Rows that are gone may be in the index still: then a query is asked.
UPDATE d.keys SET id = 2001, note = 'text 2001', n = 0 WHERE k = 1 AND n = 1.00 AND note = 'text 7';
SELECT node, status, failures, reason FROM mesh.test('d.keys', force => true);

-- A view of one table is that table, and its condition holds.
SELECT mesh.create_model('d.seen', 'select id, k from {{ ref(''m'') }} where id > 3', materialized => 'view');
SELECT mesh.create_test('d.seen', 'accepted_range', 'id', '{"min_value": 5}', severity => 'warn');
SELECT mesh.create_test('d.seen', 'not_null', 'k', severity => 'warn');
SELECT node, status, failures, reason FROM mesh.run('d.seen');
SELECT node, status, failures, reason FROM mesh.test('d.seen', force => true);

-- Numbers next to the end of a range are on one side of it, however close: the first digits of all of these are the same.
CREATE TABLE raw.near AS SELECT n::numeric AS n FROM unnest('{5,7,100000000,100000000.000001,99999999.999999,-0.000001,0,1e-30,NaN,Infinity,100000000000.0000000000000000001}'::text[]) n;
SELECT mesh.create_model('d.near', 'select * from raw.near', materialized => 'table');
SELECT mesh.create_test('d.near', sql => 'select * from near where n < 0 or n > 100000000', name => 'out_of_range', severity => 'warn');
SELECT mesh.create_test('d.near', sql => 'select * from near where n not in (5, 100000000.000001)', name => 'not_listed', severity => 'warn');
SELECT mesh.create_test('d.near', sql => 'select * from near where n > 100000000.0000001 and n < 100000000000', name => 'between', severity => 'warn');
SELECT node, failures, reason FROM mesh.run('d.near');
SELECT count(*) FILTER (WHERE n < 0 OR n > 100000000) AS out_of_range, count(*) FILTER (WHERE n NOT IN (5, 100000000.000001)) AS not_listed,
    count(*) FILTER (WHERE n > 100000000.0000001 AND n < 100000000000) AS between FROM d.near;
