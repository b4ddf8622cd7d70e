# A run that is ended while it builds, tests or publishes: consumers read what they read before, the registry is as it was,
# nothing is left behind, and the history says what happened.
use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 16\nmesh.skip_unchanged = off\nlog_min_messages = log");
$ENV{MALLOC_PERTURB_} = 165;  # who reads memory that was freed reads this
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.numbers AS SELECT 1 AS n;
    CREATE TABLE raw.slow (stage text);
    -- Sleeps when this stage is to be slow.
    CREATE FUNCTION raw.gate(stage text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM raw.slow s WHERE s.stage = gate.stage) THEN PERFORM pg_sleep(120); END IF;
        RETURN 1;
    END $$;
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.first', 'select n from raw.numbers', materialized => 'table', indexes => '["n"]');
    SELECT mesh.create_model('shop.log', 'select n from first', materialized => 'incremental');
    SELECT mesh.create_model('shop.stored', 'select n from first', materialized => 'materialized_view');
    -- So long that the step that builds it needs memory that is freed when it ends.
    SELECT mesh.create_model('shop.last', $$select n, raw.gate('build') as gate, $$ || (SELECT string_agg(format('%L as c%s', repeat('x', 3000), i), ', ') FROM generate_series(1, 300) i)
        || ' from first', materialized => 'table');
    SELECT mesh.create_test('shop.last', sql => $$select * from {{ ref('last') }} where raw.gate('test') = 0$$, name => 'slow_test');
    SELECT mesh.run('shop');
    SELECT mesh.publish('shop.first');
    INSERT INTO raw.numbers VALUES (2);
});

sub value { return $node->safe_psql('postgres', $_[0]) }

# What consumers read, what there is, and the registry without its history.
sub portrait {
    my $tables = value(q{SELECT string_agg(format('SELECT %L, t::text FROM mesh.%I t', relname, relname), ' UNION ALL ')
        FROM pg_class WHERE relnamespace = 'mesh'::regnamespace AND relkind = 'r' AND relname LIKE '%registry'});
    return value("$tables ORDER BY 1, 2") . value(q{
        SELECT 'first', n FROM shop.first UNION ALL SELECT 'log', n FROM shop.log UNION ALL SELECT 'stored', n FROM shop.stored
        UNION ALL SELECT 'last', n FROM shop.last ORDER BY 1, 2;
        SELECT relname, oid, relfilenode, relkind FROM pg_class WHERE relnamespace = 'shop'::regnamespace ORDER BY 2});
}

my $before = portrait();
my $runs = value('SELECT count(*) FROM mesh.runs');

