# A server with room for few locks, and a run of many relations: nothing is published, the user is told which setting would do, nothing is left
# behind, and with that setting the next run is green. What a run has made itself takes one lock a relation, so that a server as it is installed is
# enough for thousands.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "max_connections = 10\nmax_locks_per_transaction = 10\nmax_worker_processes = 4\nmax_wal_senders = 0\nmax_prepared_transactions = 0\nautovacuum = off\nmesh.skip_unchanged = off\nmesh.progress = off");
$node->start;
sub value { return $node->safe_psql('postgres', $_[0]) }
sub run_it { return value(qq{SELECT string_agg(status || ' ' || n, ' ' ORDER BY status COLLATE "C") FROM (SELECT status, count(*) AS n FROM mesh.run('shop'$_[0]) GROUP BY 1) AS r}) }

value(q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.rows AS SELECT 1 AS id, repeat('long ', 1000) AS t;
    SELECT mesh.create_domain('shop');
    DO $$ BEGIN FOR i IN 1 .. 30 LOOP PERFORM mesh.create_model('shop.m' || i, 'select * from raw.rows', materialized => 'table'); END LOOP; END $$});
my $left = q{SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '^(mesh_stage|pg_temp)_' AND relkind <> 't') + (SELECT count(*) FROM mesh.stage_registry) + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')};
is(run_it(''), 'success 30', 'few models are built');
is(run_it(''), 'success 30', 'and rebuilt');

value(q{DO $$ BEGIN FOR i IN 31 .. 500 LOOP PERFORM mesh.create_model('shop.m' || i, 'select * from raw.rows', materialized => 'table'); END LOOP; END $$; UPDATE raw.rows SET id = 2});
my $hint = qr/out of shared memory Hint: A run of 500 models may lock more relations than the server has room for: set max_locks_per_transaction to 512 \(it is 10\) and restart the server, or run fewer models at once\.$/;
for (['one thread', ''], ['threads', ', threads => 2']) {
    my ($name, $arguments) = @$_;
    like(run_it($arguments), qr/^error \d+ skipped \d+$/, "$name: nothing succeeds");
    like(value(q{SELECT message FROM mesh.steps WHERE status = 'error' ORDER BY run_id DESC, node LIMIT 1}), $hint, "$name: the message says what to set");
    cmp_ok(value(q{SELECT count(*) FROM mesh.steps WHERE status = 'error' AND run_id = (SELECT max(run_id) FROM mesh.runs)}), '<', 5, "$name: and is not told of each model");
    is(value(q{SELECT (SELECT id FROM shop.m1) || ' ' || (SELECT id FROM shop.m30) || ' ' || (to_regclass('shop.m31') IS NULL)}), '1 1 true', "$name: nothing is published");
    $node->poll_query_until('postgres', "SELECT ($left) = 0") or fail("$name: something is left behind");
}
is(value(q{SELECT DISTINCT status FROM mesh.runs WHERE run_id > 2}), 'error', 'the history has these runs');
is(value(q{SELECT string_agg(DISTINCT status, ' ') FROM mesh.run('shop.m1 shop.m31')}), 'success', 'fewer models at once can be run');

$node->adjust_conf('postgresql.conf', 'max_locks_per_transaction', '512');
$node->restart;
is(run_it(''), 'success 500', 'with room it is green');
is(run_it(', threads => 2'), 'success 500', 'by several workers too');
is(value(q{SELECT (SELECT id FROM shop.m1) || ' ' || (SELECT id FROM shop.m500)}), '2 2', 'and published');
$node->stop;
done_testing();
