#!/usr/bin/env python3
"""Readers against publishes: nobody sees half of a run, an error, or waits long.

readers.py [--readers N] [--publishes N] [--domains A,B] [--waits]: builds small domains in which every row carries the generation of the run that made it, runs
each of them again and again, and reads them all the while from N sessions, each in a way of its own (see WAYS), and by logical decoding. What
was read at one moment must be of one generation, and complete. Connects as psql does, to a database of its own; the server needs wal_level = logical.
Prints TAP, and a line of figures.
"""
import argparse
import collections
import os
import random
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from libpq import Session, SqlError  # noqa: E402

DATABASE = "mesh_readers"
ROWS = 20
SLOW = 0.1  # seconds that a reader may wait for a lock
PAUSE = 0.01  # what a reader does between two statements takes so long
REST = 0.004  # seconds between two reads, for each reader: the machine is to wait for locks, not for its processors

# What a run publishes, by domain: how its storage takes its place, and what kind of reader may see it wrongly.
#   swapped: everything is exchanged; mixed: also rows that are written in place, and a table that is in a publication;
#   turned: a model is a table in one run and a view in the next, so that its relation is another one.
# "stored" is a materialized view.
TABLES = {"swapped": ["base", "wide", "stored", "seen"], "mixed": ["base", "published", "log", "stored", "seen"], "turned": ["base", "turns", "seen"]}

SETUP = f"""
create extension mesh;
create schema raw;
create schema own;
create table raw.state (g int);
insert into raw.state values (1);
create table raw.ids as select id from generate_series(1, {ROWS}) id;
create table raw.other as select 1 as n;
create function own.note(id int, g int) returns text language sql immutable as $$ select string_agg(md5(i || ' ' || id || ' ' || g), '') from generate_series(1, 80) i $$;
select mesh.create_domain(d) from unnest('{{swapped,mixed,turned}}'::text[]) d;
select mesh.create_source(d, 'raw', '{{state,ids}}') from unnest('{{swapped,mixed,turned}}'::text[]) d;
select mesh.create_model(d || '.base', 'select id, g, own.note(id, g) as note from raw.ids, raw.state', materialized => 'table', indexes => '[{{"columns": ["id"], "unique": true}}, "g"]')
    from unnest('{{swapped,mixed,turned}}'::text[]) d;
select mesh.create_test('swapped.base', 'unique', 'id');
select mesh.create_model('swapped.wide', 'select id, g, note from base', materialized => 'table');
select mesh.create_model('swapped.stored', 'select id, g, note from wide', materialized => 'materialized_view', indexes => '["g"]');
select mesh.create_model('swapped.seen', 'select id, g, note from base');
select mesh.create_model('mixed.published', 'select id, g, note from base', materialized => 'table', indexes => '[{{"columns": ["id"], "unique": true}}]');
select mesh.create_model('mixed.log', 'select id, g, note from base', materialized => 'incremental', unique_key => '{{id}}');
select mesh.create_model('mixed.stored', 'select id, g, note from base', materialized => 'materialized_view', indexes => '[{{"columns": ["id"], "unique": true}}]');
select mesh.create_model('mixed.seen', 'select id, g, note from published');
select mesh.create_model('turned.turns', 'select id, g, note from base', materialized => 'table');
select mesh.create_model('turned.seen', 'select id, g, note from turns');
select count(*) from mesh.run('*');
alter table mixed.published alter id set not null, replica identity full;
create publication readers for table mixed.published;
select pg_create_logical_replication_slot('readers', 'test_decoding');
"""


def generations(domain, table):
    """The generation of each row that is complete: also what is stored out of line."""
    return f"select g from {domain}.{table} where length(note) = 2560 and left(note, 32) = md5('1 ' || id || ' ' || g)"


def whole(domain, first=0):
    """One statement over all tables of the domain, beginning with this one."""
    tables = TABLES[domain][first:] + TABLES[domain][:first]
    return "select count(*), min(g), max(g) from (" + " union all ".join(generations(domain, table) for table in tables) + ") all_of_it"


