"""Whatever carries the word, jobs are done alike: one suite for each runner, on real processes."""

from collections import Counter

import pytest

from tests.faults.workshop import RUNNERS, Workshop

FEW = [each if each in {"orm", "inline"} else pytest.param(each, marks=pytest.mark.long) for each in RUNNERS]
pytestmark = pytest.mark.parametrize("runner", FEW, scope="module", indirect=True)


def test_job_is_done_once(runner: Workshop) -> None:
    runner.owe("note=20@venue")
    assert runner.settled()["note", "done"] == 20
    owed = runner.owed("note")  # the other tests share this workshop, in any order
    assert sorted(each for each in runner.done() if each in owed) == sorted(owed)
    assert {each: count for each, count in runner.tries().items() if each in owed} == Counter(owed)


def test_job_that_fails_is_tried_again_and_then_dead_with_an_alert(runner: Workshop) -> None:
    runner.owe("fail=1", "refuse=1")
    runner.settled()
    assert runner.errors("fail") == [("dead", 3, "ValueError: no such file")]
    assert runner.errors("refuse") == [("dead", 1, "The number does not exist.")]
    assert runner.alerts() == [("dead_letter", "fail"), ("dead_letter", "refuse")]


def test_order_is_kept_where_it_is_asked_for(runner: Workshop) -> None:
    runner.owe("step=4@north")
    runner.settled()
    owed = runner.owed("step")
    assert [subject for subject in runner.done() if subject in owed] == owed
    assert runner.errors("step") == [("done", 2, "")] * 4
