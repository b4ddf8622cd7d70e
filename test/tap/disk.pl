# The disk is full while a run stages or publishes: that model fails and says why, all else is published, nothing is left behind, and with room again
# the next run is green. Files that may not grow stand for the disk: to a server that is one error as the other.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'there is no prlimit' if $^O ne 'linux' || system('prlimit --version > /dev/null 2>&1') != 0;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['--wal-segsize=1']);
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_worker_processes = 16\nmesh.skip_unchanged = off\nmax_wal_size = '40MB'\nmin_wal_size = '10MB'\nwork_mem = '64MB'");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.size (n int, version int);
    INSERT INTO raw.size VALUES (100, 1);
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.base', 'select version from raw.size', materialized => 'table');
    SELECT mesh.create_model('shop.big', $$select i, repeat('text ', 100) || i as t, version from raw.size, generate_series(1, n) i$$, materialized => 'table', indexes => '["i"]');
    SELECT mesh.create_model('shop.after', 'select count(*) as n, max(version) as version from big', materialized => 'table');
    SELECT mesh.create_model('shop.stored', 'select version from base', materialized => 'materialized_view');
    SELECT mesh.create_model('shop.told', $$select i, repeat('text ', 100) || i as t, version from raw.size, generate_series(1, 9000) i$$, materialized => 'table');
    SELECT mesh.run('shop');
    ALTER TABLE shop.told REPLICA IDENTITY FULL;
    CREATE PUBLICATION told FOR TABLE shop.told;
});

sub value { return $node->safe_psql('postgres', $_[0]) }

# What may be written into one file, by all processes that the server starts from now on.
sub limit_files {
    my $pid = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
    system_or_bail('prlimit', '--pid', $pid, "--fsize=$_[0]:");
}

my $run = q{SELECT string_agg(node || ' ' || status, ', ' ORDER BY node COLLATE "C") FROM mesh.run('shop'};
my $versions = q{SELECT (SELECT version FROM shop.base), (SELECT version FROM shop.stored), (SELECT max(version) FROM shop.big), (SELECT version FROM shop.after), (SELECT max(version) FROM shop.told)};
my $message = q{SELECT message FROM mesh.steps WHERE status = 'error' ORDER BY run_id DESC LIMIT 1};
my $stage = q{SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '^(mesh_stage|pg_temp)_' AND relkind <> 't') + (SELECT count(*) FROM mesh.stage_registry)};
# Files that no relation has, once a checkpoint has removed what was dropped.
my $orphans = q{SELECT count(*) FROM (SELECT substring(f FROM '^\d+')::oid AS node FROM pg_ls_dir('base/' || (SELECT oid FROM pg_database WHERE datname = current_database())) f WHERE f ~ '^\d') files
    WHERE node NOT IN (SELECT pg_relation_filenode(oid) FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL)};

sub is_clean {
    my ($what) = @_;
    $node->poll_query_until('postgres', "SELECT ($stage) = 0") or die "$what: the stage is not empty";
    value('CHECKPOINT');
    is(value($orphans), '0', "$what: no file is left that nobody knows");
}

is(value($versions), '1|1|1|1|1', 'there was room');
is_clean('before');

# While it is staged, by the run itself and by workers.
value('UPDATE raw.size SET n = 40000, version = 2');
limit_files(8 * 1024 * 1024);
my $error = qr/^could not extend file "base\/\d+\/\d+"/;
is(value("$run, exclude => 'shop.told')"), 'shop.after skipped, shop.base success, shop.big error, shop.stored success', 'staging: one model fails');
like(value($message), $error, 'staging: and says why');
is(value($versions), '2|2|1|1|1', 'staging: all else is published');
is_clean('staging');
value('UPDATE raw.size SET version = 3');
is(value("$run, exclude => 'shop.told', threads => 2)"), 'shop.after skipped, shop.base success, shop.big error, shop.stored success', 'workers: one model fails');
like(value($message), $error, 'workers: and says why');
is(value($versions), '3|3|1|1|1', 'workers: all else is published');
is_clean('workers');
is(value("$run, exclude => 'shop.told', atomic => true)"), 'shop.after skipped, shop.base skipped, shop.big error, shop.stored skipped', 'atomic: nothing is published');
is(value($versions), '3|3|1|1|1', 'atomic: as it was');
is_clean('atomic');

# While it is published row by row: the table would have to hold both versions of its rows.
value('UPDATE raw.size SET n = 100, version = 4');
is(value("$run)"), 'shop.after success, shop.base success, shop.big success, shop.stored success, shop.told error', 'publishing: one model fails');
like(value($message), qr/^not published: could not extend file/, 'publishing: and says why');
is(value($versions), '4|4|4|4|1', 'publishing: all else is published');
is_clean('publishing');

# There is room again.
value('UPDATE raw.size SET n = 40000, version = 5');
limit_files('unlimited');
is(value("$run, threads => 2)"), 'shop.after success, shop.base success, shop.big success, shop.stored success, shop.told success', 'room: the next run is green');
is(value($versions), '5|5|5|5|5', 'room: and publishes all');
is(value('SELECT count(*) FROM shop.big'), '40000', 'room: every row');
is_clean('room');
$node->stop;
done_testing();
