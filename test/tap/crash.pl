# The server crashes in the middle of a run, runs out of room, or is a standby: data is whole, and the next run is green.
use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nautovacuum = off\nmax_worker_processes = 16\nmesh.skip_unchanged = off");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.numbers AS SELECT i AS n, repeat('text ', 1000) || i AS t FROM generate_series(1, 2000) i;
    CREATE TABLE raw.slow (stage text);
    CREATE FUNCTION raw.gate(stage text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM raw.slow s WHERE s.stage = gate.stage) THEN PERFORM pg_sleep(120); END IF;
        RETURN 1;
    END $$;
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.first', 'select n, t from raw.numbers', materialized => 'table', indexes => '["n"]');
    SELECT mesh.create_model('shop.stored', 'select n from first', materialized => 'materialized_view');
    SELECT mesh.create_model('shop.unlogged', 'select n from first', materialized => 'table', config => '{"unlogged": true}');
    SELECT mesh.create_model('shop.last', $$select count(*) as n, raw.gate('build') as gate from first$$, materialized => 'table');
    SELECT mesh.run('shop');
});

sub value { return $node->safe_psql('postgres', $_[0]) }

my $contents = q{SELECT (SELECT count(*) || ' ' || sum(n) || ' ' || sum(length(t)) FROM shop.first), (SELECT sum(n) FROM shop.stored), (SELECT n FROM shop.last)};
my $before = value($contents);
my $again = q{SELECT string_agg(node || ' ' || status, ' ' ORDER BY node COLLATE "C") FROM mesh.run('shop')};
my $green = 'shop.first success shop.last success shop.stored success shop.unlogged success';

# kill -9 of the backend that runs.
value(q{INSERT INTO raw.slow VALUES ('build'); INSERT INTO raw.numbers VALUES (5000, 'new')});
my ($out, $err) = ('', '');
my $run = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', q{SELECT mesh.run('shop')}], '>', \$out, '2>', \$err);
my $running = q{FROM pg_stat_activity WHERE application_name LIKE 'mesh run % shop.last' AND wait_event = 'PgSleep'};
$node->poll_query_until('postgres', "SELECT count(*) = 1 $running") or die 'the run did not start';
my $killed = value("SELECT pid $running");
PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $killed);
$run->finish;
like($err, qr/server closed the connection unexpectedly/, 'killed: the caller is told');
# Until it has seen that, the server still lists it, and would end the next question too.
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $killed") or die 'the server did not come back';
is(value($contents), $before, 'killed: data is whole');
is(value(q{SELECT count(*) FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relname ~ '^(mesh|pg_temp)_'}), '0', 'killed: no staged relation is left');
value('TRUNCATE raw.slow');
is(value($again), $green, 'killed: the next run is green');
isnt(value($contents), $before, 'killed: with the new rows');

# The whole server is stopped hard after a run that committed: what it published is there.
$before = value($contents);
value('INSERT INTO raw.numbers VALUES (6000, repeat(\'new \', 10000))');
is(value($again), $green, 'a run before a crash');
my $after = value($contents);
isnt($after, $before, 'it published something');
$node->stop('immediate');
$node->start;
is(value($contents), $after, 'crashed: what was published is there');
is(value('SET enable_seqscan = off; SELECT length(t) FROM shop.first WHERE n = 6000'), '40000', 'crashed: also through the index and out of line');
is(value('SELECT count(*) FROM shop.unlogged'), '0', 'crashed: an unlogged table is empty');
is(value($again), $green, 'crashed: the next run is green');
is(value('SELECT count(*) FROM shop.unlogged'), '2002', 'crashed: and fills it');

# The same for rows that were changed in place, because somebody read: in a table and a materialized view, and their indexes.
value('CREATE UNIQUE INDEX numbers ON shop.stored (n); INSERT INTO raw.numbers VALUES (6500, NULL)');
my $reader = $node->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM shop.stored;');
like(value(q{SET mesh.lock_timeout = 20; SET mesh.lock_retries = 2; SELECT reason FROM mesh.run('shop') WHERE node = 'shop.stored'}),
    qr/^published row by row: other sessions kept the table in use; 0 deleted, 0 updated, 1 inserted$/, 'rows that were changed in place');
$after = value($contents);
$node->stop('immediate');
eval { $reader->quit };
$node->start;
is(value($contents), $after, 'crashed: they are there');
is(value('SET enable_seqscan = off; SELECT n FROM shop.stored WHERE n = 6500'), '6500', 'crashed: also through the index');
is(value('REFRESH MATERIALIZED VIEW CONCURRENTLY shop.stored; SELECT count(*) FROM shop.stored'), '2003', 'crashed: and can be refreshed');

