# meshctl and projects that are wrong: each mistake is told with its place, the exit code is dbt's, and nothing is left half done.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path remove_tree);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'max_worker_processes = 16');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION mesh');

my $home = PostgreSQL::Test::Utils::tempdir();
my $limit = $PostgreSQL::Test::Utils::timeout_default;
$ENV{DBT_PROFILES_DIR} = $home;
sub value { return $node->safe_psql('postgres', $_[0]) }

sub write_file {
    my ($path, $text) = @_;
    make_path($path =~ s{/[^/]*$}{}r);
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file;
}

sub profile {
    my (%changed) = @_;
    my %output = (type => 'postgres', host => $node->host, port => $node->port, user => 'postgres', password => 'none', dbname => 'postgres', schema => 'shop', threads => 1, %changed);
    write_file("$home/profiles.yml", "shop:\n  target: dev\n  outputs:\n    dev:\n" . join('', map { "      $_: '$output{$_}'\n" =~ s/'(\d+)'/$1/r } sort keys %output));
}
profile(user => value('SELECT current_user'));

# A project of these files; the domain forgets those of the one before.
my $count = 0;
sub project {
    my (%files) = @_;
    my $place = "$home/project" . ++$count;
    %files = ('dbt_project.yml' => "name: shop\nprofile: shop\n", %files);
    write_file("$place/$_", $files{$_}) for keys %files;
    return $place;
}

