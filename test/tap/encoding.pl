# In a database of another encoding than UTF-8: rows may hold anything, what the registry keeps is ASCII (or UTF-8 where the server does not look).
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$ENV{PGCLIENTENCODING} = 'LATIN1';

sub refused {
    my ($database, $sql, $what) = @_;
    my (undef, undef, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");
    like($err, qr/ERROR:  0A000: the mesh can only use text that is UTF-8, or ASCII\n.*DETAIL:  .*The database's encoding is \Q$database\E\.\n.*HINT:  Use a database whose encoding is UTF8/s, "$database: $what");
}

for my $encoding ('LATIN1', 'SQL_ASCII') {
    $node->safe_psql('postgres', "CREATE DATABASE \"$encoding\" ENCODING '$encoding' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    $node->safe_psql($encoding, qq{
        CREATE EXTENSION mesh;
        SELECT mesh.create_domain('shop');
        CREATE TABLE shop.people AS SELECT 1 AS id, 'Zo\xeb'::text AS name, 1 AS "n\xe4her";
        SELECT mesh.create_model('shop.names', 'select id, name from people', materialized => 'table', indexes => '["name"]');
        SELECT mesh.create_test('shop.names', 'accepted_values', 'name', '{"values": ["Ann"]}', severity => 'warn', store_failures => true)});
    is($node->safe_psql($encoding, q{SELECT string_agg(status, ' ' ORDER BY node) FROM mesh.run('shop')}), 'warn success', "$encoding: rows may hold anything");
    is($node->safe_psql($encoding, 'SELECT name FROM shop.names'), "Zo\xeb", "$encoding: and are kept");
    is($node->safe_psql($encoding, q{SELECT mesh.failures('shop.accepted_values_names_name__Ann')}), qq{{"n_records": 1, "value_field": "Zo\xeb"}}, "$encoding: also where they fail");
    refused($encoding, qq{SELECT mesh.create_model('shop.other', 'select id, "n\xe4her" from people')}, 'a column\'s name');
    refused($encoding, qq{SELECT mesh.deploy('project', '{"dbt_project.yml": "name: project", "models/a.sql": "select ''\xe9'' as x"}')}, 'a file of a project');
    is($node->safe_psql($encoding, q{SELECT count(*) FROM mesh.models}), '1', "$encoding: nothing is left of what was refused");
}
$node->stop;
done_testing();