# A standby: it follows what is published, and says why it cannot run.
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
value(q{INSERT INTO raw.numbers VALUES (7000, 'x'); SELECT count(*) FROM mesh.run('shop')});
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
is($standby->safe_psql('postgres', $contents), value($contents), 'standby: reads what was published');
for (['mesh.run()', q{mesh.run('shop')}], ['mesh.test()', q{mesh.test('shop')}], ['INSERT', q{mesh.create_model('shop.x', 'select 1 as a')}]) {
    my ($named, $call) = (quotemeta $_->[0], $_->[1]);
    my ($code, $stdout, $stderr) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT $call");
    like($stderr, qr/ERROR:  25006: cannot execute $named (?:during recovery|in a read-only transaction)/, "standby: $call says why not");
}
is($standby->safe_psql('postgres', q{SELECT count(*) FROM mesh.models}), '4', 'standby: the registry can be read');
$standby->stop;

# No room for what a model sorts: its step fails, the others are published.
value(q{SELECT mesh.create_model('shop.sorted', 'select n, t from first order by t desc, n', materialized => 'table')});
is(value(q{SET temp_file_limit = '100kB'; SET work_mem = '64kB'; SELECT string_agg(node || ' ' || status, ' ' ORDER BY node COLLATE "C") FROM mesh.run('shop')}),
    'shop.first success shop.last success shop.sorted error shop.stored success shop.unlogged success', 'no room: one model fails');
like(value(q{SELECT message FROM mesh.steps WHERE node = 'shop.sorted' ORDER BY run_id DESC LIMIT 1}), qr/temporary file size exceeds "?temp_file_limit"?/, 'no room: and says so');
is(value(q{SELECT to_regclass('shop.sorted') IS NULL}), 't', 'no room: nothing of it is left');
is(value(q{SELECT status FROM mesh.run('shop.sorted')}), 'success', 'no room: until there is');

# A transaction that is prepared and committed later.
{
    $node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
    $node->restart;
    value(q{DELETE FROM raw.numbers WHERE n > 4000; BEGIN; SELECT count(*) FROM mesh.run('shop'); PREPARE TRANSACTION 'later'});
    is(value(q{SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid() AND application_name LIKE 'mesh%'}), '', 'prepared: no run is shown');
    $node->restart;
    value(q{COMMIT PREPARED 'later'});
    is(value('SELECT count(*) FROM shop.first'), '2000', 'prepared: published by its commit');
    is(value(q{SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1}), 'success', 'prepared: and recorded');

    # Others' prepared transactions are in the way as any other's are: the rows are changed beside a reader, and a lock is told.
    my $hasty = q{SET mesh.lock_timeout = 20; SET mesh.lock_retries = 2; SELECT status, reason, message FROM mesh.run('shop.last')};
    value(q{BEGIN; SELECT n FROM shop.last; PREPARE TRANSACTION 'reads'});
    like(value($hasty), qr/^success\|published row by row: other sessions kept the table in use/, 'prepared: a reader keeps the storage');
    value(q{ROLLBACK PREPARED 'reads'; BEGIN; LOCK TABLE shop.last IN ACCESS EXCLUSIVE MODE; PREPARE TRANSACTION 'holds'});
    like(value($hasty), qr/^error\|\|could not lock shop\.last \(Other sessions kept it in use\.\) Hint: See pg_locks/, 'prepared: a lock is told');
    value(q{ROLLBACK PREPARED 'holds'});
    is(value($hasty), 'success||', 'prepared: and then it goes on');
}

# A model that takes a lock holds it to the run's end, and nobody longer.
value(q{CREATE TABLE raw.locked AS SELECT 1 AS n;
    CREATE FUNCTION raw.locks() RETURNS int LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE raw.locked IN ACCESS EXCLUSIVE MODE; RETURN 1; END $$;
    SELECT mesh.create_model('shop.locks', 'select raw.locks() as n', materialized => 'table')});
is(value(q{SELECT DISTINCT status FROM mesh.run('shop.last shop.locks', threads => 2)}), 'success', 'a model that locks is built');
is(value(q{SELECT count(*) FROM pg_locks WHERE relation = 'raw.locked'::regclass}), '0', 'and its lock is gone');
$node->stop;
done_testing();