def setup_own():
    """Views and functions that the readers made for themselves."""
    out = []
    for domain, tables in TABLES.items():
        if domain != "turned":  # a view would keep what is turned from being dropped
            out.append(f"create view own.{domain} as {whole(domain)}")
        reads = "; ".join(f"select count(*), min(g), max(g) into c, a, b from ({generations(domain, table)}) t; n := n + c; low := least(low, a); high := greatest(high, b)" for table in tables)
        out.append(f"""create function own.{domain}(out n bigint, out low int, out high int) language plpgsql stable as $$
            declare c bigint; a int; b int; begin n := 0; {reads}; end $$""")
    return ";\n".join(out)


class Torn(Exception):
    pass


class Reader(threading.Thread):
    """Reads in its way until the publishes are done; counts what it saw."""

    def __init__(self, number, stop, rest):
        super().__init__(daemon=True)
        self.rest = rest
        self.way = WAYS[number % len(WAYS)]
        self.random = random.Random(number)
        self.stop = stop
        self.reads, self.errors, self.torn, self.slowest = 0, [], [], 0
        self.session = Session(DATABASE)
        self.domain = None

    def run(self):
        self.session.query("set client_min_messages = error")
        for domain in TABLES:
            self.session.prepare(f"prepared_{domain}", whole(domain))
            self.session.query(f"prepare own_{domain} as {whole(domain)}")
        while not self.stop.is_set():
            self.domain = self.random.choice(list(TABLES))
            try:
                self.way(self)
                self.reads += 1
            except Torn as torn:
                self.torn.append(str(torn))
                self.end()
            except SqlError as error:
                self.errors.append(f"{self.way.__name__}, {self.domain}: {error.state} {error}")
                self.end()
                if not error.state:
                    return
            time.sleep(self.random.random() * self.rest)

    def end(self):
        try:
            self.session.query("rollback")
        except SqlError:
            pass

    def timed(self, call, *arguments):
        start = time.monotonic()
        try:
            return call(*arguments)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - start)

    def ask(self, sql):
        return self.timed(self.session.query, sql)

    def pause(self):
        time.sleep(self.random.random() * PAUSE)

    def check(self, rows, tables=None):
        """rows: (count, least, greatest generation) of these tables, read at one moment."""
        tables = tables or [TABLES[self.domain]] * len(rows)
        expected = sum(ROWS * len(names) for names in tables)
        seen = {generation for _, low, high in rows for generation in (low, high)}
        if sum(int(row[0]) for row in rows) != expected or len(seen) != 1:
            raise Torn(f"{self.way.__name__}, {self.domain}: " + ", ".join(f"{' '.join(names)}: {row}" for names, row in zip(tables, rows)))

    def shuffled(self):
        return self.random.sample(TABLES[self.domain], len(TABLES[self.domain]))

    def one_by_one(self):
        tables, rows = self.shuffled(), []
        for table in tables:
            rows += self.ask(f"select count(*), min(g), max(g) from ({generations(self.domain, table)}) t")
            self.pause()
        self.check(rows, [[table] for table in tables])

    # -- the ways to read

    def one_statement(self):
        self.check(self.ask(whole(self.domain, self.random.randrange(5))))

    def own_view(self):
        self.check(self.ask(whole(self.domain) if self.domain == "turned" else f"select * from own.{self.domain}"))

    def stable_function(self):
        self.check(self.ask(f"select * from own.{self.domain}()"))

    def protocol_prepared(self):
        self.check(self.timed(self.session.execute, f"prepared_{self.domain}"))

    def sql_prepared(self):
        self.check(self.ask(f"execute own_{self.domain}"))

    def read_committed_block(self):
        """Two statements may differ; each is whole."""
        self.ask("begin isolation level read committed")
        for _ in range(2):
            self.check(self.ask(whole(self.domain, self.random.randrange(5))))
            self.pause()
        self.ask("commit")

    def repeatable_read(self):
        self.ask("begin isolation level repeatable read")
        self.one_by_one()
        self.ask("commit")

    def repeatable_read_late(self):
        """Its snapshot is older than the publish that it then comes upon."""
        self.ask("begin isolation level repeatable read; select n from raw.other")
        self.pause()
        self.pause()
        self.one_by_one()
        self.ask("commit")

    def cursor(self):
        self.ask(f"begin; declare c cursor for {' union all '.join(generations(self.domain, table) for table in self.shuffled())}")
        rows = []
        while fetched := self.ask("fetch 25 from c"):
            rows += fetched
            self.pause()
        self.ask("commit")
        seen = [int(row[0]) for row in rows]
        self.check([(str(len(seen)), str(min(seen, default=-1)), str(max(seen, default=-2)))])

    def cursor_late(self):
        """Two cursors of one REPEATABLE READ transaction, one behind the other."""
        self.ask(f"begin isolation level repeatable read; declare a cursor for {whole(self.domain)}")
        self.pause()
        self.ask(f"declare b cursor for {whole(self.domain, 1)}")
        self.check(self.ask("fetch all from b") + self.ask("fetch all from a"))
        self.ask("commit")


