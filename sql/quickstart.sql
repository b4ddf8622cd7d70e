-- The user's own example, and the promise it stands for: a null customer_id stops at the tests, before publishing.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION mesh;
CREATE SCHEMA raw;
CREATE TABLE raw.sales_data (customer_id int, amount numeric);
INSERT INTO raw.sales_data VALUES (1, 10), (1, 5), (2, 7);

SELECT mesh.create_domain('sales');
SELECT mesh.create_source('sales', 'raw', '{sales_data}');
-- The reader first: it waits for what it reads.
SELECT mesh.create_model('sales.customer_summary', $$select customer_id, sum(amount) as total_spent
from {{ ref('sales') }} group by customer_id$$, materialized => 'table');
SELECT name, status, pending_on FROM mesh.models ORDER BY name;
SELECT mesh.create_model('sales.sales', 'select * from raw.sales_data');
SELECT name, status, pending_on FROM mesh.models ORDER BY name;
SELECT mesh.create_test('sales.customer_summary', 'not_null', 'customer_id');
SELECT mesh.create_test('sales.customer_summary', 'unique', 'customer_id');
SELECT node, kind, status, rows, failures, reason, message FROM mesh.run('sales');
SELECT * FROM sales.customer_summary ORDER BY 1;

-- Somebody else's view, and the identity of the table.
CREATE VIEW public.report AS SELECT sum(total_spent) AS total FROM sales.customer_summary;
SELECT 'sales.customer_summary'::regclass::oid AS before \gset

-- A null customer_id: nothing of the model is published.
INSERT INTO raw.sales_data VALUES (NULL, 3), (2, 1);
SELECT node, kind, status, rows, failures, message FROM mesh.run('sales');
SELECT * FROM sales.customer_summary ORDER BY 1;

DELETE FROM raw.sales_data WHERE customer_id IS NULL;
SELECT node, kind, status, rows, failures FROM mesh.run('sales');
SELECT * FROM sales.customer_summary ORDER BY 1;
SELECT total FROM public.report;
SELECT 'sales.customer_summary'::regclass::oid = :before AS same_table;

SELECT * FROM mesh.dependencies ORDER BY 1, 2, 4;
SELECT * FROM mesh.column_lineage ORDER BY 1, 2, 3, 4, 5;
SELECT run_id, status FROM mesh.runs ORDER BY 1;
