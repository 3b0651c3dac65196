"""When a push is woken because a pull got through."""

from typing import Literal

from eventsync.sync.client.hearing import Hearing, Verb

Said = tuple[Verb, Literal["missed", "heard"]]
OUTAGE: list[Said] = [("push", "missed"), ("pull", "missed"), ("push", "missed"), ("pull", "heard")]


def wakes(*said: Said) -> list[int]:
    """Which of these wake the push."""
    hearing = Hearing()
    return [number for number, (by, what) in enumerate(said) if getattr(hearing, what)(by)]


def test_pull_that_gets_through_wakes_the_push_after_a_failure_of_either_once() -> None:
    assert wakes(("push", "missed"), ("pull", "heard"), ("pull", "heard")) == [1]
    assert wakes(("pull", "missed"), ("pull", "heard"), ("pull", "heard")) == [1]


def test_nothing_that_failed_wakes_nobody() -> None:
    assert wakes(("pull", "heard"), ("push", "heard"), ("pull", "heard")) == []


def test_push_that_fails_while_pulls_succeed_is_left_to_its_own_backoff() -> None:
    turns: list[Said] = [("push", "missed"), ("pull", "heard")]
    assert wakes(*turns * 5) == [1]


def test_each_time_that_the_network_goes_and_comes_it_is_woken_again() -> None:
    assert wakes(*OUTAGE * 3) == [3, 7, 11]


def test_push_that_got_through_by_itself_needs_no_waking() -> None:
    assert wakes(("push", "missed"), ("push", "heard"), ("pull", "heard")) == []
