# incremental_strategy "auto" where changes come by other ways than statements: a dump that is restored, whose logs are not in it, and a
# subscription, whose rows fire no triggers of statements.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 'logical');
$node->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->append_conf('postgresql.conf', 'wal_retrieve_retry_interval = 100ms');
$subscriber->start;

my $tables = q{
    CREATE SCHEMA raw;
    CREATE TABLE raw.t (id int PRIMARY KEY, k int, v int);
    CREATE EXTENSION mesh;
};
my $models = q{
    SELECT mesh.create_domain('d');
    SELECT mesh.create_model('d.sums', 'select k, sum(v) as v from raw.t group by k', materialized => 'incremental', incremental_strategy => 'auto');
    SELECT mesh.create_model('d.rows', 'select id, v from raw.t where v > 0', materialized => 'incremental', incremental_strategy => 'auto');
    SELECT mesh.run('d');
};

sub reasons {
    my ($on, $database) = @_;
    return $on->safe_psql($database, q{SELECT node || ': ' || reason FROM mesh.run('d') ORDER BY 1});
}

sub is_right {
    my ($on, $database, $name) = @_;
    is($on->safe_psql($database, q{
        SELECT count(*) FROM ((TABLE d.sums EXCEPT ALL SELECT k, sum(v) FROM raw.t GROUP BY k) UNION ALL (SELECT k, sum(v) FROM raw.t GROUP BY k EXCEPT ALL TABLE d.sums)
            UNION ALL (SELECT id, v FROM d.rows EXCEPT ALL SELECT id, v FROM raw.t WHERE v > 0) UNION ALL (SELECT id, v FROM raw.t WHERE v > 0 EXCEPT ALL SELECT id, v FROM d.rows)) r}),
        '0', $name);
}

# Dump and restore.
$node->safe_psql('postgres', 'CREATE DATABASE original');
$node->safe_psql('original', $tables . 'INSERT INTO raw.t SELECT i, i % 10, i FROM generate_series(1, 100) i;' . $models);
$node->safe_psql('original', 'UPDATE raw.t SET v = 0 WHERE id = 1');
my $file = PostgreSQL::Test::Utils::tempdir() . '/auto.dump';
$node->command_ok(['pg_dump', '--format=custom', '--file', $file, 'original'], 'dump');
unlike((slurp_list($file))[0], qr/TABLE mesh log_/, 'the logs are not in it');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok(['pg_restore', '--exit-on-error', '--dbname', 'copy', $file], 'restore');
$node->safe_psql('copy', 'INSERT INTO raw.t VALUES (200, 3, 5)');
like(reasons($node, 'copy'), qr/^d\.rows: built in full: nothing is known of what changed since its last run$/m, 'a restored model is built in full');
is_right($node, 'copy', 'with what was inserted since');
$node->safe_psql('copy', 'INSERT INTO raw.t VALUES (201, 3, 5)');
like(reasons($node, 'copy'), qr/^d\.sums: built in full: its rows are older than the logs of what it reads$/m, 'once more, as its changes are logged since that run only');
$node->safe_psql('copy', 'INSERT INTO raw.t VALUES (202, 3, 5)');
like(reasons($node, 'copy'), qr/^d\.sums: incremental: auto; 1 key changed; 1 deleted, 0 updated, 1 inserted$/m, 'and then follows its changes again');
is_right($node, 'copy', 'rightly');
is($node->safe_psql('copy', q{SELECT count(*) FROM pg_trigger WHERE tgrelid = 'raw.t'::regclass}), '10', 'the restored triggers, whose logs are not there, are gone');
like(reasons($node, 'original'), qr/^d\.sums: incremental: auto; 1 key changed/m, 'the original goes on');

# A subscription.
$node->safe_psql('postgres', 'CREATE SCHEMA raw; CREATE TABLE raw.t (id int PRIMARY KEY, k int, v int); INSERT INTO raw.t SELECT i, i % 10, i FROM generate_series(1, 100) i;
    CREATE PUBLICATION rows FOR TABLE raw.t');
$subscriber->safe_psql('postgres', $tables . $models);
my $connection = $node->connstr('postgres');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION rows CONNECTION \$\$$connection\$\$ PUBLICATION rows");
$subscriber->wait_for_subscription_sync($node, 'rows');
reasons($subscriber, 'postgres');
is_right($subscriber, 'postgres', 'the initial copy is seen');
$node->safe_psql('postgres', 'INSERT INTO raw.t VALUES (200, 77, 5); UPDATE raw.t SET k = 5 WHERE id = 1; DELETE FROM raw.t WHERE id = 2');
$node->wait_for_catchup('rows');
like(reasons($subscriber, 'postgres'), qr/^d\.rows: incremental: auto; 3 keys changed;/m, 'what a subscription applies is logged row by row');
is_right($subscriber, 'postgres', 'rightly');
$node->safe_psql('postgres', 'TRUNCATE raw.t; INSERT INTO raw.t VALUES (1, 1, 1)');
$node->wait_for_catchup('rows');
like(reasons($subscriber, 'postgres'), qr/^d\.sums: built in full: all of raw\.t changed$/m, 'a TRUNCATE is, too');
is_right($subscriber, 'postgres', 'rightly');
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION rows');

# pg_restore's list of what a dump holds.
sub slurp_list {
    my ($dump) = @_;
    my ($out, $err) = run_command(['pg_restore', '--list', $dump]);
    return ($out, $err);
}

$node->stop;
$subscriber->stop;
done_testing();
