# What REPEATABLE READ transactions on a standby see of a run that exchanges one table and changes the rows of another: with mesh.standby_readers all
# of it or nothing. The primary does not know of their snapshots.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_worker_processes = 16\nmesh.skip_unchanged = off\nmesh.progress = off");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.state AS SELECT 1 AS g;
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.base', 'select g from raw.state', materialized => 'table');
    SELECT mesh.create_model('shop.log', 'select 1 as id, g from base', materialized => 'incremental', unique_key => '{id}');
    SELECT mesh.create_model('shop.stored', 'select g from base', materialized => 'materialized_view');
    SELECT mesh.run('shop');
});
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;

sub catch_up { $node->wait_for_catchup($standby, 'replay', $node->lsn('write')) }
my $read = 'SELECT b.g, l.g, s.g FROM shop.base b, shop.log l, shop.stored s;';

catch_up();
my $reader = $standby->background_psql('postgres');
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;');
is($node->safe_psql('postgres', q{UPDATE raw.state SET g = 2; SET mesh.standby_readers = on; SELECT status, reason FROM mesh.run('shop')}), join("\n", (map {
    $_ == 1 ? 'success|incremental: delete+insert' : 'success|published row by row: the run also changes rows in place, and mesh.standby_readers is on; 1 deleted, 0 updated, 1 inserted'
} 0 .. 2)), 'all of it goes row by row');
catch_up();
is($reader->query_safe($read), '1|1|1', 'an older snapshot sees nothing of it');
$reader->query_safe('COMMIT;');
is($reader->query_safe($read), '2|2|2', 'the next one all of it');

# A run that changes no rows in place needs no such care: older snapshots see what was exchanged, all of it.
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;');
is($node->safe_psql('postgres', q{UPDATE raw.state SET g = 3; SET mesh.standby_readers = on; SELECT status, reason FROM mesh.run('shop.base shop.stored')}),
    "success|\nsuccess|", 'without rows that are changed in place the storage is exchanged');
catch_up();
is($reader->query_safe('SELECT b.g, s.g FROM shop.base b, shop.stored s;'), '3|3', 'and an older snapshot sees that');
$reader->query_safe('COMMIT;');
$reader->quit;
$standby->stop;
$node->stop;
done_testing();
