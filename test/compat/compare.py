"""Runs dbt projects on real dbt and on meshctl, and says what differs, as TAP.

    compare.py [--left dbt] [--right MESHCTL|dbt] [--steps 'seed; run; test'] [--schema NAME] [--keep FOLDER]
               [--remember FOLDER] PROJECT...

The server is the one that the PG* variables name; it gets the databases compat_dbt and compat_meshctl, which stay
until the next project. With dbt on both sides all is equal: that is the test of this program.
"""

import argparse
import functools
import os
import sys
import tempfile
import time

from memory import remembered
from observe import observe
from project import read_project
from sides import make_side
from verdict import judge

SHOWN = 8  # differences of a topic


def main():
    with_one_order_of_sets()
    options = read_options()
    sides = [make_side(options.left), make_side(options.right)]
    if sides[0].name == sides[1].name:
        sides[1].name += "_again"
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="mesh-compat.") as place:
        for folder in options.projects:
            project = read_project(folder, options.steps, options.schema)
            compare(project, sides, options.keep or place, options.remember, tap)
    tap.end()
    sys.exit(1 if tap.failures else 0)


def with_one_order_of_sets():
    """dbt runs the unit tests of a model in the order of a set of texts, and skips those behind the first that fails: which
    they are depends on how Python hashes, which is another way in every process unless it is told."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])


def read_options():
    parser = argparse.ArgumentParser(description="Compares meshctl with dbt on dbt projects.")
    parser.add_argument("projects", nargs="+", metavar="PROJECT", help="a folder with a dbt_project.yml")
    parser.add_argument("--left", default="dbt", help="the oracle: dbt, or the path of a meshctl")
    parser.add_argument("--right", default="build/meshctl", help="what is judged: the path of a meshctl, or dbt")
    parser.add_argument("--steps", type=lambda text: text.split(";"), help="commands, separated by semicolons")
    parser.add_argument("--schema", help="the target's schema")
    parser.add_argument("--remember", metavar="FOLDER",
                        help="keeps there what the left side did, and takes it from there while the project stays as it is")
    parser.add_argument("--keep", help="a folder for the copies of the projects, which stay there")
    return parser.parse_args()


def compare(project, sides, place, memory, tap):
    """Runs a project on both sides, and reports each topic and a line with the counts."""
    seconds, observations = [], []
    for side in sides:
        os.makedirs(os.path.join(place, side.name), exist_ok=True)
        start = time.time()
        observe_side = functools.partial(observe, side, project, place)
        observations.append(remembered(memory, project, observe_side) if memory and not observations else observe_side())
        seconds.append(time.time() - start)
    verdicts = judge(project, *observations)
    for verdict in verdicts:
        tap.report(f"{project.name}: {verdict.topic} {verdict.equal}/{len(verdict.things)}", verdict.differences)
    counts = ", ".join(f"{verdict.topic} {verdict.equal}/{len(verdict.things)}" + (f" ({len(verdict.meant)} meant to differ)" if verdict.meant else "")
                       for verdict in verdicts)
    times = ", ".join(f"{side.name} {time:.1f} s" for side, time in zip(sides, seconds))
    print(f"# {project.name}: {counts} ({times})", flush=True)


class Tap:
    """Lines of the Test Anything Protocol; differences follow their line, each line of them after '# '."""

    def __init__(self):
        self.count = self.failures = 0

    def report(self, name, differences):
        self.count += 1
        self.failures += bool(differences)
        print(f"{'not ok' if differences else 'ok'} {self.count} - {name}")
        for thing, words in list(differences.items())[:SHOWN]:
            print("\n".join(f"#   {line}" for line in f"{thing} {words}".splitlines()))
        if len(differences) > SHOWN:
            print(f"#   ... and {len(differences) - SHOWN} more")

    def end(self):
        print(f"1..{self.count}")


if __name__ == "__main__":
    main()
