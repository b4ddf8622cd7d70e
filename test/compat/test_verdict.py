"""Tests of the comparison itself: what is the same counts as the same, and each kind of difference is noticed."""

import copy

from database import Relation
from observe import Observation
from project import Project, Step
from verdict import judge

CLOCK = 1_700_000_000  # 2023-11-14 22:13:20 UTC


def observation(**changes):
    plain = dict(
        exit_code=0, output="", results={"model.p.m": ("success", None), "test.p.t": ("pass", 0)},
        compiled={"model.p.m": "select 1"}, graph={"node": {"model.p.m"}, "edge": {("a", "b")}, "disabled": set()}, lines=[],
        relations={"s.m": Relation("table", [("a", "integer")], [("1",), ("1",)], ["comment x"])},
        invocation="", window=(CLOCK - 10, CLOCK + 10), errors={"model.p.m": "Database Error in model m"},
    )
    return Observation(**(plain | changes))


def differing_topics(left, right):
    project = Project(folder=None, steps=[Step("command", "run")])
    return [verdict.topic for verdict in judge(project, [left], [right]) if verdict.differences]


def relation(**changes):
    return {"s.m": Relation(**(vars(observation().relations["s.m"]) | changes))}


def test_equal_sides_are_equal():
    assert differing_topics(observation(), copy.deepcopy(observation())) == []


def test_each_difference_is_noticed():
    changes = {
        "exit codes": [dict(exit_code=1)],
        "nodes": [dict(results={"model.p.m": ("error", None), "test.p.t": ("pass", 0)}), dict(lines=["m"])],
        "tests": [dict(results={"model.p.m": ("success", None), "test.p.t": ("fail", 2)}),
                  dict(results={"model.p.m": ("success", None)})],
        "errors": [dict(errors={"model.p.m": "Compilation Error in model m"}), dict(errors={})],
        "compiled": [dict(compiled={"model.p.m": "select 2"}), dict(compiled={})],
        "graph": [dict(graph={"node": {"model.p.m"}, "edge": set(), "disabled": set()})],
        "relations": [dict(relations={}), dict(relations=relation(kind="view")),
                      dict(relations=relation(columns=[("a", "bigint")])), dict(relations=relation(rows=[("1",)])),
                      dict(relations=relation(rows=[("1",), ("2",)])), dict(relations=relation(traits=[]))],
    }
    for topic, kinds in changes.items():
        for change in kinds:
            assert differing_topics(observation(), observation(**change)) == [topic], change


def test_an_unexpected_exit_code_of_the_oracle_is_noticed():
    assert differing_topics(observation(exit_code=2), observation(exit_code=2)) == ["exit codes"]


def test_order_of_rows_and_white_space_do_not_matter():
    left = observation(relations=relation(rows=[("1",), ("2",)]), compiled={"m": "select\n  1"})
    right = observation(relations=relation(rows=[("2",), ("1",)]), compiled={"m": "select 1 "})
    assert differing_topics(left, right) == []


def test_times_of_the_run_and_digests_of_them_do_not_matter_but_others_do():
    def side(digest, time):
        return observation(relations=relation(rows=[(digest * 32, time)]))

    now, later = side("a", "2023-11-14 22:13:20.5+00"), side("b", "2023-11-14 22:13:25")
    assert differing_topics(now, later) == []
    assert differing_topics(now, side("a", "2024-11-14 22:13:20.5+00")) == ["relations"]
    assert differing_topics(side("a", "2020-01-01 00:00:00"), side("b", "2020-01-01 00:00:00")) == ["relations"]


def test_times_at_the_ends_of_the_calendar_are_compared_as_they_are():
    def side(time):
        return observation(compiled={"m": f"select timestamp '{time}'"})

    for time in ("0001-01-01 00:00:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00+14"):
        assert differing_topics(side(time), side(time)) == []
        assert differing_topics(side(time), side("2000-01-01 00:00:00")) == ["compiled"]


def test_a_difference_that_is_meant_does_not_count_and_has_to_be_there():
    project = Project(folder=None, steps=[Step("command", "run")], meant=[("tests", "test.p.*", "why")])
    left, right = observation(), observation(results={"model.p.m": ("success", None), "test.p.t": ("fail", 2)})
    assert [verdict.meant for verdict in judge(project, [left], [right]) if verdict.topic == "tests"] == [{"test.p.t": "why"}]
    assert [verdict.topic for verdict in judge(project, [left], [right]) if verdict.differences] == []
    assert [verdict.topic for verdict in judge(project, [left], [left]) if verdict.differences] == ["tests"]
