"""run_dbt of dbt.tests.util by calling meshctl, with results made of the artifacts that it writes."""

import json
import os
import subprocess
from contextlib import contextmanager
from types import SimpleNamespace

import dbt.tests.util
from dbt.adapters.factory import FACTORY
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.results import NodeStatus, RunStatus, TestStatus
from dbt.cli.exceptions import DbtUsageException
from dbt.contracts.graph.manifest import Manifest
from dbt.exceptions import ParsingError
from dbt_common.exceptions import CompilationError, DbtDatabaseError

TIMEOUT = 300  # seconds


def install(executable):
    """Replaces the functions by which the tests run dbt and see its graph, in the module that they import them from."""

    def run(args=None, expect_pass=True, callbacks=None):
        return run_meshctl(executable, words(args), expect_pass)[0]

    def run_and_capture(args=None, expect_pass=True):
        return run_meshctl(executable, words(args), expect_pass)

    def get_manifest(project_root):
        file = os.path.join(project_root, "target", "manifest.json")
        return manifest(file) if os.path.exists(file) else None

    dbt.tests.util.run_dbt = run
    dbt.tests.util.run_dbt_and_capture = run_and_capture
    dbt.tests.util.get_manifest = get_manifest


def words(args):
    """As dbt's own parser takes them, which the tests call with numbers too."""
    return [str(word) for word in args or ["run"]]


def run_meshctl(executable, arguments, expect_pass):
    """As run_dbt: what the command led to, and what it printed; raises for what could not be run at all."""
    remove(os.path.join("target", "run_results.json"))
    if "show" in arguments:
        arguments = [*arguments, "--output", "json"]
    with connections_closed():
        end = call(executable, arguments)
    if expect_pass is not None:
        assert (end.returncode == 0) == expect_pass, "exit code did not match expected"
    return outcome(arguments, end), end.stdout + end.stderr


def call(executable, arguments):
    end = subprocess.run([executable, *arguments], capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL)
    print(f"\nmeshctl {' '.join(arguments)}: {end.returncode}\n{end.stdout}{end.stderr}")
    if end.returncode not in (0, 1):
        raise error_of(end)
    return end


@contextmanager
def connections_closed():
    """As after a command of dbt's own, the test's process has a connection that opens when it is asked for."""
    adapters = list(FACTORY.adapters.values())
    for adapter in adapters:
        adapter.cleanup_connections()
    yield
    for adapter in adapters:
        adapter.acquire_connection("master")


def remove(path):
    if os.path.exists(path):
        os.remove(path)


class Refused(ParsingError, CompilationError, DbtDatabaseError, DbtUsageException):
    """A command that could not be run: meshctl has one kind of error where dbt has many classes of exceptions."""


def error_of(end):
    return Refused((end.stdout + end.stderr).strip())


def outcome(arguments, end):
    words = [word for word in arguments if not word.startswith("-")]
    if "docs" in words:
        return objects(read("catalog.json"))
    if "list" in words or "ls" in words:
        return end.stdout.splitlines()
    if "parse" in words:
        return manifest(os.path.join("target", "manifest.json"))
    if not os.path.exists(os.path.join("target", "run_results.json")):
        return None
    results = Results(read("run_results.json"), read("manifest.json"))
    if "show" in words:
        results.results[0].agate_table = shown_rows(end.stdout)
    return results


def shown_rows(text):
    """Of the JSON that show prints after its log."""
    return json.JSONDecoder().raw_decode(text, text.index("{\n"))[0]["show"]


def manifest(file):
    """As dbt holds it; what is written has to be as dbt writes it."""
    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(file))


def read(name):
    with open(os.path.join("target", name)) as file:
        return json.load(file)


class Results:
    """As dbt's own: a list of results, with an attribute `results` for it."""

    def __init__(self, run_results, manifest):
        nodes = {name: node for kind in ("nodes", "unit_tests", "sources", "exposures", "disabled")
                 for name, node in manifest.get(kind, {}).items()}
        self.results = [result(one, nodes) for one in run_results["results"]]
        self.elapsed_time = run_results.get("elapsed_time")
        self.args = run_results.get("args")

    def __len__(self):
        return len(self.results)

    def __iter__(self):
        return iter(self.results)

    def __getitem__(self, index):
        return self.results[index]


def result(one, nodes):
    compiled = {key: one[key] for key in ("compiled", "compiled_code", "relation_name") if one.get(key) is not None}
    node = objects({**nodes.get(one["unique_id"], {"unique_id": one["unique_id"]}), **compiled})
    return SimpleNamespace(**{**one, "node": node, "status": status(one["status"]), "timing": one.get("timing", [])})


def status(text):
    for kind in (RunStatus, TestStatus, NodeStatus):
        if text in [member.value for member in kind]:
            return kind(text)
    return text


class Object(SimpleNamespace):
    """A JSON object with its members as attributes, and as a mapping."""

    def __getitem__(self, key):
        return getattr(self, key)

    def get(self, key, default=None):
        return getattr(self, key, default)

    def keys(self):
        return vars(self).keys()

    def items(self):
        return vars(self).items()

    def values(self):
        return vars(self).values()

    def __len__(self):
        return len(vars(self))

    def __iter__(self):
        return iter(vars(self))

    def __contains__(self, key):
        return key in vars(self)


def objects(value):
    if isinstance(value, dict):
        return Object(**{key: objects(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return [objects(inner) for inner in value]
    return value
