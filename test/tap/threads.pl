# Runs by several workers that are disturbed: the run or a worker is cancelled, ended or killed, there are no workers left, or somebody's lock is in
# the way. What consumers read is whole, nothing is left in the stage, and the next run is green.
use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_worker_processes = 12\nautovacuum = off\nrestart_after_crash = on\nlog_min_messages = log\nmesh.skip_unchanged = off");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.numbers AS SELECT i AS n FROM generate_series(1, 100) i;
    CREATE TABLE raw.slow (model text);
    -- Sleeps when this model is to be slow.
    CREATE FUNCTION raw.gate(model text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM raw.slow s WHERE s.model = gate.model) THEN PERFORM pg_sleep(120); END IF;
        RETURN 1;
    END $$;
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.first', 'select n from raw.numbers', materialized => 'table', indexes => '["n"]');
    SELECT mesh.create_model('shop.slow_' || i, format('select n, raw.gate(%L) as gate from first', 'slow_' || i), materialized => 'table') FROM generate_series(1, 2) i;
    SELECT mesh.create_model('shop.quick_' || i, 'select n from first', materialized => 'table') FROM generate_series(1, 6) i;
    SELECT mesh.create_model('shop.last', 'select a.n from slow_1 a join slow_2 b using (n)', materialized => 'table');
    SELECT mesh.run('shop');
    INSERT INTO raw.numbers VALUES (1000);
});

sub value { return $node->safe_psql('postgres', $_[0]) }

my $count = 10;  # models
my $green = q{SELECT string_agg(DISTINCT status, ' ') || ' ' || count(*) FROM mesh.run('shop', threads => 2)};

# What consumers read, and what there is.
sub portrait {
    return value(q{SELECT relname, oid, relfilenode, relkind FROM pg_class WHERE relnamespace = 'shop'::regnamespace ORDER BY 2;
        SELECT (SELECT sum(n) FROM shop.first), (SELECT sum(n) FROM shop.slow_1), (SELECT sum(n) FROM shop.quick_1), (SELECT sum(n) FROM shop.last)});
}

sub stage { return value(q{SELECT (SELECT count(*) FROM mesh.stage_registry) || ' ' || (SELECT count(*) FROM pg_class WHERE relname ~ '^(mesh_stage|pg_temp)_\d+' AND relnamespace = 'shop'::regnamespace)}) }

