-- Publishing row by row writes what differs and nothing else.
\set VERBOSITY terse
SET mesh.progress = off;
SET mesh.skip_unchanged = off;
SET client_min_messages = error;
CREATE EXTENSION mesh;
CREATE SCHEMA rows_raw;
CREATE TABLE rows_raw.c (id int, name text, rate numeric);
INSERT INTO rows_raw.c VALUES (1, 'Ann', 1.0), (2, 'Bob', 2.0), (3, 'Cid', NULL), (4, 'Dan', 4.0);
CREATE TABLE rows_raw.o (id int, customer int, note json);
INSERT INTO rows_raw.o VALUES (10, 1, '{}'), (11, 2, NULL), (12, 4, '{"a": 1}');
SELECT mesh.create_domain('part');
SELECT mesh.create_source('part', 'raw', '{c,o}', schema => 'rows_raw');
SELECT mesh.create_model('part.c', 'select id, name, rate from rows_raw.c', materialized => 'table');
SELECT mesh.create_model('part.o', 'select id, customer, note from rows_raw.o', materialized => 'table');
SELECT node, status, rows, reason FROM mesh.run('part');
ALTER TABLE part.c ADD PRIMARY KEY (id);

-- With a key: unchanged rows stay the rows they are, also to a table of others that refers to them without a cascade.
CREATE TABLE rows_raw.log (op text, id int);
CREATE FUNCTION rows_raw.log() RETURNS trigger LANGUAGE plpgsql AS
    $$ begin insert into rows_raw.log values (tg_op, coalesce(new.id, old.id)); return null; end $$;
CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON part.c FOR EACH ROW EXECUTE FUNCTION rows_raw.log();
CREATE TABLE rows_raw.others (customer int REFERENCES part.c);
INSERT INTO rows_raw.others VALUES (1), (2);
SELECT xmin AS before FROM part.c WHERE id = 1 \gset
SELECT node, status, rows, reason FROM mesh.run('part.c');
UPDATE rows_raw.c SET name = 'Bea' WHERE id = 2;
UPDATE rows_raw.c SET rate = 4.00 WHERE id = 4;
DELETE FROM rows_raw.c WHERE id = 3;
INSERT INTO rows_raw.c VALUES (5, 'Eve', NULL);
SELECT node, status, rows, reason FROM mesh.run('part.c');
SELECT op, id FROM rows_raw.log ORDER BY id;
SELECT id, name, rate, xmin::text = :'before' AS untouched FROM part.c ORDER BY id;
DELETE FROM rows_raw.c WHERE id = 1;
SELECT node, status, message FROM mesh.run('part.c');
INSERT INTO rows_raw.c VALUES (1, 'Ann', 1.0);
DROP TRIGGER log ON part.c;

-- A column that somebody added keeps its values.
ALTER TABLE part.c ADD seen text;
UPDATE part.c SET seen = 'yes';
UPDATE rows_raw.c SET name = 'Dana' WHERE id = 4;
SELECT node, status, reason FROM mesh.run('part.c');
SELECT id, name, seen FROM part.c ORDER BY id;
ALTER TABLE part.c DROP seen;

-- Two rows of one key are found before the publish, in the name of the key; a null in it is what it always is.
INSERT INTO rows_raw.c VALUES (5, 'Eva', NULL);
SELECT node, status, message FROM mesh.run('part.c');
UPDATE rows_raw.c SET id = NULL WHERE name = 'Eva';
SELECT node, status, message FROM mesh.run('part.c');
DELETE FROM rows_raw.c WHERE name = 'Eva';

-- Rows that exchange their values of another unique index.
ALTER TABLE part.c ADD UNIQUE (name);
UPDATE rows_raw.c SET name = CASE name WHEN 'Bea' THEN 'Dana' ELSE 'Bea' END WHERE name IN ('Bea', 'Dana');
DELETE FROM rows_raw.others;
SELECT node, status, reason FROM mesh.run('part.c');
SELECT id, name FROM part.c ORDER BY id;

-- A cascade to a table of others is refused when a row would go, and only then.
DROP TABLE rows_raw.others;
CREATE TABLE rows_raw.others (customer int REFERENCES part.c ON DELETE CASCADE);
INSERT INTO rows_raw.others VALUES (1), (2);
UPDATE rows_raw.c SET name = 'Anna' WHERE id = 1;
SELECT node, status, reason FROM mesh.run('part.c');
DELETE FROM rows_raw.c WHERE id = 2;
SELECT node, status, message FROM mesh.run('part.c');
SELECT count(*) FROM rows_raw.others;
INSERT INTO rows_raw.c VALUES (2, 'Bea', 2.0);
DROP TABLE rows_raw.others;