WAYS = [Reader.repeatable_read, Reader.sql_prepared, Reader.one_statement, Reader.repeatable_read_late, Reader.cursor, Reader.protocol_prepared,
        Reader.own_view, Reader.stable_function, Reader.read_committed_block, Reader.cursor_late]


class Decoder(threading.Thread):
    """A consumer of the published table: after each transaction that it is told of, the table is of one generation, and complete."""

    def __init__(self, stop):
        super().__init__(daemon=True)
        self.stop = stop
        self.session = Session(DATABASE)
        self.rows = {int(row[0]): int(row[1]) for row in self.session.query("select id, g from mixed.published")}
        self.transactions, self.torn, self.errors = 0, [], []

    def run(self):
        try:
            while not self.stop.is_set():
                time.sleep(0.02)
                self.read()
            self.read()
        except SqlError as error:
            self.errors.append(f"decoding: {error.state} {error}")

    def read(self):
        for (line,) in self.session.query("select data from pg_logical_slot_get_changes('readers', null, null)"):
            if line.startswith("COMMIT"):
                self.look()
            elif line.startswith("table mixed.published:"):
                self.apply(line)

    def apply(self, line):
        rows = [(int(i), int(g)) for i, g in re.findall(r"id\[integer\]:(\d+) g\[integer\]:(\d+)", line)]
        if " INSERT:" in line or " UPDATE:" in line:
            self.rows[rows[-1][0]] = rows[-1][1]
        elif self.rows.get(rows[0][0]) == rows[0][1]:
            del self.rows[rows[0][0]]
        self.changed = True

    changed = False

    def look(self):
        if not self.changed:
            return
        self.changed = False
        self.transactions += 1
        if len(self.rows) != ROWS or len(set(self.rows.values())) != 1:
            self.torn.append(f"decoding: {self.rows}")


class Watcher(threading.Thread):
    """How long readers wait for locks: looks every few milliseconds, as the server tells since when."""

    def __init__(self, pids, stop):
        super().__init__(daemon=True)
        self.stop = stop
        self.session = Session(DATABASE)
        self.longest, self.long_waits = 0, {}
        self.ask = ("select pid || ' ' || waitstart, extract(epoch from clock_timestamp() - waitstart), pid || ' waits for ' || relation::regclass || ' behind ' || pg_blocking_pids(pid)::text"
                    f" from pg_locks where not granted and waitstart is not null and pid = any('{{{','.join(map(str, pids))}}}')")

    def run(self):
        while not self.stop.is_set():
            for wait, seconds, what in self.session.query(self.ask):
                self.longest = max(self.longest, float(seconds))
                if float(seconds) > SLOW:
                    self.long_waits[wait] = f"{what} for {float(seconds) * 1000:.0f} ms"
            time.sleep(0.01)


