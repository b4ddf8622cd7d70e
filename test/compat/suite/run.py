"""Runs dbt-tests-adapter with dbt and with meshctl, and compares: run.py MESHCTL [GROUP...], as TAP.

A test counts when dbt passes it; the last line has passed / total of both."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main():
    meshctl, groups = os.path.abspath(sys.argv[1]), sys.argv[2:]
    files = [str(HERE / f"test_{group}.py") for group in groups] or [str(HERE)]
    with tempfile.TemporaryDirectory(prefix="mesh-suite.") as place:
        dbt = outcomes("compat_suite_dbt", place, files, [])
        mesh = outcomes("compat_suite_meshctl", place, files, [f"--meshctl={meshctl}"])
    expected = sorted(name for name, outcome in dbt.items() if outcome == "passed")
    for number, name in enumerate(expected, 1):
        print(f"{'ok' if mesh.get(name) == 'passed' else 'not ok'} {number} - {name}")
    both = sum(mesh.get(name) == "passed" for name in expected)
    print(f"1..{len(expected)}\n# dbt passes {len(expected)} / {len(dbt)}, meshctl {both} / {len(expected)} of these")
    sys.exit(0 if both == len(expected) else 1)


def outcomes(database, place, files, options):
    """test -> passed, failed or skipped, with what pytest printed kept in MESH_SUITE_LOG, a folder, if that is set."""
    psql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    psql(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
    if options:
        psql("CREATE EXTENSION mesh", database)
    file = Path(place) / f"{database}.json"
    log = Path(os.environ.get("MESH_SUITE_LOG", place)) / f"{database}.log"
    with open(log, "w") as out:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={place}", f"--outcomes={file}", *options, *files],
            cwd=HERE, env=dict(os.environ, PGDATABASE=database, DBT_SEND_ANONYMOUS_USAGE_STATS="false"),
            stdout=out, stderr=subprocess.STDOUT,
        )
    return json.loads(file.read_text())


def psql(statement, database="postgres"):
    subprocess.run(["psql", "-qX", "-d", database, "-c", statement], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
