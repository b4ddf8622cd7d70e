"""A dbt project as test/compat runs it: its folder, and the steps that are taken in it.

The file compat.steps in the folder has one step a line ('#' starts a comment):

    seed                      a command, as after `dbt`; `=> 1` at its end: dbt has to end with that exit code
    run --vars 'x: 1' => 1
    sql INSERT INTO ...       one or more SQL statements, run by the superuser; @FILE: those of a file of the project
    files NAME                copies what is in steps/NAME over the project
    remove PATH               deletes a file of the project
    env NAME=VALUE            sets a variable of the environment, from here on
    schema NAME               the target's schema (default: analytics); before the first command

The file compat.differs, if there is one, has one difference a line that mesh means to have: the topic, the thing that differs
(with * for anything), and why, with " | " between them. One that is there no more is a failure too.

A project without compat.steps gets the commands that DEFAULT_STEPS lists.
"""

import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import yaml

STEPS_FILE = "compat.steps"
DIFFERS_FILE = "compat.differs"
DEFAULT_STEPS = ["seed", "run", "snapshot", "test", "run", "build"]
NOT_COPIED = ("target", "logs", "dbt_packages", ".git", DIFFERS_FILE)


@dataclass
class Step:
    """One line: what is done (command, sql, files, remove, env), with what, and dbt's exit code."""

    kind: str
    text: str
    exit_code: int = 0
    line: int = 0

    @property
    def arguments(self):
        return shlex.split(self.text)

    def __str__(self):
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass
class Project:
    """The folder with its dbt_project.yml, and the steps."""

    folder: Path
    steps: list
    schema: str = "analytics"
    config: dict = field(default_factory=dict)
    meant: list = field(default_factory=list)  # (topic, pattern of a thing, reason)

    @property
    def name(self):
        return self.folder.name

    @property
    def commands(self):
        return [step for step in self.steps if step.kind == "command"]

    def copy_to(self, place):
        """Copies the project into a folder that does not exist yet, without what dbt leaves behind."""
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)

    def profiles(self, connection, database):
        """The text of a profiles.yml that leads this project to a database."""
        output = dict(connection, type="postgres", dbname=database, schema=self.schema, threads=2)
        profile = self.config.get("profile") or self.config["name"]
        return yaml.safe_dump({profile: {"target": "dev", "outputs": {"dev": output}}})


def read_project(folder, steps=None, schema=None):
    """The project in a folder. Steps and schema given here count before those of its compat.steps."""
    folder = Path(folder).resolve()
    config = yaml.safe_load((folder / "dbt_project.yml").read_text())
    lines = list(enumerate(steps or step_lines(folder, config), 1))
    parsed = [parse_step(line, number) for number, line in lines if line.strip() and not line.startswith("#")]
    schemas = [step.text for step in parsed if step.kind == "schema"]
    return Project(
        folder=folder,
        steps=[step for step in parsed if step.kind != "schema"],
        schema=schema or (schemas[0] if schemas else "analytics"),
        config=config,
        meant=meant_differences(folder / DIFFERS_FILE),
    )


def meant_differences(file):
    lines = file.read_text().splitlines() if file.exists() else []
    return [tuple(part.strip() for part in line.split(" | ")) for line in lines if line.strip() and not line.startswith("#")]


def step_lines(folder, config):
    file = folder / STEPS_FILE
    if file.exists():
        return file.read_text().splitlines()
    packages = any((folder / name).exists() for name in ("packages.yml", "dependencies.yml"))
    return (["deps"] if packages else []) + DEFAULT_STEPS


def parse_step(line, number):
    word, _, rest = line.strip().partition(" ")
    if word in ("sql", "files", "remove", "env", "schema"):
        return Step(word, rest.strip(), line=number)
    command, _, code = line.partition("=>")
    return Step("command", command.strip(), int(code) if code.strip() else 0, number)