class Publisher:
    """Runs the domains, one after the other, each with a generation of its own."""

    def __init__(self, lock_timeout):
        self.session = Session(DATABASE)
        self.session.query("set client_min_messages = warning; set mesh.progress = off")
        if lock_timeout:
            self.session.query(f"set mesh.lock_timeout = '{lock_timeout}'")
        self.bad, self.ways, self.seconds, self.generation = [], collections.Counter(), 0, 1

    def publish(self, domain):
        self.generation += 1
        self.session.query(f"update raw.state set g = {self.generation}")
        if domain == "turned":
            kind = ["table", "view"][self.generation % 2]
            self.session.query(f"select mesh.create_model('turned.turns', 'select id, g, note from base', materialized => '{kind}', replace => true)")
        start = time.monotonic()
        steps = self.session.query(f"select node, status, reason, message from mesh.run('{domain}')")
        self.seconds += time.monotonic() - start
        for node, status, reason, message in steps:
            if status not in ("success", "pass", "unchanged"):
                self.bad.append(f"{node} {status}: {reason or ''} {message or ''}")
            if node.endswith(".base"):
                self.ways["by rows" if "row by row" in (reason or "") else "by exchange"] += 1


def sql(text, database=DATABASE):
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database], input="set client_min_messages = error;\n" + text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def report(number, name, wrong):
    print(f"{'not ok' if wrong else 'ok'} {number} - {name}" + (f": {len(wrong)}" if wrong else ""))
    for line, times in collections.Counter(wrong).most_common(10):
        print(f"#   {times}x {line}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--readers", type=int, default=50)
    arguments.add_argument("--publishes", type=int, default=1000)
    arguments.add_argument("--lock-timeout", help="mesh.lock_timeout of the runs, when not the default")
    arguments.add_argument("--domains", default=",".join(TABLES))
    arguments.add_argument("--waits", action="store_true", help="long waits are failures too, which a busy machine causes")
    options = arguments.parse_args()
    for domain in set(TABLES) - set(options.domains.split(",")):
        del TABLES[domain]
    sql(f"drop database if exists {DATABASE}", "postgres")
    sql(f"create database {DATABASE}", "postgres")
    try:
        print(f"1..5\n# {options.readers} readers, {options.publishes} publishes", flush=True)
        sys.exit(load(options))
    finally:
        sql("select pg_drop_replication_slot('readers')")
        sql(f"drop database {DATABASE} with (force)", "postgres")


def load(options):
    sql(SETUP + setup_own())
    stop = threading.Event()
    readers = [Reader(number, stop, options.readers * REST) for number in range(options.readers)]
    decoder, watcher, publisher = Decoder(stop), Watcher([reader.session.pid for reader in readers], stop), Publisher(options.lock_timeout)
    threads = [*readers, decoder, watcher]
    for thread in threads:
        thread.start()
    domains = list(TABLES)
    start = time.monotonic()
    for number in range(options.publishes):
        publisher.publish(domains[number % len(domains)])
    seconds = time.monotonic() - start
    stop.set()
    for thread in threads:
        thread.join(60)
    errors = sum((reader.errors for reader in readers), decoder.errors)
    torn = sum((reader.torn for reader in readers), decoder.torn)
    waits = list(watcher.long_waits.values())
    report(1, "every publish is green", publisher.bad)
    report(2, "no reader gets an error", errors)
    report(3, "no reader sees half of a run", torn)
    report(4, f"no reader waits over {SLOW * 1000:.0f} ms for a lock", waits if options.waits else [])
    idle = [way.__name__ for way in WAYS if not sum(reader.reads for reader in readers if reader.way == way)] if options.readers >= len(WAYS) else []
    report(5, "all of them read", idle + ([] if decoder.transactions or "mixed" not in TABLES else ["decoding"]))
    print(f"# {options.publishes} publishes in {seconds:.1f} s ({publisher.seconds * 1000 / options.publishes:.0f} ms a run; {', '.join(f'{count} {way}' for way, count in publisher.ways.items())}),"
          f" {sum(reader.reads for reader in readers)} reads by {options.readers} readers, {decoder.transactions} transactions decoded: {len(errors)} errors, {len(torn)} torn reads,"
          f" {len(waits)} waits over {SLOW * 1000:.0f} ms; longest wait for a lock {watcher.longest * 1000:.0f} ms, slowest statement {max(reader.slowest for reader in readers) * 1000:.0f} ms")
    return 1 if publisher.bad or errors or torn or idle or (options.waits and waits) else 0


if __name__ == "__main__":
    main()
