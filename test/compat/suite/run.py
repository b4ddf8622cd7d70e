"""Runs dbt-tests-adapter with meshctl, and compares with what dbt does: run.py [--dbt] MESHCTL [GROUP...], as TAP.

A test counts when dbt passes it. What dbt passes is read from dbt_outcomes.json, since dbt is slow and does the same
each time; --dbt runs it and writes that file anew for these groups. Tests in meant.differs have a reason to end
differently; that one of them does not is a failure. The last lines have passed / total of both, by group. The groups run
side by side, in as many databases as the machine has processors (--jobs).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
TEST_USERS = {f"DBT_TEST_USER_{number}": f"dbt_test_user_{number}" for number in (1, 2, 3)}  # whom the tests of grants name
REMEMBERED, MEANT = HERE / "dbt_outcomes.json", HERE / "meant.differs"


def main():
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="mesh-suite.") as place, test_users():
        if options.dbt:
            remember(outcomes("compat_suite_dbt", place, lots(options), []))
        mesh = outcomes("compat_suite_meshctl", place, lots(options), [f"--meshctl={os.path.abspath(options.meshctl)}"])
    dbt = {name: outcome for name, outcome in json.loads(REMEMBERED.read_text()).items() if group_of(name) in options.groups}
    expected = sorted(name for name, outcome in dbt.items() if outcome == "passed")
    failures = report(expected, mesh, {name: reason for name, reason in meant().items() if group_of(name) in options.groups})
    for group in options.groups:
        print(count(group, dbt, expected, mesh))
    print(count("all", dbt, expected, mesh))
    sys.exit(1 if failures else 0)


def read_options():
    parser = argparse.ArgumentParser(description="Runs dbt Labs' tests of an adapter with meshctl.")
    parser.add_argument("meshctl", help="the path of a meshctl")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="as basic; all when none is named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many groups run at once")
    parser.add_argument("--dbt", action="store_true", help="runs dbt too, and keeps what it passes")
    options = parser.parse_args()
    options.groups = options.groups or sorted(file.stem.removeprefix("test_") for file in HERE.glob("test_*.py"))
    return options


def lots(options):
    """The groups in lots of about as many tests, one a job."""
    known = json.loads(REMEMBERED.read_text()) if REMEMBERED.exists() else {}
    sizes = {group: sum(group_of(name) == group for name in known) for group in options.groups}
    shares = [[] for _ in range(max(1, min(options.jobs, len(options.groups))))]
    for group in sorted(options.groups, key=lambda group: -sizes[group]):
        min(shares, key=lambda share: sum(sizes[one] for one in share)).append(group)
    return shares


def outcomes(database, place, shares, options):
    """test -> {outcome: passed, failed or skipped; seconds} of all shares, each in a database of its own."""
    with ThreadPoolExecutor(len(shares)) as jobs:
        found = jobs.map(lambda job: share_outcomes(f"{database}_{job[0]}", place, job[1], options), enumerate(shares, 1))
        return {name: one for share in found for name, one in share.items()}


def share_outcomes(database, place, groups, options):
    """What pytest printed is kept in the folder MESH_SUITE_LOG, if that is set."""
    psql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    psql(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
    if options:
        psql("CREATE EXTENSION mesh", database)
    file = Path(place) / f"{database}.json"
    log = Path(os.environ.get("MESH_SUITE_LOG", place)) / f"{database}.log"
    with open(log, "w") as out:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--show-capture=stdout", "--disable-warnings", f"--rootdir={place}", f"--outcomes={file}", *options,
             f"--basetemp={place}/{database}", *(str(HERE / f"test_{group}.py") for group in groups)],
            cwd=HERE, env=dict(os.environ, PGDATABASE=database, DBT_SEND_ANONYMOUS_USAGE_STATS="false", **TEST_USERS),
            stdout=out, stderr=subprocess.STDOUT,
        )
    psql(f"DROP DATABASE {database} WITH (FORCE)")
    return json.loads(file.read_text())


def remember(found):
    """Replaces what is known of the groups that ran."""
    groups = {group_of(name) for name in found}
    known = json.loads(REMEMBERED.read_text()) if REMEMBERED.exists() else {}
    kept = {name: outcome for name, outcome in known.items() if group_of(name) not in groups}
    new = {name: one["outcome"] for name, one in found.items()}
    REMEMBERED.write_text(json.dumps(kept | new, indent=1, sort_keys=True) + "\n")


def meant():
    """test -> why it is not to pass, of the lines `test | reason`."""
    lines = [line for line in MEANT.read_text().splitlines() if line and not line.startswith("#")]
    return dict(map(str.strip, line.split("|", 1)) for line in lines)


def report(expected, mesh, differing):
    """A line a test; the count of those that did not end as expected."""
    failures = 0
    print(f"1..{len(expected)}")
    for number, name in enumerate(expected, 1):
        fine = passed(mesh, name) != (name in differing)
        failures += not fine
        words = f" (meant to differ: {differing[name]})" if name in differing else ""
        print(f"{'ok' if fine else 'not ok'} {number} - {name}{words}")
    for name in sorted(set(differing) - set(expected)):
        failures += 1
        print(f"# {name} is meant to differ, but dbt does not pass it")
    return failures


def count(group, dbt, expected, mesh):
    def mine(names):
        return [name for name in names if group in ("all", group_of(name))]
    seconds = sum(one["seconds"] for name, one in mesh.items() if group in ("all", group_of(name)))
    both = sum(passed(mesh, name) for name in mine(expected))
    return f"# {group}: dbt passes {len(mine(expected))} / {len(mine(dbt))}, meshctl {both} / {len(mine(expected))} of these ({seconds:.0f} s)"


def passed(found, name):
    return found.get(name, {}).get("outcome") == "passed"


def group_of(name):
    return name.split(".py::")[0].removeprefix("test_")


@contextmanager
def test_users():
    for role in TEST_USERS.values():
        psql(f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    yield
    for role in TEST_USERS.values():
        psql(f"DROP ROLE {role}")


def psql(statement, database="postgres"):
    subprocess.run(["psql", "-qX", "-d", database, "-c", statement], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
