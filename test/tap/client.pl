# meshctl and projects that are wrong: each mistake is told with its place, the exit code is dbt's, and nothing is left half done.
use strict;
use warnings FATAL => 'all';

use Digest::MD5 qw(md5_hex);
use File::Copy;
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
my $good = project('models/base.sql' => "{{ config(materialized='ephemeral') }}select 1 as id", 'models/orders.sql' => "select id from {{ ref('base') }}", 'models/schema.yml' => "models:\n  - name: orders\n    columns: [{name: id, data_tests: [unique]}]\n");
my ($exit, $said) = meshctl($good, 'build');
is($exit, 0, 'a project is built') or diag $said;
like($said, qr/Found 2 models, 1 test,.*1 of 2 START sql view model shop\.orders .*\[RUN\].*1 of 2 OK created sql view model shop\.orders .*\[CREATE VIEW in .*2 of 2 PASS unique_orders_id .*Finished running 1 test, 1 view model in .*Done\. PASS=2 WARN=0 ERROR=0 SKIP=0/s, 'it tells each step as it comes');
unlike($said, qr/ephemeral|base/, 'but what becomes part of others');
ok(-s "$good/target/$_", "target/$_ is written") for qw(manifest.json run_results.json compiled/shop/models/orders.sql);
($exit, $said) = meshctl($good, 'ls', '--resource-type', 'model', '--quiet');
is($said, "shop.base\nshop.orders\n", 'ls prints selectors');
($exit, $said) = meshctl($good, 'build', '--log-format', 'json');
like($said, qr/"name":"LogModelResult"/, 'json lines');
($exit, $said) = meshctl($good, 'run', '--target-path', "$home/elsewhere");
ok(-s "$home/elsewhere/run_results.json", '--target-path');

# What is only looked at.
my $look = project('models/one.sql' => "{{ config(materialized='ephemeral') }}select 1 as id", 'models/two.sql' => "select * from {{ ref('one') }}", 'seeds/s.csv' => "id,x\n1,2.5\n",
    'models/asks.sql' => "select {{ run_query('select 7').columns[0].values()[0] if execute else 0 }} as id",
    'models/sources.yml' => "sources:\n  - name: shop\n    loaded_at_query: \"select max(at) from {{ this }}\"\n    freshness: {warn_after: {count: 1, period: hour}}\n    tables: [{name: old}]\n");
($exit, $said) = meshctl($look, 'compile', '--select', 'one');
like($said, qr/Compiled node 'one' is:\nselect 1 as id/, 'an ephemeral model is compiled') or diag $said;
fails('compile of all', 0, [], $look, 'compile');
like(slurp_file("$look/target/manifest.json"), qr/"model\.shop\.one": *\{"compiled":true,"compiled_code":"select 1 as id"/, 'and so it is in the manifest');
ok(-s "$look/target/compiled/shop/models/one.sql", 'and written');
unlike($said = fails('compile without asking', 2, [qr/connection never acquired for thread/, qr/model\.shop\.asks asks the database/], $look, 'compile', '--no-introspect'), qr/Compiled/, 'nothing is compiled then');
fails('an inline query that is no template', 2, [qr/Error parsing inline query\n  .*third/], $look, $_, '--inline', "select * from {{ ref('third') }}") for qw(compile show);
fails('an inline query that is no SQL', 2, [qr/Database Error\n  syntax error/], $look, 'show', '--inline', 'slect 1');
meshctl($look, 'seed');
($exit, $said) = meshctl($look, 'show', '--select', 's', '--output', 'text', '--output', 'json', '--quiet');
like($said, qr/"node": "s".*"x": 2\.5/s, 'a seed is shown, and the last of two options counts') or diag $said;
value("CREATE TABLE shop.old AS SELECT timestamp '2024-01-01 10:00' AS at");
($exit, $said) = meshctl($look, 'source', 'snapshot-freshness', '--output', 'target/old.json');
like(slurp_file("$look/target/old.json"), qr/"max_loaded_at":"2024-01-01T10:00:00\+00:00".*"status":"warn".*"warn_after":\{"count":1,"period":"hour"\}/s, 'sources.json says how old the rows are, and by what') or diag $said;

# What a template prints is told when it is read and when it is run.
for my $how ('print', 'exceptions.warn') {
    my $talks = project('models/a.sql' => "{% do $how('always') %}{% if execute %}{% do $how('executed') %}{% endif %}select 1 as a");
    for ('always always executed', 'always executed') {
        ($exit, $said) = meshctl($talks, 'run');
        is(join(' ', $said =~ /\b(always|executed)\b/g), $_, "$how: $_");
    }
}

($exit, $said) = meshctl($look, 'show', '--inline-direct', "select '{{ no }}' as t");
like($said, qr/\{\{ no \}\}/, 'SQL that is no template is shown as it is') or diag $said;

# Rows are shown with the types that dbt gives them, and columns also when there are no rows.
my $typed = q(select 5 as i, 5::float8 as f, 5.50 as n, null as nothing, true as yes, date '2026-01-31' as day, timestamp '2026-01-31 12:00' as at, '{"a": [1]}'::json as j, array[1, 2] as list, 6 as i);
my $typed_json = qr/"show": \[\s*\{\s*"i": 5,\s*"f": 5\.0,\s*"n": 5\.5,\s*"nothing": null,\s*"yes": true,\s*"day": "2026-01-31",\s*"at": "2026-01-31T12:00:00",\s*"j": "\{\\"a\\": \[1\]\}",\s*"list": "\[1, 2\]",\s*"i_2": 6\s*\}/;
for my $how ('--inline', '--inline-direct') {
    fails("show $how as JSON", 0, [$typed_json], $look, 'show', $how, $typed, '--output', 'json');
    fails("show $how as text", 0, [qr/\| i \|   f \|    n \| nothing \|  yes \|        day \| +at \| j +\| list +\| i_2 \|\n.*\n\| 5 \| 5\.0 \| 5\.50 \| +\| True \| 2026-01-31 \| 2026-01-31 12:00:00 \| \{"a": \[1\]\} \| \[1, 2\] \|   6 \|/], $look, 'show', $how, $typed);
    fails("show $how of no rows", 0, [qr/\| a \| b \|\n\| - \| - \|\n\n?$/], $look, 'show', $how, 'select 1 as a, 2 as b where false');
}
($exit, $said) = meshctl($look, 'parse', '--threads', '2', '--state', 'nowhere', '--defer', '--use-fast-test-edges');
is($exit, 0, 'what has nothing to do here is taken') or diag $said;

# A catalog of what is selected.
sub catalogued { my ($exit, $said) = meshctl($look, 'docs', 'generate', @_); return $exit ? $said : join(' ', sort(slurp_file("$look/target/catalog.json") =~ /"unique_id" ?: ?"([^"]+)"/g)) }
meshctl($look, 'run');
is(catalogued(), 'model.shop.asks model.shop.two seed.shop.s source.shop.shop.old', 'docs generate: all');
is(catalogued('--select', 'two', 'source:shop'), 'model.shop.two source.shop.shop.old', 'docs generate --select');
is(catalogued('--empty-catalog'), '', 'docs generate --empty-catalog');

# Seeds by their state.
mkdir "$look/state";
IPC::Run::run(['cp', "$look/target/manifest.json", "$look/state"]);
write_file("$look/seeds/more.csv", "id\n1\n");
($exit, $said) = meshctl($look, 'seed', '--select', 'state:modified', '--state', 'state');
like($said, qr/1 of 1 OK loaded seed file shop\.more /, 'seed --select state:modified') or diag $said;
unlink "$look/seeds/more.csv";

# What clean leaves alone.
my $clean = sub { return project('dbt_project.yml' => "name: shop\nprofile: shop\nclean-targets: ['$_[0]']\n", 'models/a.sql' => 'select 1 as a') };
fails('clean outside the project', 2, [qr/dbt will not clean the following directories outside the project: /], $clean->('..'), 'clean');
fails('clean of sources', 2, [qr/dbt will not clean the following source paths: .*models/], $clean->('models'), 'clean');

my $units = project('models/a.sql' => 'select 1.50 as a', 'models/s.yml' => "unit_tests:\n  - {name: scale, model: a, given: [], expect: {rows: [{a: 1.50}]}}\n  - {name: text, model: a, given: [], expect: {rows: [{a: '1.50'}]}}\n");
($exit, $said) = meshctl($units, 'run');
($exit, $said) = meshctl($units, 'test');
like($said, qr/FAIL 1 scale.*\[FAIL 1 in .*PASS text/s, 'values of unit tests are compared by their text');
ok(-s "$units/target/compiled/shop/models/s.yml/models/$_.sql", "the SQL of unit test $_ is written") for qw(scale text);

# Batches are told as dbt tells them.
my $batches = project('models/raw.sql' => "{{ config(event_time='at') }}select at, extract(day from at)::int as v from generate_series(timestamp '2024-01-01', '2024-01-03', '1 day') at",
    'models/days.sql' => "{{ config(materialized='incremental', incremental_strategy='microbatch', unique_key='at', event_time='at', batch_size='day', begin='2024-01-01') }}select at, 10 / (v - {{ var('bad', 0) }}) as v from {{ ref('raw') }}");
my @days = ('--event-time-start', '2024-01-01', '--event-time-end', '2024-01-04');
($exit, $said) = meshctl($batches, 'run', @days);
like($said, qr/2 of 2 START sql microbatch model shop\.days \.+ \[RUN\].*Batch 1 of 3 START batch 2024-01-01 of shop\.days \.+ \[RUN\].*Batch 1 of 3 OK created batch 2024-01-01 of shop\.days \.+ \[SELECT 1 in .*Batch 3 of 3 OK created batch 2024-01-03 of shop\.days \.+ \[MERGE 1 in .*2 of 2 OK created sql microbatch model shop\.days \.+ \[SUCCESS in/s, 'batches are told') or diag $said;
($exit, $said) = meshctl($batches, 'run', @days, '--vars', 'bad: 2');
like($said, qr/Batch 2 of 3 ERROR creating batch 2024-01-02 of shop\.days \.+ \[ERROR in .*Batch 3 of 3 OK created.*2 of 2 PARTIALLY created sql microbatch model shop\.days \.+ \[PARTIAL SUCCESS \(2\/3\) in .*Completed with 1 partial success and 0 warnings/s, 'one that fails') or diag $said;
($exit, $said) = meshctl($batches, 'run', @days, '--vars', 'bad: 1', '--full-refresh');
like($said, qr/Batch 1 of 3 ERROR creating.*Batch 2 of 3 SKIP batch 2024-01-02 of shop\.days \.+ \[SKIPPED in/s, 'those behind a first one that fails') or diag $said;
unlike($said, qr/Batch 2 of 3 START/, 'are not begun');

# As many at once as the profile says.
profile(user => value('SELECT current_user'), threads => 3);
sub threads { return value(q{SELECT coalesce(options->>'threads', '1') FROM mesh.runs ORDER BY run_id DESC LIMIT 1}) }
($exit, $said) = meshctl($good, 'run');
is(threads(), 3, 'threads of the profile') or diag $said;
($exit, $said) = meshctl($good, 'run', '--threads', '2');
is(threads(), 2, '--threads comes before it');
profile(user => value('SELECT current_user'));
($exit, $said) = meshctl($good, 'run');
is(threads(), 1, 'one thread');

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

# An error says whose it is and where, in the log and in run_results.json.
my $kinds = project('models/a.sql' => 'select * from nowhere', 'models/b.sql' => "select {% if execute %}{{ exceptions.raise_compiler_error('not good') }}{% endif %}");
$said = fails('errors by their kinds', 1, [qr/  Database Error in model a \(models\/a\.sql\)\n  .*nowhere.*\n  compiled code at target\/run\/shop\/models\/a\.sql\n/, qr/  Compilation Error in model b \(models\/b\.sql\)\n  not good/,
    qr/  compiled code at target\/compiled\/shop\/models\/a\.sql/], $kinds, 'run');
like(slurp_file("$kinds/target/run_results.json"), qr/"message":"Database Error in model a \(models\/a\.sql\)\\n  .*nowhere.*compiled code at target\/run/, 'the artifact has it too');
fails('a hook of on-run-start that cannot be rendered', 2, [qr/gone/], project('dbt_project.yml' => "name: shop\nprofile: shop\non-run-start: \"{% if execute %}{% do run_query('select * from gone') %}{% endif %}\"\n", 'models/a.sql' => 'select 1 as a'), 'run');

# The manifest has what was compiled; paths may be templates; a secret is never shown.
my $sql = project('dbt_project.yml' => "name: shop\nprofile: shop\ntarget-path: \"target_{{ modules.datetime.datetime(2026, 1, 2).strftime('%Y') }}\"\n", 'models/a.sql' => "select {{ 1 + 1 }} as a, 'x\\\"y' as b",
    'models/b.sql' => 'select 1 as compiled_path', 'models/s.yml' => "models: [{name: b, meta: {compiled_path: null, a: [{nodes: {b: 1}}]}}]\n");
fails('compile', 0, [], $sql, 'compile', '--select', 'a');
my $written = slurp_file("$sql/target_2026/manifest.json");
like($written, qr/"model\.shop\.a": *\{"compiled":true,"compiled_code":"select 2 as a, 'x\\\\\\"y' as b"/, 'the manifest has the SQL');
like($written, qr/"compiled_path": *"target_2026\/compiled\/shop\/models\/a\.sql"/, 'and where it is');
is(() = $written =~ /"compiled":true/g, 1, 'of what was compiled alone');
fails('run', 0, [], $sql, 'run');
like(slurp_file("$sql/target_2026/manifest.json"), qr/"model\.shop\.b": *\{"compiled":true,"compiled_code":"select 1 as compiled_path".*"build_path": *"target_2026\/run\/shop\/models\/b\.sql"/s, 'of a run too');
{
    local $ENV{DBT_ENV_SECRET_KEY} = 'hush';
    my $told = fails('a package that is not there', 2, [qr/file:\/\/\/\*\*\*\*\*\/x\.git/], project('packages.yml' => "packages: [{git: \"file:///{{ env_var('DBT_ENV_SECRET_KEY') }}/x.git\"}]\n"), 'deps');
    unlike($told, qr/hush/, 'its address hides the secret');
}

# docs generate: assets are copied, a relation is in the catalog as node and as source; --no-compile writes no manifest.
my $docs = project('dbt_project.yml' => "name: shop\nprofile: shop\nasset-paths: [assets, none]\n", 'assets/deep/logo.svg' => '<svg/>', 'models/a.sql' => 'select 1 as a',
    'models/s.yml' => "sources: [{name: own, schema: shop, tables: [{name: a}]}]\n");
fails('what is documented', 0, [], $docs, 'run');
remove_tree("$docs/target");
fails('docs generate --no-compile', 0, [], $docs, 'docs', 'generate', '--no-compile');
ok(-s "$docs/target/catalog.json" && !-e "$docs/target/manifest.json", 'writes a catalog and no manifest');
like(slurp_file("$docs/target/catalog.json"), qr/"unique_id" *: *"model\.shop\.a".*"unique_id" *: *"source\.shop\.own\.a"/s, 'which has the relation twice');
is(slurp_file("$docs/target/assets/deep/logo.svg"), '<svg/>', 'and assets beside it');
{
    local $ENV{DBT_ENV_CUSTOM_ENV_TEAM} = 'sales';
    fails('docs generate', 0, [], $docs, 'docs', 'generate');
}

# The catalog by macros of the project's own: one that fails is a failure, and with --warn-error the end.
my $catalog = project('macros/c.sql' => q({% macro get_catalog_relations(information_schema, relations) %}{% do exceptions.raise_compiler_error('no catalogs') if var('none', true) %}) .
    q({{ return(run_query("select 'shop' as table_schema, 'a' as table_name, 'MINE' as table_type, 'a' as column_name, 1 as column_index, 'int' as column_type")) }}{% endmacro %}),
    'models/a.sql' => 'select 1 as a');
fails('a catalog of its own', 0, [], $catalog, 'docs', 'generate', '--vars', '{none: false}');
like(slurp_file("$catalog/target/catalog.json"), qr/"type": *"MINE"/, 'which the macro tells');
fails('a catalog with --warn-error', 2, [qr/Encountered an error while generating catalog: no catalogs/], $catalog, '--warn-error', 'docs', 'generate');
like(slurp_file("$catalog/target/catalog.json"), qr/"type": *"MINE"/, 'leaves the one that was there');
fails('a catalog that fails', 1, [qr/\[WARNING\]: Encountered an error while generating catalog: no catalogs/, qr/encountered 1 failure while writing the catalog/], $catalog, 'docs', 'generate');
like(slurp_file("$catalog/target/catalog.json"), qr/"errors" *: *\["no catalogs"\]/, 'says why');

my ($of_manifest) = slurp_file("$docs/target/manifest.json") =~ /("metadata": *\{.*?)"nodes"/s;
like($of_manifest, $_, "metadata of the manifest: $_") for qr/"generated_at": *"20\d\d-/, qr/"invocation_id": *"[0-9a-f-]{36}"/, qr/"invocation_started_at": *"20/, qr/"env": *\{"TEAM": *"sales"\}/,
    qr/"project_id": *"\Q@{[md5_hex('shop')]}\E"/, qr/"send_anonymous_usage_stats": *false/, qr/"adapter_type": *"postgres"/;

# --static puts both artifacts into dbt's page, where that is there.
fails('docs generate --static without a page', 0, [qr/WARNING\S*: static_index\.html is not written: \S*\/index\.html is not there/], $docs, 'docs', 'generate', '--static');
write_file("$docs/target/index.html", '<script>["MANIFEST.JSON INLINE DATA", "CATALOG.JSON INLINE DATA"]</script>');
fails('docs generate --static', 0, [], $docs, 'docs', 'generate', '--static');
is(slurp_file("$docs/target/static_index.html"), '<script>[' . slurp_file("$docs/target/manifest.json") . ', ' . slurp_file("$docs/target/catalog.json") . ']</script>', 'has both in the page');

# query-comment is on what meshctl sends, and --debug shows that.
my $comment = project('dbt_project.yml' => "name: shop\nprofile: shop\nquery-comment: \"{{ return(tojson(about(target.name))) }}\"\n", 'macros/m.sql' => "{% macro about(name) %}{{ return({'by': name}) }}{% endmacro %}", 'models/a.sql' => 'select 1 as a');
fails('query-comment', 0, [qr/On master: \/\* \{"by": "dev"\} \*\/\n *SELECT .* FROM mesh\.invoke/], $comment, 'run', '--debug');
fails('query-comment at the end', 0, [qr/mesh\.invoke.*\n\/\* mine \*\//], project('dbt_project.yml' => "name: shop\nprofile: shop\nquery-comment: {comment: mine, append: true}\n", 'models/a.sql' => 'select 1 as a'), 'run', '--debug');
fails('query-comment that ends itself', 2, [qr/illegal value "\*\/"/], project('dbt_project.yml' => "name: shop\nprofile: shop\nquery-comment: 'a */ b'\n", 'models/a.sql' => 'select 1 as a'), 'run');

# The last command again: its failed nodes and no others, with its options.
my $again = project('models/a.sql' => 'select 1 as id', 'models/b.sql' => "select {{ var('x') }} as id", 'macros/m.sql' => "{% macro m(to) %}{% do run_query('select ' ~ to) %}{% endmacro %}");
fails('a run to retry', 1, [qr/of 2 ERROR creating sql view model shop\.b/], $again, 'run', '--vars', '{x: nope}', '--target', 'dev');
fails('retry', 1, [qr/1 of 1 ERROR creating sql view model .*\.b .*column "nope" does not exist/s], $again, 'retry');
fails('retry with other vars', 0, [qr/1 of 1 OK created sql view model .*\.b /], $again, 'retry', '--vars', '{x: 1}');
fails('retry of nothing', 0, [qr/Nothing to do/], $again, 'retry');
fails('another run to retry', 1, [], $again, 'run', '--vars', '{x: nope}', '--target-path', 'there');
unlink "$again/models/b.sql";
fails('retry of what is gone', 2, [qr/Couldn't find model 'model\.shop\.b' -- does it exist or is it disabled\?/], $again, 'retry', '--state', 'there');
fails('retry without results', 2, [qr/Could not find previous run in 'nowhere' target directory/], $again, 'retry', '--state', 'nowhere');
fails('an operation to retry', 1, [], $again, 'run-operation', 'm', '--args', '{to: nope}');
fails('retry of an operation', 1, [qr/column "nope" does not exist/], $again, 'retry');
{
    local $ENV{DBT_PROFILES_DIR} = "$home/absent";
    write_file("$home/absent/profiles.yml", slurp_file("$home/profiles.yml") =~ s/dbname: \S+/dbname: absent/r);
    fails('an operation without a database', 1, [qr/Encountered an error while running operation: could not connect to the database.*database "absent" does not exist/s], $again, 'run-operation', 'm', '--args', '{to: 1}');
}
fails('an operation that ends well', 0, [], $again, 'run-operation', 'm', '--args', '{to: 1}');
fails('retry of an operation that ended well', 0, [qr/Nothing to retry/], $again, 'retry');

# What macros log is told to --debug; a warning about the project is an error where it shall be one.
my $logs = project('dbt_project.yml' => "name: shop\nprofile: shop\nmodels: {shop: {none: {+tags: [x]}}}\n", 'macros/m.sql' => "{% macro m() %}{% do log('a quiet word') %}{% do log('aloud', info=true) %}{% endmacro %}", 'models/a.sql' => 'select 1 as a');
unlike(fails('log', 0, [qr/aloud/], $logs, 'run-operation', 'm'), qr/a quiet word/, 'is quiet');
fails('log and --debug', 0, [qr/a quiet word/, qr/aloud/], $logs, 'run-operation', 'm', '--debug');
fails('a path that configures nothing', 0, [qr/Configuration paths exist in your dbt_project\.yml file which do not apply to any resources\.\nThere are 1 unused configuration paths:\n- models\.shop\.none/], $logs, 'parse', '--no-partial-parse');
unlike(fails('a disabled model with a test', 0, [qr/Found/], project('models/gone.sql' => "{{ config(enabled=false) }}select 1 as id", 'models/s.yml' => "models: [{name: gone, columns: [{name: id, data_tests: [unique]}]}]\n"),
    'parse', '--warn-error'), qr/disabled/, 'is none');
fails('a warning that is an error', 2, [qr/Configuration paths exist/, qr/without --warn-error/], $logs, 'parse', '--no-partial-parse', '--warn-error');

# What is compared with, or deferred to.
fails('clone without a state', 2, [qr/--state or --defer-state are required for deferral/], $docs, 'clone');
fails('a state that is the target', 0, [qr/The state and target directories are the same: '\Q$docs\E\/target'/], $docs, 'run', '--state', "$docs/target");
fails('--defer-state', 0, [], $docs, 'run', '--defer', '--defer-state', "$docs/target");

mkdir "$docs/earlier";
copy("$docs/target/$_", "$docs/earlier/$_") or die $! for 'manifest.json', 'run_results.json';
fails('result: of a folder below the project', 0, [qr/^shop\.a$/m], $docs, 'ls', '--select', 'result:success', '--state', 'earlier');
fails('state: knows nothing changed', 0, [qr/No nodes selected/], $docs, 'ls', '--select', 'state:modified', '--state', 'earlier');
fails('result: without results', 2, [qr/No comparison run_results/], $docs, 'ls', '--select', 'result:success', '--state', 'models');
fails('state: without a manifest', 2, [qr/Got a state selector method, but no comparison manifest/], $docs, 'ls', '--select', 'state:new', '--defer-state', 'earlier');
fails('defer without a manifest', 2, [qr/Could not find manifest in --state path: "models"/], $docs, 'run', '--defer', '--state', 'models');
fails('defer to another folder than what is compared with', 0, [], $docs, 'run', '--defer', '--state', 'models', '--defer-state', 'earlier');

# The environment: an empty variable says nothing, DBT_ENGINE_X comes before DBT_X, and dbt's old names count. flags: of a project says nothing of one command.
my $flags = project('dbt_project.yml' => "name: shop\nprofile: shop\nflags: {full_refresh: true, fail_fast: true}\n",
    'models/a.sql' => "{% if execute %}{% do log('full ' ~ flags.FULL_REFRESH ~ ', fast ' ~ flags.FAIL_FAST, info=true) %}{% endif %}select 1 as a");
fails('flags of a project', 0, [qr/full False, fast True/], $flags, 'run');
{
    local $ENV{DBT_PROFILES_DIR} = "$home/old";
    write_file("$home/old/profiles.yml", "config: {fail_fast: true}\n" . slurp_file("$home/profiles.yml"));
    fails('config of profiles.yml', 0, [qr/full False, fast True/], project('models/a.sql' => slurp_file("$flags/models/a.sql")), 'run');
    fails('config of profiles.yml beside flags of the project', 2, [qr/Do not specify both 'config' in profiles\.yml and 'flags' in dbt_project\.yml/], $flags, 'run');
}
for (['', '', 'False'], ['0', 'true', 'True'], ['true', '', 'True'], ['true', '0', 'False']) {
    my ($old, $new, $full) = @$_;
    local @ENV{'DBT_FULL_REFRESH', 'DBT_ENGINE_FULL_REFRESH'} = ($old, $new);
    fails("DBT_FULL_REFRESH=$old DBT_ENGINE_FULL_REFRESH=$new", 0, [qr/full $full/], $flags, 'run');
}
{
    local @ENV{'DBT_DEFER_TO_STATE', 'DBT_ARTIFACT_STATE_PATH', 'DBT_STATE'} = ('1', 'models', 'other');
    fails('old names of variables', 2, [qr/Could not find manifest in --state path: "models"/], $flags, 'run');
}
{
    local $ENV{DBT_FULL_REFRESH} = 'perhaps';
    fails('a variable that is neither true nor false', 2, [qr/DBT_FULL_REFRESH is neither true nor false: "perhaps"/], $flags, 'run');
}
fails('hooks', 0, [qr/  OK hook: shop\.on-run-start\.0 \.* \[OK in .*1 of 1 START sql view model .*  OK hook: shop\.on-run-end\.0 /s], project('dbt_project.yml' => "name: shop\nprofile: shop\non-run-start: select 1\non-run-end: select 2\n", 'models/a.sql' => 'select 1 as a'), 'run');
fails('--defer before the verb', 2, [qr/Could not find manifest in --state path: "models"/], $flags, '--defer', '--state', 'models', 'run');
fails('--state of a verb that has no use for it', 0, [], $flags, 'parse', '--defer', '--state', 'models');
fails('options that exclude one another', 2, [qr/inline: not allowed with argument select/], $flags, 'compile', '--select', 'a', '--inline', 'select 1');
fails('--warn-error and its options', 2, [qr/warn_error_options: not allowed with argument warn_error/], $flags, 'parse', '--warn-error', '--warn-error-options', '{error: all}');

# SQL that is no template is shown without a project's being sent.
fails('show --inline-direct', 0, [qr/Previewing inline node:\n\| n \|\n\| - \|\n\| 1 \|\n/], $flags, 'show', '--inline-direct', "select n from generate_series(1, 3) as n -- all", '--limit', '1');
fails('show --inline-direct of no SQL', 2, [qr/Database Error\n.*syntax error/], $flags, 'show', '--inline-direct', 'slect');

# init in a project makes its profile and nothing else.
fails('init in a project', 0, [], $flags, 'init', '--skip-profile-setup');
fails('init in a project with a profile', 2, [qr/Can not init existing project with specified profile/], $flags, 'init', '--profile', 'shop');

# Packages from tarballs.
make_path("$home/packed/other/macros");
write_file("$home/packed/other/dbt_project.yml", "name: other\n");
write_file("$home/packed/other/macros/m.sql", '{% macro two() %}2{% endmacro %}');
system('tar', '--create', '--gzip', '--file', "$home/other.tar.gz", '--directory', "$home/packed", 'other') == 0 or die 'tar';
my $packed = project('packages.yml' => "packages: [{tarball: 'file://$home/other.tar.gz', name: other}]\n", 'models/a.sql' => 'select {{ other.two() }} as a');
fails('a tarball', 0, [qr/Installed from tarball \(url: file:.*other\.tar\.gz\)/], $packed, 'deps');
fails('is a package', 0, [], $packed, 'run');
is(value('SELECT a FROM shop.a'), '2', 'whose macros are there');
fails('a tarball that is not there', 2, [qr/could not fetch "file:.*nothing\.tgz"/], project('packages.yml' => "packages: [{tarball: 'file://$home/nothing.tgz', name: other}]\n"), 'deps');
fails('a package without an address', 2, [qr/packages\.yml file in this project is malformed/, qr/A hub package is missing the value/], project('packages.yml' => "packages: [{package: '', version: 1.0.0}]\n"), 'deps');

# dbt's base context in the files that meshctl reads itself.
fails('dbt_project.yml may call all that dbt has there', 0, [qr/^shop\.a$/m],
    project('src/a.sql' => 'select 1 as a', 'dbt_project.yml' => qq(name: shop\nprofile: shop\nmodel-paths: "{{ fromjson('[\\"src\\"]') }}"\nversion: "{{ dbt_version }}{{ log('nothing') }}"\n)), 'ls', '--quiet');

# What templates know of the call: all of it, but secrets.
my $asked = project('models/a.sql' => 'select 1 as a', 'dbt_project.yml' => <<'PROJECT');
name: shop
profile: shop
on-run-start: "{% set a = invocation_args_dict %}{{ print('which=' ~ a.which ~ ' select=' ~ a.select ~ ' command=' ~ a.invocation_command ~ '.') }}"
PROJECT
fails('invocation_args_dict', 0, [qr/which=run select=\['a'\] command=meshctl run --select a /], $asked, 'run', '--select', 'a');
unlike(fails('a secret in it', 0, [qr/command=meshctl run\./], $asked, 'run', '--vars', 'DBT_ENV_SECRET_X: hidden'), qr/hidden/, 'a secret in it is hidden');

# exceptions.warn() is a warning of the log.
# An operation knows the id and the flags of the command that it is.
my $knows = project('macros/m.sql' => "{% macro tell() %}{% do print(invocation_id ~ ' ' ~ invocation_args_dict.which ~ ' ' ~ flags.FAIL_FAST ~ ' ' ~ invocation_args_dict.profile) %}{% endmacro %}");
($exit, $said) = meshctl($knows, 'run-operation', 'tell', '--fail-fast', '--profile', 'shop');
my ($id_told, $rest_told) = $said =~ /([0-9a-f]{8}-[0-9a-f-]{27}) (.*)/;
is($rest_told, 'run-operation True shop', 'run-operation: which and flags') or diag $said;
like(slurp_file("$knows/target/run_results.json"), qr/"invocation_id": *"$id_told"/, 'and the id of its results');

# Lines of JSON say of which node and relation they are, and whose group it is.
my $grouped = project('models/a.sql' => "{{ config(group='sales', alias='b') }}select 1 as a", 'models/wrong.sql' => "{{ config(group='sales') }}select 1/0 as a from {{ ref('a') }}",
    'models/g.yml' => "groups: [{name: sales, owner: {name: Ada, email: [a\@x, b\@x], slack: 1}}]\nmodels: [{name: wrong, config: {materialized: table}}]\n");
my $told_of_group = qr/"group":\{"name":"sales","package_name":"shop","owner":\{"email":"\['a\@x', 'b\@x'\]","name":"Ada","slack":"1"\}\}/;
($exit, $said) = meshctl($grouped, 'run', '--log-format', 'json');
for my $event ('LogModelResult', 'RunResultError') {
    my ($line) = grep { /"name":"$event"/ && /model\.shop\.wrong/ } split /\n/, $said;
    like($line, $told_of_group, "$event tells the group's owner") or diag $said;
}
my ($of_a) = grep { /"name":"LogModelResult"/ && /model\.shop\.a"/ } split /\n/, $said;
like($of_a, qr/"node_relation":\{"database":"postgres","schema":"shop","alias":"b","relation_name":"\\"postgres\\"\.\\"shop\\"\.\\"b\\""\}/, 'and the relation');
like($of_a, qr/"node_started_at":"20[^"]{24}","node_finished_at":"20[^"]{24}"/, 'and when') or diag $of_a;
fails('a warning of a macro', 0, [qr/"name":"JinjaLogWarning"/, qr/"level":"warn","msg":"\[WARNING\]: not so good"/], project('models/a.sql' => "{% do exceptions.warn('not so good') %}select 1 as a"), 'run', '--log-format', 'json');

# show --defer reads what is not built here where the state has built it.
my $elsewhere = project('models/up.sql' => "{{ config(materialized='table') }}select 42 as answer", 'models/down.sql' => "select answer from {{ ref('up') }}");
fails('what is deferred to', 0, [], $elsewhere, 'run', '--select', 'up');
copy("$elsewhere/target/manifest.json", make_path("$elsewhere/there") && "$elsewhere/there") or die $!;
profile(user => value('SELECT current_user'), schema => 'empty');
value('CREATE SCHEMA empty');
fails('show without --defer', 2, [qr/Database Error/], $elsewhere, 'show', '--select', 'down');
my @inline = ('--inline', "select '{{ ref('up').schema }}' as schema", '--defer', '--state', 'there');
fails('compile --inline --defer', 0, [qr/select 'shop' as schema/], $elsewhere, 'compile', @inline);
fails('show --inline --defer', 0, [qr/\| shop /], $elsewhere, 'show', @inline);
fails('show --defer', 0, [qr/"answer": 42/], $elsewhere, 'show', '--select', 'down', '--defer', '--state', 'there', '--output', 'json');
profile(user => value('SELECT current_user'));

# What a foreign key refers to is the relation in the manifest, once its model was compiled.
my $keys = project('models/up.sql' => 'select 1 as id', 'models/down.sql' => 'select 1 as id, 1 as up', 'models/s.yml' => <<'SCHEMA');
models:
  - name: down
    config: {meta: {to: "ref('up')"}}
    constraints: [{type: foreign_key, columns: [id], to: "ref('up')", to_columns: [id]}]
    columns: [{name: up, meta: {to: "ref('up')"}, constraints: [{type: foreign_key, to: "ref('up')", to_columns: [id]}]}]
SCHEMA
for (['parse', "ref\\('up'\\)"], ['compile', '\\\\"postgres\\\\"\\.\\\\"shop\\\\"\\.\\\\"up\\\\"']) {
    my ($verb, $to) = @$_;
    fails("foreign keys to be written by $verb", 0, [], $keys, $verb);
    my $written = slurp_file("$keys/target/manifest.json");
    is(() = $written =~ /"to": ?"$to"/g, $verb eq 'parse' ? 7 : 2, "$verb: what they refer to");
    is(() = $written =~ /"meta": ?\{"to": ?"ref\('up'\)"\}/g, 5, "$verb: what only has the name of a foreign key's member stays");
}

# References and names.
fails('missing ref', 2, [qr/Model 'model\.shop\.a' \(models\/a\.sql\) depends on a node named 'stg_order' which was not found/, qr/"stg_orders"/], project('models/a.sql' => "select * from {{ ref('stg_order') }}", 'models/stg_orders.sql' => 'select 1 as x'), 'run');
fails('defined twice', 2, [qr/"twice" is defined twice|two models/, qr/models\/d\/twice\.sql/], project('models/twice.sql' => 'select 1', 'models/d/twice.sql' => 'select 1'), 'run');
fails('nothing selected', 0, [qr/does not match any/], $good = project('models/a.sql' => 'select 1 as a'), 'run', '--select', 'nothing');

# Seeds.
fails('broken row', 1, [qr/s\.csv.*line 3|line 3/s], project('seeds/s.csv' => "a,b\n1,2\n3,4,5\n"), 'seed');
my $large = project('seeds/big.csv' => "a,b\n" . ("1234567890,'some text of a row'\n" x 600_000));
fails('a seed of 20 MB', 0, [qr/INSERT 600000/], $large, 'seed');
$large = project('seeds/big.csv' => '');
truncate "$large/seeds/big.csv", 300_000_000 or die $!;
fails('a seed that is too large', 2, [qr/file "seeds\/big\.csv" is too large/, qr/It has 300 MB, and at most 250 MB/, qr/COPY/], $large, 'seed');
$large = project(map { ("seeds/big$_.csv" => "a\n" . ("12345678,90\n" x 11_000_000)) } 1, 2);
fails('seeds that are too large together', 2, [qr/file "seeds\/big2\.csv" is too large/, qr/With the other files that changed it is 264 MB/], $large, 'seed');

# Many files.
fails('10,000 files', 0, [qr/Found 10000 models/], project(map { ("models/m$_.sql" => "select $_ as a") } 1 .. 10_000), 'parse');

# Connections and servers.
profile(type => 'snowflake');
fails('another kind of database', 2, [qr/snowflake/], $good, 'run');
profile(port => 1);
fails('no server', 2, [qr/could not connect/], $good, 'run');
fails('debug without a server', 1, [qr/Connection test.*ERROR/], $good, 'debug');
profile(user => value('SELECT current_user'));
fails('debug', 0, [qr/dbt_project\.yml file \[OK\]/, qr/profiles\.yml file \[OK\]/, qr/All checks passed!/], $good, 'debug');
fails('debug of another target', 1, [qr/Skipping steps before connection verification/, qr/1 check failed:/, qr/The profile 'shop' does not have a target named 'none'\./], $good, 'debug', '--connection', '--target', 'none');
fails('debug of another profile', 1, [qr/Profile loading failed for the following reason:\n  Could not find profile named 'none'/], $good, 'debug', '--profile', 'none');
fails('debug without profiles', 1, [qr/looked for a profiles\.yml file in \/nowhere/], $good, 'debug', '--profiles-dir', '/nowhere');
fails('debug of nothing', 2, [qr/"\/nowhere" does not exist/], '/nowhere', 'debug');
$node->safe_psql('postgres', 'CREATE DATABASE bare');
profile(user => value('SELECT current_user'), dbname => 'bare');
fails('no extension', 2, [qr/does not have the extension mesh/, qr/CREATE EXTENSION mesh/], $good, 'run');
$node->safe_psql('bare', q{CREATE EXTENSION mesh; UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'mesh'});
fails('an older extension', 2, [qr/the extension mesh of database "bare" is too old/, qr/version 0\.0\.9, and meshctl is of version/, qr/Run ALTER EXTENSION mesh UPDATE/], $good, 'run');
fails('debug with an older extension', 1, [qr/is too old/], $good, 'debug');
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
like(slurp_file("$slow/target/run_results.json"), qr/"message": ?"lost the connection to the server in run \d+",(?:(?!unique_id).)*"unique_id": ?"model\.shop\.slow"|"status": ?"skipped"(?:(?!unique_id).)*"unique_id": ?"model\.shop\.slow"/s, 'and retry will do what it was to do');
is(value('SELECT status FROM mesh.runs ORDER BY run_id DESC LIMIT 1'), 'rolled back', 'and the history has the run');

# Ctrl-C cancels the run in the server.
($out, $err) = ('', '');
$run = IPC::Run::start(['meshctl', 'run', '--project-dir', $slow], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'it does not run';
$run->signal('INT');
$run->finish;
is($run->result(0), 2, 'Ctrl-C: exit code, as with dbt');
like($err . $out, qr/interrupted\n  The run was cancelled in the server: nothing of it is published\./, 'Ctrl-C: what became of it');
is(value(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}), 0, 'the server works no more');
is(value("SELECT to_regclass('shop.slow') IS NULL"), 't', 'nothing is published');

# Other signals, once and twice; run_results.json has what is left to do, for retry.
my $gated = project('models/a.sql' => 'select 1 as a', 'models/b.sql' => "select a, raw.gate() as gate from {{ ref('a') }}", 'models/c.sql' => "select a from {{ ref('b') }}", 'models/s.yml' => "models: [{name: c, columns: [{name: a, data_tests: [unique]}]}]\n",
    'dbt_project.yml' => "name: shop\nprofile: shop\nmodels: {+materialized: table}\n");
value('CREATE SCHEMA raw; CREATE TABLE raw.open (yes bool); CREATE FUNCTION raw.gate() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT FROM raw.open) THEN PERFORM pg_sleep(120); END IF; RETURN 1; END $$');
$SIG{HUP} = 'DEFAULT';  # these tests may be run under nohup, which meshctl would take over
for (['INT', 1, 'build', 'c,a,b,unique_c_a'], ['INT', 2, 'run', ''], ['TERM', 1, 'run', ''], ['HUP', 1, 'run', 'a,b,c'], ['KILL', 1, 'run', '']) {
    my ($signal, $times, $command, $left) = @$_;
    unlink "$gated/target/run_results.json";
    $run = IPC::Run::start(['meshctl', $command, '--project-dir', $gated, '--threads', $times], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
    $node->poll_query_until('postgres', q{SELECT count(*) >= 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'it does not run';
    $run->signal($signal) for 1 .. $times;
    $run->finish;
    is($run->result(0), 2, "$command, $signal $times times: exit code") if $signal ne 'KILL';
    ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' OR application_name LIKE 'mesh%'}), "$command, $signal $times times: the server works no more");
    next if $left eq '';
    my $results = slurp_file("$gated/target/run_results.json");
    is(join(',', sort { length $a <=> length $b || $a cmp $b } map { /\.(\w+)(?:\.\w{10})?$/ } $results =~ /"unique_id": ?"([^"]*)"/g), join(',', sort { length $a <=> length $b || $a cmp $b } split /,/, $left), "$command, $signal: what is left to do");
    unlike($results, qr/"status": ?"success"/, "$command, $signal: nothing was done");
}
fails('interrupted runs leave what retry does', 2, [qr/Could not find previous run/], $gated, 'retry');
$run = IPC::Run::start(['meshctl', 'build', '--project-dir', $gated], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'it does not run';
$run->signal('INT');
$run->finish;
value('INSERT INTO raw.open VALUES (true)');
fails('retry of an interrupted run', 0, [qr/Done\. PASS=4 /], $gated, 'retry');

# Where its output is closed, the connection does not get that file's number; where the disk is full, it is told; who stops reading wants no more.
for my $closed ('>&-', '>&- 2>&-', '>&- 2>&- <&-') {
    value('DROP TABLE IF EXISTS shop.a, shop.b, shop.c');
    is(system("meshctl run --project-dir '$gated' $closed") >> 8, 0, "closed: $closed");
    is(value('SELECT count(*) FROM shop.c'), 1, "closed: $closed: it is built");
}
is(system("meshctl ls --project-dir '$gated' > /dev/full 2> '$home/told'") >> 8, 2, 'a full disk');
like(slurp_file("$home/told"), qr/could not write to the standard output\n  No space left on device/, 'is told');
is(system("bash -c \"set -o pipefail; meshctl ls --project-dir '$gated' | head -1\" > /dev/null") >> 8, 0, 'head');

# What cannot be read or sent is named.
my $odd = project('models/a.sql' => 'select {{ env_var("ODD") }} as a', 'models/below/b.sql' => 'select 1 as b');
{
    local $ENV{ODD} = "\xff";
    fails('a variable that is not UTF-8', 2, [qr/environment variable "ODD" is not encoded in UTF-8/], $odd, 'run');
}
fails('an argument that is not UTF-8', 2, [qr/an argument is not encoded in UTF-8: "a\\ufffd"/], $odd, 'run', '--select', "a\xff");
write_file("$odd/models/\xff.sql", 'select 1 as a');
fails('a name that is not UTF-8', 2, [qr/the name of file "models\/\\ufffd\.sql" is not encoded in UTF-8/], $odd, 'run');
unlink "$odd/models/\xff.sql";
SKIP: {
    skip 'root reads all', 1 if $> == 0;
    chmod 0, "$odd/models/below";
    fails('a folder that cannot be read', 2, [qr/could not read folder "models\/below": Permission denied/], $odd, 'run');
    chmod 0755, "$odd/models/below";
}

# It cancels a template that does not end too; so does statement_timeout, which the role may have.
my $endless = project('models/a.sql' => ('{% for i in range(99999) %}' x 4) . 'x' . ('{% endfor %}' x 4));
($out, $err) = ('', '');
$run = IPC::Run::start(['meshctl', 'run', '--project-dir', $endless], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($limit));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%mesh.deploy(%' AND pid <> pg_backend_pid()}) or die 'it does not parse';
$run->signal('INT');
$run->finish;
isnt($run->result(0), 0, 'Ctrl-C in an endless template: exit code');
unlike($err . $out, qr/steps/, 'it ended by this and by no limit');
is(value(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'meshctl' AND state = 'active'}), 0, 'the server works no more');
value('ALTER ROLE CURRENT_USER SET statement_timeout = 500');
fails('statement_timeout in an endless template', 2, [qr/statement timeout/], $endless, 'run');
value('ALTER ROLE CURRENT_USER RESET statement_timeout');

# The manifest comes over a second connection while the run is at work, and over the only one where there can be no other.
value('CREATE ROLE single LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE postgres TO single');
profile(user => 'single', schema => 'single');
my $single = project('models/a.sql' => 'select 1 as id');
($exit, $said) = meshctl($single, 'run');
is($exit, 0, 'a role with one connection') or diag $said;
ok(-s "$single/target/manifest.json", 'has its manifest too');
value('ALTER ROLE single CONNECTION LIMIT 2');
unlink "$single/target/manifest.json";
($exit, $said) = meshctl($single, 'run');
is($exit, 0, 'with two') or diag $said;
ok(-s "$single/target/manifest.json", 'as well');

$node->stop;
done_testing();
