# Dump and restore carry a mesh: the registry comes back equal, the models still build, and what was built stays readable.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE original');
$node->safe_psql('original', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.sales_data (customer_id int, amount numeric);
    INSERT INTO raw.sales_data VALUES (1, 10), (1, 5), (2, 7);
    SELECT mesh.create_domain('sales', description => 'What we sell');
    SELECT mesh.create_source('sales', 'raw', '{sales_data}');
    SELECT mesh.create_model('sales.sales', 'select * from raw.sales_data');
    SELECT mesh.create_model('sales.customer_summary', $$select customer_id, sum(amount) as total_spent
        from {{ ref('sales') }} group by customer_id$$, materialized => 'table', tags => '{nightly}');
    SELECT mesh.create_model('sales."Odd, ""name"""', 'select 1 as "Odd ""column"""');
    SELECT mesh.create_model('sales.waiting', 'select * from sales.not_there_yet');
    SELECT mesh.create_test('sales.customer_summary', 'not_null', 'customer_id');
    SELECT mesh.run('sales');
    CREATE VIEW public.report AS SELECT sum(total_spent) AS total FROM sales.customer_summary;
});

# Every table of the registry as text, in an order that does not depend on storage.
sub registry {
    my ($database) = @_;
    my @tables = split /\n/, $node->safe_psql($database, q{
        SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'mesh'::regnamespace AND c.relkind = 'r' ORDER BY 1::text});
    return join "\n", map { "$_:\n" . $node->safe_psql($database, "SELECT t.* FROM $_ t ORDER BY t::text") } @tables;
}

sub restore {
    my ($database, $format) = @_;
    my $file = PostgreSQL::Test::Utils::tempdir() . "/mesh.$format";
    $node->command_ok(['pg_dump', "--format=$format", '--file', $file, 'original'], "dump, format $format");
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    my @tool = $format eq 'plain'
        ? ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, $database)
        : ('pg_restore', '--exit-on-error', '--dbname', $database, $file);
    $node->command_ok(\@tool, "restore into $database");
}

for my $format ('plain', 'custom') {
    my $copy = "copy_$format";
    restore($copy, $format);
    is(registry($copy), registry('original'), "$format: the registry is equal");
    is($node->safe_psql($copy, 'SELECT * FROM sales.customer_summary ORDER BY 1'), "1|15\n2|7", "$format: what was built is there");

    is($node->safe_psql($copy, q{SELECT count(*) FILTER (WHERE change = 'unchanged') || ' of ' || count(change) FROM mesh.plan('sales')}), '0 of 3', "$format: what another database had built is not believed to be what is here");
    $node->safe_psql($copy, 'INSERT INTO raw.sales_data VALUES (2, 3)');
    my $last_run = $node->safe_psql('original', 'SELECT max(run_id) FROM mesh.runs');
    my $steps = $node->safe_psql($copy, q{SELECT node, kind, status FROM mesh.run('sales') ORDER BY node COLLATE "C"});
    like($steps, qr/^sales\.customer_summary\|model\|success$/m, "$format: the mesh runs again");
    unlike($steps, qr/\|(error|fail)$/m, "$format: and nothing in it fails");
    is($node->safe_psql($copy, 'SELECT * FROM sales.customer_summary ORDER BY 1'), "1|15\n2|10", "$format: with new rows");
    is($node->safe_psql($copy, 'SELECT total FROM public.report'), '25', "$format: a view on it sees them");
    cmp_ok($node->safe_psql($copy, 'SELECT max(run_id) FROM mesh.runs'), '>', $last_run, "$format: runs are counted on");
    is($node->safe_psql($copy, q{SELECT status FROM mesh.models WHERE name = 'waiting'}), 'pending', "$format: pending stays so");
    $node->safe_psql($copy, q{SELECT mesh.create_model('sales.not_there_yet', 'select 1 as id')});
    is($node->safe_psql($copy, q{SELECT status FROM mesh.models WHERE name = 'waiting'}), 'ready', "$format: until its input appears");
}

is($node->safe_psql('original', 'SELECT total FROM public.report'), '22', 'the original is as it was');
$node->stop;
done_testing();
