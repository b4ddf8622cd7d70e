#!/usr/bin/env python3
"""kill -9 in the middle of runs: afterwards the data is whole, the next run is green, and nothing is left.

crashes.py [--kills N] [--seed S]: starts a server of its own (with the programs of PG_CONFIG's bindir), begins runs in it, by one thread and by
two, published together and model by model, and kills, at a random moment, the run's session, a worker, or the postmaster. After each:
the server is up; what consumers read is of the generation before or of the new one (of one generation throughout where it was published
together); the next run is green; no relation is left in the stage, and no file in the database's folder that was not there right after the crash.
Files of transactions that were open when the server crashed stay by PostgreSQL's own nature, whoever made them: they are counted apart.
Prints TAP, and the totals.
"""
import argparse
import collections
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

ROWS = 300
TABLES = ["base", "wide", "stored", "log", "last", "seen"]
LIMIT = 60  # seconds that the server may need to come back

SETUP = f"""
create extension mesh;
create schema raw;
create table raw.state (g int);
insert into raw.state values (1);
create table raw.ids as select id from generate_series(1, {ROWS}) id;
create function raw.note(id int, g int) returns text language sql immutable as $$ select string_agg(md5(i || ' ' || id || ' ' || g), '') from generate_series(1, 80) i $$;
create function raw.slowly(g int) returns int language plpgsql as $$ begin perform pg_sleep(0.03); return g; end $$;
select mesh.create_domain('shop');
select mesh.create_source('shop', 'raw', '{{state,ids}}');
select mesh.create_model('shop.base', 'select id, g, raw.note(id, g) as note from raw.ids, raw.state', materialized => 'table', indexes => '[{{"columns": ["id"], "unique": true}}]');
select mesh.create_model('shop.wide', 'select id, raw.slowly(0) + g as g, note from (select b.id, b.g, b.note from base b where b.id = 1) b union all select id, g, note from base where id > 1', materialized => 'table', indexes => '["g"]');
select mesh.create_model('shop.stored', 'select id, g, note from base', materialized => 'materialized_view', indexes => '["id"]');
select mesh.create_model('shop.log', 'select id, g, note from base', materialized => 'incremental', unique_key => '{{id}}');
select mesh.create_model('shop.last', 'select w.id, w.g, w.note from wide w join log l using (id)', materialized => 'table');
select mesh.create_model('shop.seen', 'select id, g, note from wide');
select mesh.create_test('shop.wide', 'unique', 'id');
select mesh.create_test('shop.wide', 'not_null', 'g');
"""
# The generation of each table: "whole" when it is one, and all rows are complete, out of line too, and by the index.
LOOK = " union all ".join(
    f"select '{table}', min(g), count(*) = {ROWS} and min(g) = max(g) and bool_and(length(note) = 2560 and left(note, 32) = md5('1 ' || id || ' ' || g)) from shop.{table}" for table in TABLES)
STAGE = r"select relname from pg_class where relname ~ '^(mesh_(stage|delta)|pg_temp)_\d' union all select 'registered: ' || count(*) from mesh.stage_registry having count(*) > 0"


