"""dbt Labs' own tests of an adapter (PyPI dbt-tests-adapter), run by dbt, or by meshctl: pytest --meshctl=PATH.

The server is the one that the PG* variables name, the database PGDATABASE. --outcomes=FILE writes which tests passed, and their seconds.
"""

import json
import os
from argparse import Namespace

import pytest
from dbt.flags import set_from_args

set_from_args(Namespace(), None)  # the fixtures below read dbt's flags while they are made

SEED_WITH_BOM = os.path.join(os.path.dirname(__file__), "seed_bom.csv")
pytest_plugins = "dbt.tests.fixtures.project"


def pytest_addoption(parser):
    parser.addoption("--meshctl", help="the executable that runs what the tests give to dbt")
    parser.addoption("--outcomes", help="a file for the outcome and seconds of each test, as JSON")


def pytest_configure(config):
    """Redirects before any test imports run_dbt by name."""
    config.outcomes = {}
    if config.getoption("--meshctl"):
        import redirect

        redirect.install(config.getoption("--meshctl"))


@pytest.fixture(scope="class")
def dbt_profile_target():
    return {
        "type": "postgres",
        "host": os.environ["PGHOST"],
        "port": int(os.environ["PGPORT"]),
        "user": os.environ["PGUSER"],
        "pass": os.environ.get("PGPASSWORD", "none"),
        "dbname": os.environ["PGDATABASE"],
        "threads": 2,
    }


@pytest.fixture(scope="class")
def test_data_dir():
    return os.path.join(os.path.dirname(__file__), "data")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A test passes when its set-up, its call and its end do."""
    report = (yield).get_result()
    outcomes = item.config.outcomes
    name = f"{item.path.name}::{item.nodeid.split('::', 1)[1]}"  # whatever folder is the root
    one = outcomes.setdefault(name, {"outcome": "passed", "seconds": 0})
    one["seconds"] += report.duration
    if one["outcome"] == "passed":
        one["outcome"] = report.outcome


def pytest_collection_modifyitems(config, items):
    """The one seed that a test copies from beside its file: the same rows as another's, after a byte order mark."""
    from dbt.tests.adapter.simple_seed import seeds

    config.writes_seed = any(item.path.name == "test_simple_seed.py" for item in items)
    if config.writes_seed:
        with open(SEED_WITH_BOM, "w", encoding="utf-8-sig") as file:
            file.write(seeds.seed__actual_csv)


def pytest_sessionfinish(session):
    if getattr(session.config, "writes_seed", False):
        os.remove(SEED_WITH_BOM)
    file = session.config.getoption("--outcomes")
    if file:
        with open(file, "w") as out:
            json.dump(session.config.outcomes, out, indent=1)