sub start_run {
    my ($settings) = @_;
    my $run = {out => '', err => ''};
    my @psql = ('psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', "SET mesh.progress = off; SET mesh.lock_timeout = '50ms'; SET mesh.lock_retries = 1000; $settings",
        '-c', "SELECT node, status, message FROM mesh.run('shop')");  # a statement of its own: what is sent together is a transaction block
    $run->{process} = IPC::Run::start(\@psql, '>', \$run->{out}, '2>', \$run->{err}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    return $run;
}

# The backend of the run, once it shows that it is in this stage.
sub wait_for {
    my ($stage) = @_;
    my $where = $stage eq 'publish' ? q{application_name LIKE 'mesh run % publish'}
        : q{application_name LIKE 'mesh run % [_/4] shop.last' AND wait_event = 'PgSleep'};
    $node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE $where") or die "no run reached the stage $stage";
    return value("SELECT pid FROM pg_stat_activity WHERE $where");
}

my %end_by = (
    cancel => [sub { value("SELECT pg_cancel_backend($_[0])") }, qr/canceling statement due to user request/],
    terminate => [sub { value("SELECT pg_terminate_backend($_[0])") }, qr/terminating connection due to administrator command/],
    timeout => [sub { }, qr/canceling statement due to statement timeout/],
);

for my $stage ('build', 'test', 'publish') {
    value("TRUNCATE raw.slow; INSERT INTO raw.slow VALUES ('$stage')");
    for my $how (sort keys %end_by) {
        my $reader = $node->background_psql('postgres');
        $reader->query_safe('BEGIN; SELECT count(*) FROM shop.first;') if $stage eq 'publish';
        my $run = start_run($how eq 'timeout' ? "SET statement_timeout = '3s'" : 'SELECT');
        my ($end, $message) = @{$end_by{$how}};
        $end->(wait_for($stage));
        $run->{process}->finish;
        like($run->{err}, $message, "$stage, $how: the caller is told");
        is($run->{out} =~ s/^\n*//r, '', "$stage, $how: and gets no rows");
        $reader->quit;
        is(portrait(), $before, "$stage, $how: everything is as it was");
        $runs++;
        ok($node->poll_query_until('postgres', "SELECT count(*) = $runs FROM mesh.runs"), "$stage, $how: the history has it");
        my $expected = $stage eq 'publish' ? 'shop.first success,shop.last success,shop.log success,shop.slow_test pass,shop.stored success' : 'shop.first success';
        my @written = split /\|/, value(q{SELECT status, (SELECT string_agg(node || ' ' || status, ',' ORDER BY node COLLATE "C") FROM mesh.steps s WHERE s.run_id = r.run_id)
            FROM mesh.runs r ORDER BY run_id DESC LIMIT 1}), -1;
        is($written[0], 'rolled back', "$stage, $how: as rolled back");
        is($written[1], $expected, "$stage, $how: with its steps");
        is(value(q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', "$stage, $how: no lock is held on");
    }
}

# The caller's own rollback, and a savepoint's.
value('TRUNCATE raw.slow');
value(q{BEGIN; SELECT count(*) FROM mesh.run('shop'); ROLLBACK});
$runs++;
is(portrait(), $before, 'rollback: everything is as it was');
ok($node->poll_query_until('postgres', "SELECT count(*) = $runs FROM mesh.runs"), 'rollback: the history has it');
value(q{BEGIN; SAVEPOINT s; SELECT count(*) FROM mesh.run('shop'); ROLLBACK TO s; COMMIT});
$runs++;
is(portrait(), $before, 'savepoint: everything is as it was');
ok($node->poll_query_until('postgres', "SELECT count(*) = $runs FROM mesh.runs"), 'savepoint: the history has it');
is(value(q{SELECT string_agg(DISTINCT status, ' ') FROM mesh.runs WHERE run_id > 1}), 'rolled back', 'all of them were rolled back');
is(value(q{BEGIN; SAVEPOINT s; SELECT count(*) FROM mesh.run('shop'); RELEASE s; COMMIT; SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1}), "5\nsuccess", 'a savepoint that is kept');

# application_name is the caller's again.
is(value(q{SET application_name = 'mine'; SELECT count(*) > 0 FROM mesh.run('shop'); SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()}),
    "t\nmine", 'application_name is restored');
my ($code, $out) = $node->psql('postgres', q{SET application_name = 'mine'; SET statement_timeout = '1s'; DO $$ BEGIN INSERT INTO raw.slow VALUES ('build'); PERFORM mesh.run('shop');
    EXCEPTION WHEN query_canceled THEN NULL; END $$; SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()}, on_error_stop => 0);
is($out, 'mine', 'also after an error that the caller caught');

# Nobody can write the history when there is no worker left: a line in the log, and nothing else happens.
value('TRUNCATE raw.slow');
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '0');
$node->adjust_conf('postgresql.conf', 'max_logical_replication_workers', '0');
$node->restart;
$runs = value('SELECT count(*) FROM mesh.runs');
my $at = -s $node->logfile;
value(q{BEGIN; SELECT count(*) FROM mesh.run('shop'); ROLLBACK});
ok($node->log_contains(qr/mesh could not keep the history of a run that was rolled back/, $at), 'no worker is left: logged');
is(value(q{SELECT count(*) FROM mesh.run('shop')}), '5', 'no worker is left: runs go on');
is(value('SELECT count(*) FROM mesh.runs'), $runs + 1, 'no worker is left: and are recorded');

# Retention.
value(q{UPDATE mesh.run_history SET started_at = started_at - interval '100 days' WHERE run_id < (SELECT max(run_id) FROM mesh.run_history)});
value(q{SET mesh.history_retention = 0; SELECT count(*) FROM mesh.run('shop')});
cmp_ok(value('SELECT count(*) FROM mesh.runs'), '>', 2, 'retention 0 keeps everything');
value(q{SELECT count(*) FROM mesh.run('shop')});
is(value(q{SELECT count(*), min(now() - started_at) < interval '1 day' FROM mesh.runs}), '3|t', 'what is older than the retention is removed');
is(value(q{SELECT count(*) FROM mesh.step_history s WHERE NOT EXISTS (SELECT FROM mesh.run_history r WHERE r.run_id = s.run_id)}), '0', 'with its steps');
$node->stop;
done_testing();
