"""What one side did with a project: an Observation after each command."""

import json
import os
import re
import shutil
import time
from dataclasses import dataclass, field

from database import Database, connection_settings

DATABASE = "compat"  # both sides have it under this name, one after the other: compiled SQL names it


@dataclass
class Observation:
    """After one command: its exit code, dbt's artifacts as plain values, and the relations of the database.

    results: unique id -> (status, failures); compiled: unique id -> SQL; graph: sets of nodes, edges, disabled nodes;
    errors: unique id -> how its message begins; lines: what `list` printed; window: the clock's readings that the side's runs may have left in rows.
    """

    exit_code: int
    output: str
    results: dict
    compiled: dict
    graph: dict
    lines: list
    relations: dict
    invocation: str
    window: tuple = field(default=(0, 0))
    errors: dict = field(default_factory=dict)


def observe(side, project, place):
    """Runs all the project's steps on a side, in a new database and a copy of the folder below `place`.

    Returns the observations, one a command. The database stays, as compat_<side>."""
    folder = os.path.join(place, side.name, project.name)
    shutil.rmtree(folder, ignore_errors=True)
    project.copy_to(folder)
    database = Database(DATABASE)
    database.recreate()
    side.prepare(database)
    environment = write_profiles(project, os.path.join(place, side.name))
    start = time.time()
    observations = []
    for step in project.steps:
        if step.kind == "command":
            observations.append(observe_command(side, step, folder, environment, database, start))
        else:
            take_step(step, project, folder, environment, database)
    database.rename(f"{DATABASE}_{side.name}")
    return observations


def write_profiles(project, place):
    with open(os.path.join(place, "profiles.yml"), "w") as file:
        file.write(project.profiles(connection_settings(), DATABASE))
    return dict(
        os.environ, DBT_PROFILES_DIR=place, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_USE_COLORS="false",
        DBT_USE_COLORS_FILE="false", PYTHONWARNINGS="ignore",
    )


def take_step(step, project, folder, environment, database):
    if step.kind == "sql":
        database.execute(statements(step.text, project.folder))
    elif step.kind == "files":
        # As changed now: a checkout may have given both files one time, and dbt reads no file whose time is the same.
        shutil.copytree(project.folder / "steps" / step.text, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    elif step.kind == "remove":
        os.remove(os.path.join(folder, step.text))
    elif step.kind == "env":
        name, _, value = step.text.partition("=")
        environment[name] = value


def statements(text, folder):
    return (folder / text[1:]).read_text() if text.startswith("@") else text


def observe_command(side, step, folder, environment, database, start):
    target = os.path.join(folder, "target")
    for name in () if step.arguments[0] == "retry" else ("run_results.json", "manifest.json", "sources.json"):
        if os.path.exists(os.path.join(target, name)):
            os.remove(os.path.join(target, name))
    output = os.path.join(folder, "..", f"{os.path.basename(folder)}.out")
    exit_code = side.run(step.arguments, folder, environment, output)
    with open(output, errors="replace") as file, open(output + ".err", errors="replace") as errors:
        printed, complaints = file.read(), errors.read()
    results = read_json(target, "run_results.json")
    return Observation(
        exit_code=exit_code,
        output=complaints + printed,
        results={**statuses(results), **freshness(read_json(target, "sources.json"))},
        compiled={result["unique_id"]: result["compiled_code"] for result in results.get("results", [])
                  if result.get("compiled_code")},
        graph=graph(read_json(target, "manifest.json")),
        lines=sorted(printed.splitlines()) if step.arguments[0] in ("list", "ls") else [],
        relations=database.relations(),
        invocation=results.get("metadata", {}).get("invocation_id", ""),
        window=(start - 1, time.time() + 1),
        errors=whose_errors(results),
    )


def read_json(folder, name):
    try:
        with open(os.path.join(folder, name)) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def statuses(results):
    return {result["unique_id"]: (result["status"], result.get("failures")) for result in results.get("results", [])}


def whose_errors(results):
    """"Database Error in model a (models/a.sql)": whose error it is, and where, of each message that begins so."""
    found = {result["unique_id"]: re.match(r"\w+ Error in .*", result.get("message") or "") for result in results.get("results", [])}
    return {unique_id: match.group() for unique_id, match in found.items() if match}


def freshness(sources):
    """Statuses, and the thresholds by which they came about."""
    return {result["unique_id"]: (result["status"], json.dumps(result.get("criteria"), sort_keys=True)) for result in sources.get("results", [])}


def graph(manifest):
    """Nodes with what identifies them, edges, and what is disabled."""
    kinds = ("nodes", "sources", "exposures", "unit_tests", "metrics", "semantic_models", "saved_queries", "groups")
    nodes = {(name, ".".join(node.get("fqn") or []), node.get("relation_name"), node.get("alias"))
             for kind in kinds for name, node in manifest.get(kind, {}).items()}
    edges = {(parent, child) for child, parents in manifest.get("parent_map", {}).items() for parent in parents}
    return {"node": nodes, "edge": edges, "disabled": set(manifest.get("disabled", {}))}