sub meshctl {
    my ($place, @arguments) = @_;
    my ($out, $err) = ('', '');
    IPC::Run::run(['meshctl', @arguments, '--project-dir', $place], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
    return ($? >> 8, $out . $err);
}

sub fails {
    my ($name, $code, $words, $place, @arguments) = @_;
    my ($exit, $said) = meshctl($place, @arguments);
    is($exit, $code, "$name: exit code") or diag $said;
    like($said, $_, "$name: $_") for @$words;
    return $said;
}

# What works.
my $good = project('models/orders.sql' => 'select 1 as id', 'models/schema.yml' => "models:\n  - name: orders\n    columns: [{name: id, data_tests: [unique]}]\n");
my ($exit, $said) = meshctl($good, 'build');
is($exit, 0, 'a project is built') or diag $said;
like($said, qr/1 of 2 START sql view model shop\.orders .*\[RUN\].*1 of 2 OK created sql view model shop\.orders .*\[CREATE VIEW in .*2 of 2 PASS unique_orders_id .*Done\. PASS=2 WARN=0 ERROR=0 SKIP=0/s, 'it tells each step as it comes');
ok(-s "$good/target/$_", "target/$_ is written") for qw(manifest.json run_results.json compiled/shop/models/orders.sql);
($exit, $said) = meshctl($good, 'ls', '--resource-type', 'model', '--quiet');
is($said, "shop.orders\n", 'ls prints selectors');
($exit, $said) = meshctl($good, 'build', '--log-format', 'json');
like($said, qr/"name":"LogModelResult"/, 'json lines');
($exit, $said) = meshctl($good, 'run', '--target-path', "$home/elsewhere");
ok(-s "$home/elsewhere/run_results.json", '--target-path');

my $units = project('models/a.sql' => 'select 1.50 as a', 'models/s.yml' => "unit_tests:\n  - {name: scale, model: a, given: [], expect: {rows: [{a: 1.50}]}}\n  - {name: text, model: a, given: [], expect: {rows: [{a: '1.50'}]}}\n");
($exit, $said) = meshctl($units, 'run');
($exit, $said) = meshctl($units, 'test');
like($said, qr/FAIL \d+ scale.*PASS text/s, 'values of unit tests are compared by their text');
ok(-s "$units/target/compiled/shop/models/s.yml/models/$_.sql", "the SQL of unit test $_ is written") for qw(scale text);

# A project of another target stands beside it.
value('CREATE SCHEMA other');
profile(user => value('SELECT current_user'), schema => 'other');
($exit, $said) = meshctl($good, 'run');
is($exit, 0, 'the same project with another schema') or diag $said;
like($said, qr/domain='shop_other'/, 'is a domain of its own, and says so');
is(value("SELECT count(*) FROM pg_views WHERE schemaname IN ('shop', 'other') AND viewname = 'orders'"), 2, 'both are there');
profile(user => value('SELECT current_user'));

# What is no project, or not to be read.
fails('no project', 2, [qr/no dbt_project\.yml/], $home, 'run');
fails('broken YAML', 2, [qr/models\/schema\.yml" at line 3 column 4/], project('models/schema.yml' => "models:\n  - name: a\n   columns: x\n"), 'parse');
fails('broken project file', 2, [qr/dbt_project\.yml" at line 3/], project('dbt_project.yml' => "name: shop\nprofile: [a\n"), 'parse');
fails('not UTF-8', 2, [qr/models\/a\.sql" is not encoded in UTF-8/, qr/byte 8, in line 1/], project('models/a.sql' => "select \xff as a"), 'run');
fails('absolute path', 2, [qr/absolute path "\/etc"/], project('dbt_project.yml' => "name: shop\nprofile: shop\nmodel-paths: ['/etc']\n"), 'run');
fails('path that leads out', 2, [qr/path "\.\.\/x".*leads out of the project/], project('dbt_project.yml' => "name: shop\nprofile: shop\nmodel-paths: ['../x']\n"), 'run');
fails('unknown option', 2, [qr/--no-such-option/], $good, 'run', '--no-such-option');
my $other = project('dbt_project.yml' => "name: shop\nprofile: shop\nrequire-dbt-version: '<1.8.0'\n", 'models/a.sql' => 'select 1 as a');
fails('another dbt version', 2, [qr/requires dbt version "<1\.8\.0"/, qr/--no-version-check/], $other, 'run');
fails('another dbt version, not checked', 0, [], $other, 'run', '--no-version-check');
fails('unknown profile', 2, [qr/nowhere/], project('dbt_project.yml' => "name: shop\nprofile: nowhere\n"), 'run');

# Templates.
my $ten = project('macros/m.sql' => '{% macro m() %}{% if %}{% endmacro %}', map { ("models/a$_.sql" => 'select {{ m() }} as a') } 1 .. 10);
my $once = fails('syntax error in a macro', 2, [qr/macros\/m\.sql line 1 column 22/], $ten, 'parse');
is(() = $once =~ /macros\/m\.sql/g, 1, 'it is told once');
fails('undefined macro', 1, [qr/'no_such_macro' is undefined/, qr/models\/a\.sql/], project('models/a.sql' => 'select {{ no_such_macro() }} as a'), 'run');
fails('missing variable', 1, [qr/Required var 'nope' not found/], project('models/a.sql' => "select {{ var('nope') }} as a"), 'run');
fails('missing environment variable', 2, [qr/'NOPE_X'/, qr/models\/a\.sql line 1/], project('models/a.sql' => "select {{ env_var('NOPE_X') }} as a"), 'run');
fails('macros in a circle', 2, [qr/recursion depth/], project('macros/m.sql' => '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}', 'models/a.sql' => 'select {{ a() }}'), 'run');
fails('endless loop', 2, [qr/models\/a\.sql/], project('models/a.sql' => ('{% for i in range(99999) %}' x 4) . 'x' . ('{% endfor %}' x 4)), 'run');
my $writes = project('models/a.sql' => "{% do run_query('create table public.made(a int)') %}select 1 as a");
fails('a query that writes', 0, [], $writes, 'parse');
is(value("SELECT to_regclass('public.made') IS NULL"), 't', 'is not done while parsing');

# References and names.
fails('missing ref', 2, [qr/ref\('stg_order'\)/, qr/"stg_orders"/], project('models/a.sql' => "select * from {{ ref('stg_order') }}", 'models/stg_orders.sql' => 'select 1 as x'), 'run');
fails('defined twice', 2, [qr/"twice" is defined twice|two models/, qr/models\/d\/twice\.sql/], project('models/twice.sql' => 'select 1', 'models/d/twice.sql' => 'select 1'), 'run');
fails('nothing selected', 0, [qr/does not match any/], $good = project('models/a.sql' => 'select 1 as a'), 'run', '--select', 'nothing');

# Seeds.
fails('broken row', 1, [qr/s\.csv.*line 3|line 3/s], project('seeds/s.csv' => "a,b\n1,2\n3,4,5\n"), 'seed');
my $large = project('seeds/big.csv' => "a,b\n" . ("1234567890,'some text of a row'\n" x 300_000));
fails('a seed of 10 MB', 0, [qr/INSERT 300000/], $large, 'seed');

# Connections and servers.
profile(type => 'snowflake');
fails('another kind of database', 2, [qr/snowflake/], $good, 'run');
profile(port => 1);
fails('no server', 2, [qr/could not connect/], $good, 'run');
fails('debug without a server', 1, [qr/Connection test.*ERROR/], $good, 'debug');
$node->safe_psql('postgres', 'CREATE DATABASE bare');
profile(user => value('SELECT current_user'), dbname => 'bare');
fails('no extension', 2, [qr/does not have the extension mesh/, qr/CREATE EXTENSION mesh/], $good, 'run');
profile(user => value('SELECT current_user'));

# A connection that is lost: what became of the run can be asked for.
my $slow = project('models/slow.sql' => 'select pg_sleep(60)::text as a', 'dbt_project.yml' => "name: shop\nprofile: shop\nmodels: {+materialized: table}\n");
my ($out, $err) = ('', '');
my $run = IPC::Run::start(['meshctl', 'run', '--project-dir', $slow], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'it does not run';
value(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
$run->finish;
is($run->result(0), 2, 'lost connection: exit code');
like($err . $out, qr/SELECT \* FROM mesh\.runs WHERE/, 'it says how to ask');
is(value('SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1'), 'rolled back', 'and the history has the run');

# Ctrl-C cancels the run in the server.
($out, $err) = ('', '');
$run = IPC::Run::start(['meshctl', 'run', '--project-dir', $slow], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'it does not run';
$run->signal('INT');
$run->finish;
isnt($run->result(0), 0, 'Ctrl-C: exit code');
is(value(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}), 0, 'the server works no more');
is(value("SELECT to_regclass('shop.slow') IS NULL"), 't', 'nothing is published');

$node->stop;
done_testing();
