# What a server goes through does not make the mesh take something for unchanged that is not, nor rebuild without need: a restart, a
# crash, checksums, statistics that are lost, prepared transactions, a copy of the database.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_prepared_transactions = 2\nmesh.progress = off\nclient_min_messages = error");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE mesh');
$node->safe_psql('mesh', q{
    CREATE EXTENSION mesh;
    CREATE SCHEMA raw;
    CREATE TABLE raw.kept AS SELECT i AS id FROM generate_series(1, 20000) i;
    CREATE UNLOGGED TABLE raw.fast AS SELECT i AS id FROM generate_series(1, 100) i;
    SELECT mesh.create_domain('shop');
    SELECT mesh.create_model('shop.kept', 'select id from raw.kept', materialized => 'table');
    SELECT mesh.create_model('shop.of_kept', 'select count(*) as n from kept', materialized => 'table');
    SELECT mesh.create_model('shop.fast', 'select count(*) as n from raw.fast', materialized => 'table');
    SELECT mesh.create_model('shop.loose', 'select id from raw.kept', materialized => 'table', config => '{"unlogged": true}');
    SELECT mesh.create_test('shop.of_kept', 'not_null', 'n');
});

sub value { return $node->safe_psql('mesh', $_[0]) }

# The models that a run builds, with the reason.
sub built { return value(q{SELECT string_agg(node || ': ' || reason, ', ' ORDER BY node COLLATE "C") FROM mesh.run('shop') WHERE status = 'success'}) }

is(built(), 'shop.fast: new, shop.kept: new, shop.loose: new, shop.of_kept: new', 'first everything is new');
is(built(), '', 'then nothing changed');
value('CHECKPOINT');
value('SELECT count(*) FROM raw.kept');
value('VACUUM (FREEZE) raw.kept, shop.kept, shop.of_kept');
is(built(), '', 'with checksums VACUUM and hint bits are in the log, and are no change');
is(built(), '', 'and not the second time');
value(q{SELECT mesh.test('shop')});  # the catalog of functions has got hint bits as well: once more
is(value(q{SELECT split_part(reason, ':', 1) FROM mesh.test('shop')}), 'cached', 'tests neither');

$node->restart;
is(built(), '', 'a restart changes nothing');
$node->stop('immediate');
$node->start;
is(built(), 'shop.fast: raw.fast changed, shop.loose: the rows of shop.loose were changed by hand', 'a crash empties unlogged tables, and they alone are noticed');
is(value('SELECT n FROM shop.fast'), '0', 'what reads one is empty too');
is(value('SELECT count(*) FROM shop.loose'), '20000', 'what was one is filled again');
is(built(), '', 'once');

value('SELECT pg_stat_reset()');
is(built(), '', 'lost statistics change nothing');

# A prepared transaction has no session, and is as unseen as any other that is open.
value(q{BEGIN; DELETE FROM raw.kept WHERE id = 1; INSERT INTO raw.kept VALUES (0); PREPARE TRANSACTION 'later'});
is(built(), '', 'what is prepared is not seen');
value(q{SELECT count(*) FROM mesh.run('shop', force => true)});
$node->restart;
value(q{COMMIT PREPARED 'later'});
value('VACUUM raw.kept');
is(built(), 'shop.kept: raw.kept changed, shop.loose: raw.kept changed, shop.of_kept: upstream rebuilt: shop.kept', 'and is seen when it is committed, though as many rows are left');
is(value('SELECT min(id) FROM shop.kept'), '0', 'with its rows');

# Changes that were lost with a crash were never there.
my ($out, $err) = ('', '');
my $writer = $node->background_psql('mesh');
$writer->query_safe('BEGIN; DELETE FROM raw.kept WHERE id < 100');
value('CHECKPOINT');
$node->stop('immediate');
eval { $writer->quit };
$node->start;
value('TRUNCATE raw.fast');
like(built(), qr/^shop\.fast: [^,]*, shop\.loose: [^,]*$/, 'what a crash has rolled back is no change');
is(built(), '', 'and all is known again');

# The same files in another database are another database's.
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE mesh STRATEGY file_copy');
is($node->safe_psql('copied', q{SELECT count(*) FROM mesh.run('shop') WHERE status = 'success'}), '4', 'a copied database knows nothing of its own relations yet');
is($node->safe_psql('copied', q{SELECT count(*) FROM mesh.run('shop') WHERE status = 'success'}), '0', 'and then it does');
is(built(), '', 'the original does still');

$node->stop;
done_testing();
