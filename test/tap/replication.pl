# Logical replication: a product in a publication arrives at the subscriber after each run, as changes of its rows; what a run
# stages does not.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->append_conf('postgresql.conf', "max_worker_processes = 16\nmesh.skip_unchanged = off");
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->append_conf('postgresql.conf', 'wal_retrieve_retry_interval = 100ms');
$subscriber->start;

$publisher->safe_psql('postgres', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.orders (id int, amount int);
    INSERT INTO raw.orders VALUES (1, 10), (2, 20);
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.orders', 'select id, amount from raw.orders', materialized => 'table', indexes => '[{"columns": ["id"], "unique": true}]');
    SELECT mesh.create_model('shop.total', 'select sum(amount) as total from orders', materialized => 'table');
    SELECT mesh.create_model('shop.log', 'select id, amount from orders', materialized => 'incremental', unique_key => '{id}', on_schema_change => 'append_new_columns');
    SELECT mesh.create_model('shop.stored', 'select id from orders', materialized => 'materialized_view');
    SELECT mesh.run('shop');
    ALTER TABLE shop.orders REPLICA IDENTITY FULL;
    ALTER TABLE shop.total REPLICA IDENTITY FULL;
    ALTER TABLE shop.log REPLICA IDENTITY FULL;
    ALTER TABLE raw.orders REPLICA IDENTITY FULL;
    CREATE PUBLICATION all_of_it FOR ALL TABLES;
});
my $connection = $publisher->connstr('postgres');
$subscriber->safe_psql('postgres', qq{
    CREATE SCHEMA raw;
    CREATE TABLE raw.orders (id int, amount int);
    CREATE TABLE raw.slow (stage text);
    CREATE SCHEMA shop;
    CREATE TABLE shop.orders (id int, amount int);
    CREATE TABLE shop.total (total bigint);
    CREATE TABLE shop.log (id int, amount int);
    CREATE EXTENSION mesh;
    CREATE SUBSCRIPTION mesh_subscription CONNECTION \$\$$connection\$\$ PUBLICATION all_of_it WITH (copy_data = false);
    TRUNCATE mesh.run_history, mesh.step_history, mesh.failure_history;
});
$subscriber->wait_for_subscription_sync($publisher, 'mesh_subscription');
$subscriber->safe_psql('postgres', 'ALTER TABLE shop.orders REPLICA IDENTITY FULL');
$subscriber->safe_psql('postgres', 'INSERT INTO shop.orders VALUES (1, 10), (2, 20); INSERT INTO shop.total VALUES (30); INSERT INTO shop.log VALUES (1, 10), (2, 20)');

my $compare = q{SELECT (SELECT string_agg(id || ':' || amount, ' ' ORDER BY id) FROM shop.orders), (SELECT string_agg(total::text, ' ') FROM shop.total),
    (SELECT string_agg(id || ':' || amount, ' ' ORDER BY id) FROM shop.log)};

for my $change ("INSERT INTO raw.orders VALUES (3, 30)", "UPDATE raw.orders SET amount = 11 WHERE id = 1; DELETE FROM raw.orders WHERE id = 2") {
    my $steps = $publisher->safe_psql('postgres', "ALTER PUBLICATION all_of_it SET (publish = 'insert, update, delete'); $change; SELECT node, status, message FROM mesh.run('shop')");
    unlike($steps, qr/error|skipped/, 'the run is green');
    $publisher->wait_for_catchup('mesh_subscription');
    is($subscriber->safe_psql('postgres', $compare), $publisher->safe_psql('postgres', $compare), "the subscriber has it: $change");
}
is($publisher->safe_psql('postgres', q{SELECT reason FROM mesh.steps WHERE node = 'shop.orders' AND run_id > 1 ORDER BY run_id}),
    "published row by row: it is in a publication; 0 deleted, 0 updated, 1 inserted\npublished row by row: it is in a publication; 2 deleted, 0 updated, 1 inserted",
    'the reason is recorded, and what was written');

# The registry itself can be in it: what is deleted from has a replica identity.
is($publisher->safe_psql('postgres', q{SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c WHERE relnamespace = 'mesh'::regnamespace AND relkind = 'r' AND relreplident <> 'f'
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND indisprimary)}), '', 'every table of the registry has a replica identity');

# A new definition of a materialized view is staged as a table: the subscriber must not hear of that.
$publisher->safe_psql('postgres', q{SELECT mesh.create_model('shop.stored', 'select id, amount from orders', materialized => 'materialized_view', replace => true)});
$publisher->safe_psql('postgres', q{SELECT count(*) FROM mesh.run('shop')});
$publisher->wait_for_catchup('mesh_subscription');
is($subscriber->safe_psql('postgres', q{SELECT subenabled FROM pg_subscription}), 't', 'the subscription is alive');
ok(!$subscriber->log_contains(qr/logical replication target relation "shop\.mesh_/), 'and heard of no staged relation');

# Nor of the rows of one, where these are changed: it has no such relation.
$publisher->safe_psql('postgres', q{INSERT INTO raw.orders VALUES (4, 40); BEGIN; SELECT count(*) FROM mesh.run('shop'); COMMIT});
is($publisher->safe_psql('postgres', q{SELECT reason FROM mesh.steps WHERE node = 'shop.stored' ORDER BY run_id DESC LIMIT 1}),
    'published row by row: the run also changes rows in place, in a transaction block; 0 deleted, 0 updated, 1 inserted', 'rows of a materialized view are changed');
$publisher->wait_for_catchup('mesh_subscription');
is($subscriber->safe_psql('postgres', $compare), $publisher->safe_psql('postgres', $compare), 'and the subscriber has what it can have');
ok(!$subscriber->log_contains(qr/logical replication target relation/), 'and misses nothing');

# Without a replica identity the server refuses to delete: the run says so and changes nothing.
$publisher->safe_psql('postgres', 'ALTER TABLE shop.total REPLICA IDENTITY DEFAULT');
my $before = $publisher->safe_psql('postgres', $compare);
like($publisher->safe_psql('postgres', q{INSERT INTO raw.orders VALUES (9, 9); SELECT status, message FROM mesh.run('shop.total shop.orders') WHERE node = 'shop.total'}),
    qr/^error\|not published: cannot delete from table "total" because it does not have a replica identity/, 'no replica identity: refused');
is($publisher->safe_psql('postgres', $compare), $before, 'no replica identity: nothing is published');
$subscriber->stop;
$publisher->stop;
done_testing();