class Server:
    """A cluster in a folder, started and found up again by pg_ctl, as a user that may own one."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = subprocess.run([os.environ.get("PG_CONFIG", "pg_config"), "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            subprocess.run(["chown", "postgres", folder], check=True)
        self.environment = {**os.environ, "PGHOST": folder, "PGPORT": "5432", "PGUSER": "crash", "PGDATABASE": "postgres", "PGOPTIONS": "-c client_min_messages=error"}
        self.program("initdb", "-D", self.data, "-A", "trust", "-U", "crash", "--encoding=UTF8", "--locale=C", "--no-sync")
        settings = {"port": "5432", "listen_addresses": "''", "unix_socket_directories": f"'{folder}'", "restart_after_crash": "on", "max_worker_processes": "16", "fsync": "off",
                    "mesh.skip_unchanged": "off", "mesh.progress": "off", "autovacuum": "off"}
        self.program("sh", "-c", f"printf '%s\n' \"$1\" >> {self.data}/postgresql.conf", "sh", "\n".join(f"{name} = {value}" for name, value in settings.items()))
        if not self.start():
            with open(os.path.join(folder, "log")) as log:
                raise SystemExit(log.read())

    @property
    def data(self):
        return os.path.join(self.folder, "data")

    def program(self, name, *arguments, check=True):
        path = os.path.join(self.bin, name)
        command = self.user + [path if os.path.exists(path) else name, *arguments]
        done = subprocess.run(command, cwd="/", env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if check and done.returncode != 0:
            raise SystemExit(f"{name}: {done.stderr}")
        return done.returncode == 0

    def start(self):
        return self.program("pg_ctl", "-D", self.data, "-l", os.path.join(self.folder, "log"), "-w", "-t", str(LIMIT), "start", check=False)

    def stop(self):
        self.program("pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    def psql(self, sql):
        return subprocess.Popen(["psql", "-XqAt", "-F", "|", "-v", "ON_ERROR_STOP=1", "-c", sql], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def rows(self, sql):
        """None when the server could not be asked."""
        process = self.psql(sql)
        out, self.error = process.communicate()
        return [line.split("|") for line in out.splitlines()] if process.returncode == 0 else None

    def postmaster(self):
        with open(os.path.join(self.data, "postmaster.pid")) as file:
            return int(file.readline())

    def wait_up(self, killed):
        """Until the server has seen that a process is gone it still lists it; after a postmaster's end its children go first."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            if not self.is_there() and not self.start():
                time.sleep(0.2)
            elif self.rows(f"select count(*) from pg_stat_activity where pid = {killed}") == [["0"]]:
                return True
            time.sleep(0.05)
        return False

    def is_there(self):
        try:
            os.kill(self.postmaster(), 0)
            return True
        except (OSError, ValueError):
            return False

    def files_of_nobody(self):
        """Files in the database's folder that no relation has. A checkpoint removes those of relations that were dropped."""
        self.rows("checkpoint")
        (folder,), *_ = self.rows("select 'base/' || oid from pg_database where datname = current_database()")
        known = {row[0] for row in self.rows("select pg_relation_filenode(oid) from pg_class where pg_relation_filenode(oid) is not null")}
        names = (re.match(r"\d+", name) for name in os.listdir(os.path.join(self.data, folder)))
        return {name.group() for name in names if name} - known


