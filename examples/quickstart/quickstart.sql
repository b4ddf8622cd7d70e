-- The six steps of a mesh on its smallest example. In an empty database, as superuser: psql -f quickstart.sql
CREATE EXTENSION mesh;
CREATE ROLE sales_team;
CREATE ROLE marketing_team;
CREATE SCHEMA raw;  -- somebody else's tables, which the sales team may read
CREATE TABLE raw.sales_data (customer_id int, amount numeric);
INSERT INTO raw.sales_data VALUES (1, 10), (1, 5), (2, 7);
GRANT USAGE ON SCHEMA raw TO sales_team;
GRANT SELECT ON raw.sales_data TO sales_team;

\echo '=== 1. Define domains: a team owns a schema and what is built there'
SELECT mesh.create_domain('sales', owner => 'sales_team'), mesh.create_domain('marketing', owner => 'marketing_team');
SET ROLE sales_team;
SELECT mesh.create_source('sales', 'raw', '{sales_data}');

\echo '=== 2. Create models: plain SELECTs, checked at once, built later'
SELECT mesh.create_model('sales.sales', 'select * from raw.sales_data');
SELECT mesh.create_model('sales.customer_summary', $$
    select customer_id, sum(amount) as total_spent from {{ ref('sales') }} group by customer_id
$$, materialized => 'table');

\echo '=== 3. Transform and test: what fails its tests is never published'
SELECT mesh.create_test('sales.customer_summary', 'not_null', 'customer_id');
SELECT node, status, rows, failures FROM mesh.run('sales');
RESET ROLE;
\echo '--- A sale of nobody arrives. The run stops at the test, and everybody still reads that customer 2 spent 7:'
INSERT INTO raw.sales_data VALUES (NULL, 3), (2, 1);
SET ROLE sales_team;
SELECT node, status, rows, failures, message FROM mesh.run('sales');
SELECT mesh.failures('sales.not_null_customer_summary_customer_id');
SELECT * FROM sales.customer_summary ORDER BY customer_id;
RESET ROLE;
\echo '--- Repaired where it came from, and run again:'
UPDATE raw.sales_data SET customer_id = 3 WHERE customer_id IS NULL;
SET ROLE sales_team;
SELECT node, status, rows, failures FROM mesh.run('sales');
SELECT * FROM sales.customer_summary ORDER BY customer_id;

\echo '=== 4. Publish a data product: columns, types and tests become its contract'
SELECT mesh.publish('sales.customer_summary', description => 'What each customer spent');
SELECT domain, product, version, access, columns FROM mesh.products;

\echo '=== 5. Consume it in another domain: ask, approve, read'
SET ROLE marketing_team;
SELECT mesh.request_access('sales.customer_summary', 'marketing', purpose => 'thank the best customers') AS request \gset
SET ROLE sales_team;
SELECT mesh.approve(:request);
SET ROLE marketing_team;
SELECT mesh.create_model('marketing.best_customers', 'select * from sales.customer_summary where total_spent > 8');
SELECT node, status FROM mesh.run('marketing');
SELECT * FROM marketing.best_customers;

\echo '=== 6. Monitor and evolve: all of it is SQL'
RESET ROLE;
SELECT product, row_count, tests_passed, tests_failed, consumers, contract_ok FROM mesh.product_status;
SELECT run_id, selector, status, steps, failures FROM mesh.runs ORDER BY run_id;
SELECT * FROM mesh.lineage('marketing.best_customers.total_spent', direction => 'upstream');
SELECT node, action, change FROM mesh.plan('sales marketing');
SELECT mesh.graph() \g (format=unaligned tuples_only=on)