sub start_run {
    my ($settings) = @_;
    my $run = {out => '', err => ''};
    my @psql = ('psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SET mesh.progress = off; ' . ($settings // ''), '-c',
        q{SELECT node, status, reason, message FROM mesh.run('shop', threads => 2)});
    $run->{process} = IPC::Run::start(\@psql, '>', \$run->{out}, '2>', \$run->{err}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    return $run;
}

my $workers = q{FROM pg_stat_activity WHERE backend_type = 'mesh worker'};
my $leader = q{FROM pg_stat_activity WHERE backend_type = 'client backend' AND query ~ 'mesh\.run' AND pid <> pg_backend_pid()};

sub wait_for_sleep {
    my ($model) = @_;
    $node->poll_query_until('postgres', "SELECT count(*) = 1 $workers AND wait_event = 'PgSleep' AND query = 'mesh run: shop.$model'") or die "no worker builds $model";
    return value("SELECT pid $workers AND query = 'mesh run: shop.$model'");
}

# The run is ended in each way: its workers are gone within a second, and with them all that they had staged.
my $before = portrait();
my %end_by = (
    cancel => [sub { value("SELECT pg_cancel_backend(pid) $leader") }, qr/canceling statement due to user request/],
    terminate => [sub { value("SELECT pg_terminate_backend(pid) $leader") }, qr/terminating connection due to administrator command/],
    timeout => [sub { }, qr/canceling statement due to statement timeout/],
    disconnect => [sub { $_[0]->{process}->kill_kill }, qr/^/],
);
value(q{INSERT INTO raw.slow VALUES ('slow_1')});
for my $how (sort keys %end_by) {
    my ($end, $message) = @{$end_by{$how}};
    my $settings = $how eq 'timeout' ? q{SET statement_timeout = '3s'} : $how eq 'disconnect' ? q{SET client_connection_check_interval = '200ms'} : 'SELECT';
    my $run = start_run($settings);
    wait_for_sleep('slow_1');
    is(value("SELECT count(*) $workers"), '2', "$how: two workers");
    is(value("SELECT DISTINCT application_name ~ '^mesh run [0-9]+ shop\.' $workers AND state = 'active'"), 't', "$how: they show what they do");
    $node->poll_query_until('postgres', 'SELECT count(*) > 0 FROM mesh.stage_registry') or die 'nothing was staged';
    $end->($run);
    if ($how eq 'timeout' || $how eq 'disconnect') { $node->poll_query_until('postgres', "SELECT count(*) = 0 $leader") or die "$how: the run goes on" }
    my $since = time;
    $node->poll_query_until('postgres', "SELECT count(*) = 0 $workers") or die "$how: workers go on";
    cmp_ok(time - $since, '<', 1.5, "$how: the workers are gone at once");
    $run->{process}->finish unless $how eq 'disconnect';
    like($run->{err}, $message, "$how: the caller is told");
    is($run->{out} =~ s/^\n*//r, '', "$how: and gets no rows");
    is(stage(), '0 0', "$how: the stage is empty");
    is(portrait(), $before, "$how: everything is as it was");
    is(value(q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', "$how: no lock is held on");
}

# The caller's rollback is told to the workers too.
value('TRUNCATE raw.slow');
my ($code, $out, $err) = $node->psql('postgres', q{SET mesh.progress = off; SELECT 1 / (count(*) - 10) FROM mesh.run('shop', threads => 2)});
like($err, qr/division by zero/, 'rolled back after the run');
$node->poll_query_until('postgres', "SELECT count(*) = 0 $workers") or die 'workers go on';
is(stage(), '0 0', 'rolled back: the stage is empty');
is(portrait(), $before, 'rolled back: everything is as it was');

# A worker is ended, or only what it does is cancelled: its step fails, and nothing else.
my %hit = (pg_cancel_backend => qr/^shop\.slow_1\|error\|\|canceling statement due to user request/m,
    pg_terminate_backend => qr/^shop\.slow_1\|error\|\|its worker ended before it was done \(It said: terminating background worker "mesh worker" due to administrator command/m);
for my $function (sort keys %hit) {
    value(q{INSERT INTO raw.slow VALUES ('slow_1'); INSERT INTO raw.numbers VALUES (2000)});
    my $run = start_run();
    value("SELECT $function(" . wait_for_sleep('slow_1') . ')');
    value('TRUNCATE raw.slow');
    $run->{process}->finish;
    like($run->{out}, $hit{$function}, "$function: the step fails, with its reason");
    like($run->{out}, qr/^shop\.last\|skipped/m, "$function: what reads it is skipped");
    is(() = $run->{out} =~ /\|success\|/g, $count - 2, "$function: all others are published");
    $node->poll_query_until('postgres', "SELECT count(*) = 0 $workers") or die 'workers go on';
    is(stage(), '0 0', "$function: the stage is empty");
    is(value($green), "success $count", "$function: the next run is green");
}
is(value('SELECT array_agg(DISTINCT n ORDER BY n) = (SELECT array_agg(DISTINCT n ORDER BY n) FROM raw.numbers) FROM shop.last'), 't', 'and up to date');

# All workers are ended: the run goes on by itself.
{
    value(q{INSERT INTO raw.slow VALUES ('slow_1'), ('slow_2')});
    my $run = start_run();
    my @pids = (wait_for_sleep('slow_1'), wait_for_sleep('slow_2'));
    value("SELECT pg_terminate_backend($_)") for @pids;
    value('TRUNCATE raw.slow');
    $run->{process}->finish;
    is(() = $run->{out} =~ /^shop\.slow_\d\|error/mg, 2, 'no worker is left: their steps fail');
    is(() = $run->{out} =~ /\|success\|/g, $count - 3, 'no worker is left: the others are built');
    is(stage(), '0 0', 'no worker is left: the stage is empty');
}

# A worker or the run is killed: the server restarts. Old or new, never a mixture; the next run cleans the stage.
for my $who ('worker', 'run') {
    $before = portrait();
    value(q{INSERT INTO raw.slow VALUES ('slow_1'); INSERT INTO raw.numbers VALUES (3000)});
    my $run = start_run();
    my $pid = wait_for_sleep('slow_1');
    $node->poll_query_until('postgres', 'SELECT count(*) > 0 FROM mesh.stage_registry') or die 'nothing was staged';
    $pid = value("SELECT pid $leader") if $who eq 'run';
    value('CHECKPOINT');
    PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid);
    $run->{process}->finish;
    $node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
    is(portrait() =~ s/^(mesh_stage|pg_temp|pg_toast)_.*\n//mgr, $before, "killed $who: everything is as it was");
    value('TRUNCATE raw.slow');
    isnt(stage(), '0 0', "killed $who: something is left in the stage");
    is(value($green), "success $count", "killed $who: the next run is green");
    is(stage(), '0 0', "killed $who: and has cleaned the stage");
    is(value('SELECT array_agg(DISTINCT n ORDER BY n) = (SELECT array_agg(DISTINCT n ORDER BY n) FROM raw.numbers) FROM shop.last'), 't', "killed $who: and is up to date");
}

# What the run itself has locked keeps a worker waiting, and the run waits for the worker. A worker that is quicker than the run's hook
# waits until that has the lock.
value(q{CREATE TABLE raw.locked AS SELECT 1 AS n;
    CREATE FUNCTION raw.read_when_locked() RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        FOR i IN 1..400 LOOP
            EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE relation = 'raw.locked'::regclass AND mode = 'AccessExclusiveLock' AND granted);
            PERFORM pg_sleep(0.05);
        END LOOP;
        RETURN (SELECT count(*) FROM raw.locked);
    END $$;
    SELECT mesh.create_model('shop.locks', 'select 1 as n', materialized => 'table', config => '{"pre_hook": "lock table raw.locked in access exclusive mode"}');
    SELECT mesh.create_model('shop.wants_' || i, 'select raw.read_when_locked() as n', materialized => 'table') FROM generate_series(1, 2) i});
my $since = time;
is(value(q{SELECT node, status, reason FROM mesh.run('shop.locks shop.wants_1 shop.wants_2', threads => 2)}),
    "shop.locks|success|new; built by the run itself: it has hooks\n"
    . "shop.wants_1|success|new; built by the run itself: its worker waited for what the run has locked\n"
    . "shop.wants_2|success|new; built by the run itself: its worker waited for what the run has locked", 'a deadlock with the run is found');
cmp_ok(time - $since, '<', 20, 'and ended');
is(stage(), '0 0', 'a deadlock: the stage is empty');
# The same through a third session, which waits for the run and is in the worker's way.
{
    value(q{SELECT mesh.drop_model(m) FROM unnest('{shop.locks,shop.wants_1,shop.wants_2}'::text[]) m;
        CREATE FUNCTION raw.wait_for_third() RETURNS int LANGUAGE plpgsql AS $$
        BEGIN
            FOR i IN 1..200 LOOP
                EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE relation = 'raw.locked'::regclass AND NOT granted);
                PERFORM pg_sleep(0.05);
            END LOOP;
            RETURN 1;
        END $$;
        CREATE FUNCTION raw.read_late() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM raw.wait_for_third(); RETURN (SELECT count(*) FROM raw.locked); END $$;
        SELECT mesh.create_model('shop.holds', 'select 1 as n', materialized => 'table', config => '{"pre_hook": "lock table raw.locked in access share mode; select raw.wait_for_third()"}');
        SELECT mesh.create_model('shop.late_' || i, 'select raw.read_late() as n', materialized => 'table') FROM generate_series(1, 2) i});
    my $third = $node->background_psql('postgres');
    my $run = {out => '', err => ''};
    $run->{process} = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SET mesh.progress = off', '-c',
        q{SELECT node, status, reason FROM mesh.run('shop.holds shop.late_1 shop.late_2', threads => 2)}], '>', \$run->{out}, '2>', \$run->{err}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    $node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_locks WHERE relation = 'raw.locked'::regclass AND granted}) or die 'the run did not lock';
    $third->query_until(qr/waiting/, "\\echo waiting\nBEGIN; LOCK TABLE raw.locked IN ACCESS EXCLUSIVE MODE; COMMIT;\n");
    $run->{process}->finish;
    like($run->{out}, qr/^shop\.late_\d\|success\|new; built by the run itself: its worker waited for what the run has locked$/m, 'a deadlock through a third session is found');
    is(() = $run->{out} =~ /\|success\|/g, 3, 'and all are built');
    $third->quit;
}
value(q{SELECT mesh.drop_model(m) FROM unnest('{shop.holds,shop.late_1,shop.late_2}'::text[]) m});

# No worker slots: one after the other, and the reason says so.
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '1');
$node->adjust_conf('postgresql.conf', 'max_logical_replication_workers', '0');
$node->restart;
is(value(q{SELECT DISTINCT status, reason FROM mesh.run('shop', threads => 2)}), 'success|one thread: no background workers are free (max_worker_processes)', 'one worker slot');
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '3');
$node->restart;
like(value(q{SELECT string_agg(DISTINCT reason, '') FROM mesh.run('shop', threads => 8)}), qr/^[23] of 8 threads: no more background workers are free \(max_worker_processes\)$/, 'fewer slots than threads');

# A new table whose rows are to be decoded is not for a worker; wal_level minimal is for none.
$node->adjust_conf('postgresql.conf', 'wal_level', 'logical');
$node->restart;
value(q{SELECT mesh.create_model('shop.new_' || i, 'select 1 as n', materialized => 'table') FROM generate_series(1, 2) i});
is(value(q{SELECT DISTINCT reason FROM mesh.run('shop.new_1 shop.new_2', threads => 2)}), 'new; built by the run itself: it is new, and logical decoding shall see its rows', 'logical');
$node->adjust_conf('postgresql.conf', 'wal_level', 'minimal');
$node->adjust_conf('postgresql.conf', 'max_wal_senders', '0');
$node->restart;
is(value(q{SELECT DISTINCT reason FROM mesh.run('shop.new_1 shop.new_2', threads => 2)}), 'one thread: wal_level is minimal', 'minimal');
$node->stop;
done_testing();
