"""Compares the observations of two sides: one Verdict a topic, with the differences in words."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from same import plain_rows, plain_sql, plain_text

SHOWN = 3  # of differing rows


@dataclass
class Verdict:
    """How many things of a topic there were, and the first difference of each that differs: thing -> words."""

    topic: str
    things: set = field(default_factory=set)
    differences: dict = field(default_factory=dict)
    meant: dict = field(default_factory=dict)  # those of the differences that mesh means to have -> why

    @property
    def equal(self):
        return len(self.things) - len(self.differences) - len(self.meant)

    def mean(self, pattern, reason):
        """Takes the differences of these things out of those that count; that there is none counts."""
        found = [thing for thing in self.differences if fnmatchcase(str(thing), pattern)]
        for thing in found:
            del self.differences[thing]
            self.meant[thing] = reason
        if not found:
            self.differences[pattern] = f"is the same on both sides, where a difference is meant: {reason}"

    def compare(self, step, left, right, differ):
        """Two mappings from things to values; `differ` says in words how two values differ, or nothing."""
        for thing in sorted(set(left) | set(right), key=str):
            self.things.add(thing)
            words = missing(thing, left, right) or differ(left[thing], right[thing])
            if words:
                self.differences.setdefault(thing, f"after {step}: {words}")


def missing(thing, left, right):
    if thing not in right:
        return f"missing, expected {left[thing]!s:.200}"
    if thing not in left:
        return f"not expected: {right[thing]!s:.200}"
    return ""


def differing(left, right):
    return "" if left == right else f"expected {left}, got {right}"


def judge(project, lefts, rights):
    """The verdicts on a project, from the observations of its commands on both sides; left is the oracle."""
    verdicts = {topic: Verdict(topic) for topic in ("exit codes", "nodes", "relations", "tests", "errors", "compiled", "graph")}
    for number, (step, left, right) in enumerate(zip(project.commands, lefts, rights), 1):
        where = f"`{step}`"
        verdicts["exit codes"].compare(where, {number: step.exit_code}, {number: left.exit_code}, unexpected(left))
        verdicts["exit codes"].compare(where, {number: left.exit_code}, {number: right.exit_code}, unexpected(right))
        verdicts["nodes"].compare(where, nodes(left), nodes(right), differing)
        verdicts["tests"].compare(where, tests(left), tests(right), differing)
        verdicts["errors"].compare(where, left.errors, {name: words for name, words in right.errors.items() if name in left.errors}, differing)
        verdicts["compiled"].compare(where, compiled(left), compiled(right), different_text)
        verdicts["graph"].compare(where, graph(left), graph(right), differing)
        verdicts["relations"].compare(where, left.relations, right.relations, different_relation(left, right))
    for topic, pattern, reason in project.meant:
        verdicts[topic].mean(pattern, reason)
    return list(verdicts.values())


def unexpected(observation):
    """An exit code that differs is explained by the end of what the command printed."""
    def differ(left, right):
        if left == right:
            return ""
        return f"expected {left}, got {right}\n" + "\n".join(observation.output.splitlines()[-12:])
    return differ


def is_test(unique_id):
    return unique_id.split(".")[0] in ("test", "unit_test")


def nodes(observation):
    """Statuses of what is no test, and lines that `list` printed."""
    found = {name: status for name, (status, _) in observation.results.items() if not is_test(name)}
    return found | {line: "listed" for line in observation.lines}


def tests(observation):
    return {name: result for name, result in observation.results.items() if is_test(name)}


def compiled(observation):
    return {name: plain_sql(text, observation) for name, text in observation.compiled.items()}


def graph(observation):
    return {(kind, thing): True for kind, things in observation.graph.items() for thing in things}


def different_text(left, right):
    if left == right:
        return ""
    common = next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))
    start = max(0, common - 60)
    return f"at character {common}:\nexpected ...{left[start:common + 120]}\ngot      ...{right[start:common + 120]}"


def different_relation(left_side, right_side):
    def differ(left, right):
        return (
            differing(left.kind, right.kind)
            or differing(left.columns, right.columns)
            or different_rows(plain_rows(left.rows, left_side), plain_rows(right.rows, right_side))
            or differing([plain_text(line, left_side) for line in left.traits],
                         [plain_text(line, right_side) for line in right.traits])
        )
    return differ


def different_rows(left, right):
    if left == right:
        return ""
    if not (isinstance(left, dict) and isinstance(right, dict)):
        return f"rows: expected {left!s:.200}, got {right!s:.200}"
    lacking, more = left - right, right - left
    return (
        f"rows: expected {left.total()}, got {right.total()}; {lacking.total()} lack, as {list(lacking)[:SHOWN]}; "
        f"{more.total()} are not expected, as {list(more)[:SHOWN]}"
    )