-- Two models of which one refers to the other: both lose a customer, and gain one.
ALTER TABLE part.o ADD PRIMARY KEY (id), ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES part.c;
DELETE FROM rows_raw.c WHERE id = 4;
DELETE FROM rows_raw.o WHERE customer = 4;
INSERT INTO rows_raw.c VALUES (6, 'Fay', 6);
UPDATE rows_raw.o SET customer = 6 WHERE id = 11;
INSERT INTO rows_raw.o VALUES (13, 6, '[]');
SELECT node, status, reason FROM mesh.run('part');
SELECT id, customer FROM part.o ORDER BY id;
INSERT INTO rows_raw.o VALUES (14, 99, '[]');
SELECT node, status, reason, message FROM mesh.run('part');
DELETE FROM rows_raw.o WHERE id = 14;

-- An increment that was written on what cannot be published: the others are built once more without it.
SELECT mesh.create_model('part.after', 'select id from o where not is_incremental() or id > (select max(id) from this)', materialized => 'incremental');
SELECT node, status, reason FROM mesh.run('part');
INSERT INTO rows_raw.o VALUES (14, 99, '[]');
UPDATE rows_raw.c SET rate = 7 WHERE id = 6;
SELECT node, status, reason, message FROM mesh.run('part');
SELECT node, status FROM mesh.steps WHERE run_id = (SELECT max(run_id) FROM mesh.runs) ORDER BY step;
SELECT max(id) FROM part.after;
SELECT rate FROM part.c WHERE id = 6;
DELETE FROM rows_raw.o WHERE id = 14;
SELECT mesh.drop_model('part.after');

-- A deferred foreign key is checked when all tables have their rows, by the run.
ALTER TABLE part.o DROP CONSTRAINT of_customer, ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES part.c DEFERRABLE INITIALLY DEFERRED;
DELETE FROM rows_raw.c WHERE id = 6;
INSERT INTO rows_raw.c VALUES (7, 'Guy', 7);
UPDATE rows_raw.o SET customer = 7 WHERE customer = 6;
SELECT node, status, reason FROM mesh.run('part');
SELECT id, customer FROM part.o ORDER BY id;
INSERT INTO rows_raw.o VALUES (14, 99, '[]');
SELECT node, status, reason, message FROM mesh.run('part');
DELETE FROM rows_raw.o WHERE id = 14;
SELECT mesh.create_model('part.o', 'select id, customer, note from rows_raw.o where not is_incremental() or id > (select max(id) from this)',
    materialized => 'incremental', replace => true);
INSERT INTO rows_raw.o VALUES (15, 7, '[]');
SELECT node, status, reason FROM mesh.run('part');
SELECT condeferred FROM pg_constraint WHERE conname = 'of_customer';
BEGIN;
DELETE FROM part.c WHERE id = 7;
ROLLBACK;

-- Without a key: each row as often as it should be, of whatever type.
CREATE TABLE rows_raw.d (a int, j json, p point, f float8);
INSERT INTO rows_raw.d VALUES (1, '{}', '(1,1)', 0.1), (1, '{}', '(1,1)', 0.1), (2, NULL, NULL, 'nan'), (3, '[1]', NULL, 1e300);
SELECT mesh.create_model('part.d', 'select a, j, p, f from rows_raw.d', materialized => 'table');
SELECT node, status, reason FROM mesh.run('part.d');
ALTER TABLE part.d ADD n int GENERATED ALWAYS AS IDENTITY;
SELECT node, status, reason FROM mesh.run('part.d');
INSERT INTO rows_raw.d VALUES (1, '{}', '(1,1)', 0.1), (2, NULL, NULL, 'nan'), (3, '[ 1]', NULL, 1e300);
DELETE FROM rows_raw.d WHERE j::text = '[1]';
SELECT node, status, reason FROM mesh.run('part.d');
DELETE FROM rows_raw.d WHERE ctid IN (SELECT max(ctid) FROM rows_raw.d GROUP BY a);
SELECT node, status, reason FROM mesh.run('part.d');
SELECT a, j, p, f, n FROM part.d ORDER BY n;

DROP EXTENSION mesh CASCADE;
DROP SCHEMA part, rows_raw CASCADE;
