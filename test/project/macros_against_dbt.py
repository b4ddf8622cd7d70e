#!/usr/bin/env python3
"""The built-in macros against dbt's own: one project, run by dbt with either library, must come out the same.

    macros_against_dbt.py VENV

VENV is a Python environment with dbt-core and dbt-postgres. The server is that of PGHOST, PGPORT and PGUSER; a database,
macros_check, is made anew in it for either. Compared are the compiled SQL (white space folded), each node's status,
and all that is in the database afterwards: relations, columns, rows, comments, indexes, constraints, privileges.
Prints what differs; the exit code says whether anything does.
"""
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent.parent / "src" / "core" / "project" / "macros"
PROJECT = HERE / "macros_project"

# Each is a command line; what the databases hold is compared after every one of them.
COMMANDS = [
    "seed",
    "run",
    "snapshot",
    "test --store-failures",
    "run --vars {round: 2}",
    "seed --vars {round: 2}",
    "snapshot --vars {round: 2}",
    "snapshot --vars {round: 3}",
    "build --vars {round: 3} --exclude always_fails test_type:data test_type:unit",
    "run --full-refresh --vars {round: 4}",
    "seed --full-refresh",
    "run --empty --select table_plain view_plain",
    "test --select test_type:unit",
    "compile",
    "source freshness",
    "docs generate",
    "run-operation check_helpers",
]


def main():
    if len(sys.argv) == 2:
        compare(sys.argv[1])
    else:
        run_all(*sys.argv[2:])


def compare(venv):
    theirs, ours = (run_with(venv, library) for library in ("theirs", "ours"))
    same = different = 0
    for command, expected, found in zip(COMMANDS, theirs, ours):
        for part in expected:
            lines = [json.dumps(side[part], indent=1, sort_keys=True).splitlines() for side in (expected, found)]
            if lines[0] == lines[1]:
                same += 1
                continue
            different += 1
            print(f"dbt {command}: {part} differs", *difflib.unified_diff(*lines, "theirs", "ours", "", "", 1), sep="\n")
    print(f"{same} passed, {different} failed")
    sys.exit(different > 0)


def run_with(venv, library):
    """Results of all commands, one dictionary each."""
    for statement in ("drop database if exists macros_check", "create database macros_check"):
        subprocess.run(["psql", "-qX", "-d", "postgres", "-c", statement], check=True, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", MACROS_DATABASE="macros_check",
                           MACROS_PORT=os.environ.get("PGPORT", "5432"), MACROS_HOST=os.environ.get("PGHOST", "localhost"),
                           MACROS_USER=os.environ.get("PGUSER", "postgres"))
        log = Path(folder) / "output.txt"
        with log.open("w") as output:
            done = subprocess.run([f"{venv}/bin/python", __file__, "--inside", library, folder, answer],
                                  env=environment, stdout=output, stderr=subprocess.STDOUT)
        if done.returncode:
            sys.exit(log.read_text()[-5000:])
        return json.loads(answer.read_text())


# What follows runs in VENV.


def run_all(library, folder, answer):
    if library == "ours":
        use_our_library(Path(folder))
    results = []
    for command in COMMANDS:
        outcome = run_command(command, Path(folder) / "target")
        outcome["database"] = database_state()
        results.append(outcome)
    Path(answer).write_text(json.dumps(results, default=str))


def use_our_library(folder):
    """Lets dbt take its two internal packages from our folder."""
    import dbt.adapters.factory as factory
    import dbt.adapters.postgres as postgres
    packages = {}
    for name in ("dbt", "dbt_postgres"):
        packages[name] = folder / name
        packages[name].mkdir()
        (packages[name] / "dbt_project.yml").write_text(f"name: {name}\nconfig-version: 2\nversion: '1.0'\nmacro-paths: [macros]\n")
        (packages[name] / "macros").symlink_to(LIBRARY / name)
    factory.GLOBAL_PROJECT_PATH = str(packages["dbt"])
    postgres.Plugin.include_path = str(packages["dbt_postgres"])


def run_command(command, target):
    from dbt.cli.main import dbtRunner
    words = re.findall(r"\{[^}]*\}|\S+", command)
    common = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target),
              "--log-path", str(target), "--no-partial-parse", "--quiet"]
    answer = dbtRunner().invoke(words + common)
    nodes = {}
    for result in getattr(answer.result, "results", None) or []:
        node = getattr(result, "node", None)
        name = node.unique_id if node else result.unique_id
        nodes[name] = [str(result.status), getattr(result, "failures", None), first_line(result.message)]
    return {"success": [answer.success, first_line(str(answer.exception))], "nodes": nodes, "compiled": compiled_files(target)}


def first_line(message):
    """Without what differs from run to run, and without the error's own wording, which is ours."""
    return re.sub(r"\d{6,}|0x[0-9a-f]+|\d+\.\d+", "N", (message or "").strip().split("\n")[0])


def compiled_files(target):
    files = {}
    for path in sorted((target / "compiled").rglob("*.sql")):
        text = re.sub(r"^\s*--.*$", " ", path.read_text(), flags=re.M)
        files[str(path.relative_to(target))] = re.sub(r"\s+", " ", text).strip().split(" ")
    return files


STATE = """
with relations as (
    select c.*, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname like 'macros%' and c.relkind in ('r', 'v', 'm', 'p'))
select nspname || '.' || relname,
    json_build_object(
        'kind', relkind, 'persistence', relpersistence, 'comment', obj_description(oid, 'pg_class'),
        'privileges', (select json_agg(distinct p::text order by p::text) from unnest(relacl) p),
        'columns', (select json_agg(array[attname, format_type(atttypid, atttypmod), attnotnull::text, col_description(r.oid, attnum)] order by attnum)
                    from pg_attribute where attrelid = r.oid and attnum > 0 and not attisdropped),
        'indexes', (select json_agg(regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+ ', '') order by 1)
                    from (select * from pg_index where indrelid = r.oid order by regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+ ', '')) i),
        'constraints', (select json_agg(pg_get_constraintdef(c.oid) order by pg_get_constraintdef(c.oid)) from pg_constraint c where conrelid = r.oid))
from relations r order by 1
"""


def database_state():
    import psycopg2
    connection = psycopg2.connect(host=os.environ["MACROS_HOST"], port=os.environ["MACROS_PORT"], user=os.environ["MACROS_USER"],
                                  dbname=os.environ["MACROS_DATABASE"])
    cursor = connection.cursor()
    cursor.execute(STATE)
    state = dict(cursor.fetchall())
    for name in state:
        schema, _, table = name.partition(".")
        cursor.execute(f'select to_jsonb(t) from "{schema}"."{table}" t')
        state[name]["rows"] = sorted(json.dumps(steady(row), sort_keys=True) for (row,) in cursor.fetchall())
    connection.close()
    return state


def steady(row):
    """Times of this run are written as 'now', and so is an id that was made of one."""
    import datetime
    now = datetime.datetime.now(datetime.timezone.utc)
    recent = {key for key, value in row.items() if isinstance(value, str) and value[:10] in {str(now.date()), str(now.date() - datetime.timedelta(1))}}
    made_of_it = recent & {"dbt_updated_at", "changed_on"}
    return {key: "now" if key in recent or (made_of_it and key == "dbt_scd_id") else value for key, value in row.items()}


if __name__ == "__main__":
    main()
