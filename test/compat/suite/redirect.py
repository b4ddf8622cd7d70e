"""run_dbt of dbt.tests.util by calling meshctl, with results made of the artifacts that it writes."""

import json
import os
import re
import subprocess
import tempfile
from contextlib import contextmanager
from types import SimpleNamespace

import dbt.adapters.exceptions
import dbt.artifacts.exceptions
import dbt.cli.exceptions
import dbt.exceptions
import dbt.tests.util
import dbt_common.exceptions
import yaml
from dbt.adapters.factory import FACTORY
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.results import FreshnessStatus, NodeStatus, RunStatus, TestStatus
from dbt.cli.exceptions import DbtUsageException
from dbt.contracts.graph.manifest import Manifest
from dbt.flags import get_flags
from dbt_common.dataclass_schema import ValidationError
from dbt_common.exceptions import DbtBaseException, DbtRuntimeError

TIMEOUT = 300  # seconds


def install(executable):
    """Replaces the functions by which the tests run dbt and see its graph, in the module that they import them from."""

    def run(args=None, expect_pass=True, callbacks=None):
        return run_meshctl(executable, words(args), expect_pass)[0]

    def run_and_capture(args=None, expect_pass=True):
        return run_meshctl(executable, words(args), expect_pass)

    def get_manifest(project_root):
        file = os.path.join(project_root, "target", "manifest.json")
        return manifest(file) if os.path.exists(file) else parsed(executable, project_root)

    dbt.tests.util.run_dbt = run
    dbt.tests.util.run_dbt_and_capture = run_and_capture
    dbt.tests.util.get_manifest = get_manifest


def words(args):
    """As dbt's own parser takes them, which the tests call with numbers too; in the folders that a test's flags name."""
    args = [str(word) for word in args or ["run"]]
    for flag in ("project_dir", "profiles_dir"):
        folder, option = getattr(get_flags(), flag.upper(), None), "--" + flag.replace("_", "-")
        if folder and option not in args:
            args += [option, str(folder)]
    return args


def run_meshctl(executable, arguments, expect_pass):
    """As run_dbt: what the command led to, and what it printed; raises for what could not be run at all."""
    before = written(arguments)
    with connections_closed():
        end = call(executable, arguments)
        result = outcome(arguments, end, written(arguments) not in (before, None))
        if "show" in arguments and result:
            result[0].agate_table = shown_rows(executable, arguments)
    if expect_pass is not None:
        assert (end.returncode == 0) == expect_pass, "exit code did not match expected"
    return result, end.stdout + end.stderr


def call(executable, arguments):
    end = subprocess.run([executable, *arguments], capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL, env=dict(os.environ))
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


def written(arguments):
    """When run_results.json was, and as which file."""
    path = os.path.join(target_folder(arguments), "run_results.json")
    return (os.stat(path).st_mtime_ns, os.stat(path).st_ino) if os.path.exists(path) else None


def every_exception():
    """The classes of dbt's exceptions that none of the others inherits from."""
    found = {kind for module in (dbt.exceptions, dbt.artifacts.exceptions, dbt_common.exceptions, dbt.adapters.exceptions, dbt.cli.exceptions)
             for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, (DbtBaseException, DbtUsageException))}
    return sorted((kind for kind in found if not any(kind in other.__mro__[1:] for other in found)), key=lambda kind: kind.__name__)


class Refused(*every_exception(), ValidationError):
    """A command that could not be run: meshctl has one kind of error where dbt has many classes of exceptions."""

    def __init__(self, text):
        DbtRuntimeError.__init__(self, text)

    def __str__(self):
        return self.msg

    def __repr__(self):
        return f"Refused({self.msg!r})"


def error_of(end):
    return Refused((end.stdout + end.stderr).strip())


def outcome(arguments, end, has_results):
    words, target = [word for word in arguments if not word.startswith("-")], target_folder(arguments)
    if "docs" in words:
        return CatalogArtifact.from_dict(read(target, "catalog.json"))
    if "list" in words or "ls" in words:
        return listed(end.stdout)
    if "parse" in words:
        return manifest(os.path.join(target, "manifest.json"))
    if "source" in words:
        return freshness_results(read(*freshness_file(arguments, target)), os.path.join(target, "manifest.json"), unreadable(end.stdout))
    if not has_results:
        return None
    return run_results(read(target, "run_results.json"), os.path.join(target, "manifest.json"))