class Crashes:
    def __init__(self, server, seed):
        self.server, self.random = server, random.Random(seed)
        self.generation, self.wrong, self.killed, self.outcome = 1, collections.defaultdict(list), collections.Counter(), collections.Counter()
        self.left, self.left_files, self.took = 0, 0, {}

    def next_generation(self):
        self.generation += 1
        self.server.rows(f"update raw.state set g = {self.generation}")

    def call(self, threads, publish):
        return f"select node || ' ' || status || coalesce(' ' || message, '') from mesh.run('shop', threads => {threads}, publish => '{publish}')"

    def learn(self, threads, publish):
        """How long an undisturbed run takes."""
        self.next_generation()
        start = time.monotonic()
        self.server.rows(self.call(threads, publish))
        self.took[threads, publish] = time.monotonic() - start

    def victim(self, kind):
        if kind == "postmaster":
            return self.server.postmaster()
        running = "backend_type = 'mesh worker'" if kind == "worker" else "backend_type = 'client backend' and pid <> pg_backend_pid()"
        found = self.server.rows(f"select pid from pg_stat_activity where {running}")
        return int(self.random.choice(found)[0]) if found else None

    def one(self):
        """False when the run was over before it could be hit."""
        threads, publish = self.random.choice(list(self.took))
        kind = self.random.choice(["leader", "postmaster"] + (["worker", "worker"] if threads > 1 else []))
        before = self.generation
        self.next_generation()
        run = self.server.psql(self.call(threads, publish))
        time.sleep(self.random.random() * self.took[threads, publish])
        if self.random.random() < 0.5:
            self.server.rows("checkpoint")  # what workers have committed is on disk
        pid = self.victim(kind)
        is_hit = pid is not None and run.poll() is None
        if is_hit:
            os.kill(pid, signal.SIGKILL)
        run.communicate()
        if not is_hit:
            return False
        self.killed[kind] += 1
        what = f"{kind} killed, threads => {threads}, publish => '{publish}'"
        if not self.server.wait_up(pid):
            self.wrong["the server comes back"].append(what)
            return True
        self.look(what, before, publish)
        self.go_on(what)
        return True

    def look(self, what, before, publish):
        rows = self.server.rows(LOOK)
        generations = {table: int(generation) for table, generation, _ in rows or []}
        if rows is None or any(whole != "t" for _, _, whole in rows) or not set(generations.values()) <= {before, self.generation}:
            self.wrong["what consumers read is whole, old or new"].append(f"{what}: {rows} {self.server.error}")
        elif publish == "run" and len(set(generations.values())) != 1:
            self.wrong["old or new in all tables"].append(f"{what}: {generations}")
        self.outcome["old" if set(generations.values()) == {before} else "new" if set(generations.values()) == {self.generation} else "some models new"] += 1

    def go_on(self, what):
        after_crash = self.server.files_of_nobody()
        left = self.server.rows(STAGE) or []
        self.left += len(left)
        self.next_generation()
        steps = self.server.rows(self.call(self.random.choice([1, 2]), "run"))
        if steps is None or any(not re.search(r" (success|pass)$", step[0]) for step in steps):
            self.wrong["the next run is green"].append(f"{what}: {steps} {self.server.error}")
        if any(int(row[1]) != self.generation or row[2] != "t" for row in self.server.rows(LOOK) or [["", "0", ""]]):
            self.wrong["the next run is green"].append(f"{what}: not all is new")
        if stage := self.server.rows(STAGE):
            self.wrong["the stage is empty"].append(f"{what}: {stage}")
        if files := self.server.files_of_nobody() - after_crash:
            self.wrong["no file is left of a run that ended"].append(f"{what}: {sorted(files)}")
        self.left_files = len(after_crash)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="mesh-crashes-") as folder:
        server = Server(folder)
        try:
            sys.exit(kill(server, options))
        finally:
            server.stop()


def kill(server, options):
    if server.rows(SETUP) is None:
        sys.exit(server.error)
    crashes = Crashes(server, options.seed)
    for combination in [(1, "run"), (2, "run"), (1, "model"), (2, "model")] * 2:
        crashes.learn(*combination)
    hits, misses = 0, 0
    start = time.monotonic()
    while hits < options.kills and misses < 10 * options.kills:
        if crashes.one():
            hits += 1
        else:
            misses += 1
    checks = ["the server comes back", "what consumers read is whole, old or new", "old or new in all tables", "the next run is green", "the stage is empty", "no file is left of a run that ended"]
    print(f"1..{len(checks) + 1}")
    print(f"{'ok' if hits == options.kills else 'not ok'} 1 - {hits} processes were killed")
    for number, check in enumerate(checks, 2):
        print(f"{'not ok' if crashes.wrong[check] else 'ok'} {number} - {check}")
        for line in crashes.wrong[check][:5]:
            print(f"#   {line}")
    print(f"# {hits} kills ({', '.join(f'{count} {kind}' for kind, count in sorted(crashes.killed.items()))}) in {time.monotonic() - start:.0f} s, {misses} came too late;"
          f" read afterwards: {', '.join(f'{count} {what}' for what, count in sorted(crashes.outcome.items()))};"
          f" {crashes.left} things were left in the stage for the next run to remove; wrong: {sum(map(len, crashes.wrong.values()))};"
          f" files of transactions that the server itself had open, which it leaves: {crashes.left_files}")
    return 1 if hits < options.kills or any(crashes.wrong.values()) else 0


if __name__ == "__main__":
    main()