def option(arguments, *names):
    """The last value given for one of the names."""
    given = [value for name, value in zip(arguments, arguments[1:]) if name in names]
    given += [word.split("=", 1)[1] for word in arguments if word.startswith(tuple(name + "=" for name in names))]
    return given[-1] if given else None


def target_folder(arguments):
    """Where the artifacts are, whatever folder the test is in."""
    root = option(arguments, "--project-dir") or "."
    file = os.path.join(root, "dbt_project.yml")
    project = yaml.safe_load(open(file)) if os.path.exists(file) else None
    configured = project.get("target-path") if isinstance(project, dict) else None
    return os.path.join(root, option(arguments, "--target-path") or os.environ.get("DBT_TARGET_PATH") or configured or "target")


def freshness_file(arguments, target):
    given = option(arguments, "-o", "--output")
    return (option(arguments, "--project-dir") or ".", given) if given else (target, "sources.json")


def listed(text):
    """The lines that are not of the log: those have a time, or stand indented below one."""
    return [line for line in text.splitlines() if not re.match(r"\d\d:\d\d:\d\d  |\s|$", line)]


def shown_rows(executable, arguments):
    """Of the JSON that show prints after its log, where the test itself may ask for text."""
    text = subprocess.run([executable, *arguments, "--output", "json"], capture_output=True, text=True, timeout=TIMEOUT).stdout
    return json.JSONDecoder().raw_decode(text, text.index("{\n"))[0]["show"]


def manifest(file):
    """As dbt holds it; what is written has to be as dbt writes it."""
    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(file))


def read(folder, name):
    with open(os.path.join(folder, name)) as file:
        return json.load(file)


def parsed(executable, project_root):
    """dbt keeps its manifest beside manifest.json too, which not every command writes."""
    if not os.path.exists(os.path.join(project_root, "target")):
        return None
    with tempfile.TemporaryDirectory() as folder:
        call(executable, words(["parse", "--target-path", folder]))
        return manifest(os.path.join(folder, "manifest.json"))


def unreadable(text):
    """Of the log of source freshness: the sources that could not be read, which are no results of sources.json."""
    return re.findall(r" ERROR freshness of (\S+) ", text)


def freshness_results(sources, manifest_file, unreadable_sources):
    nodes = manifest_nodes(manifest(manifest_file))
    results = [SimpleNamespace(**{**one, "status": status(one["status"]), "node": nodes[one["unique_id"]]}) for one in sources["results"]]
    results += [SimpleNamespace(status=status("runtime error"), node=node) for node in nodes.values()
                if f"{getattr(node, 'source_name', '')}.{node.name}" in unreadable_sources]
    return Results(results, elapsed_time=sources["elapsed_time"])


def run_results(run, manifest_file):
    nodes = manifest_nodes(manifest(manifest_file))
    return Results([result(one, nodes) for one in run["results"]], elapsed_time=run.get("elapsed_time"), args=run.get("args"))


def manifest_nodes(held):
    nodes = {node.unique_id: node for nodes in held.disabled.values() for node in nodes}
    for kind in ("nodes", "sources", "exposures", "functions", "unit_tests", "metrics", "semantic_models", "saved_queries"):
        nodes.update(getattr(held, kind))
    return nodes


class Results(list):
    """As dbt's own: a list of results, with an attribute `results` for it."""

    def __init__(self, results, **attributes):
        super().__init__(results)
        self.results = results
        vars(self).update(attributes)


def result(one, nodes):
    node = nodes.get(one["unique_id"]) or Object(unique_id=one["unique_id"])
    for key in ("compiled", "compiled_code", "relation_name"):
        if one.get(key) is not None:
            setattr(node, key, one[key])
    ended = status(one["status"])
    return SimpleNamespace(**{"batch_results": None, **one, "node": node, "status": ended, "timing": [Object(**phase) for phase in one.get("timing", [])], "skipped": ended == RunStatus.Skipped})


def status(text):
    for kind in (RunStatus, TestStatus, NodeStatus, FreshnessStatus):
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
