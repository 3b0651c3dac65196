"""When a measure is an alert, on a clock of our own."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsync.jobs.seeing.registry import limit_of, limits
from eventsync.jobs.seeing.rules import GAP, Limit, Standing, judge, unusual_growth
from tests.cast import NOON

BACKLOG = limit_of("backlog")
STEP = timedelta(seconds=15)


def story(values: Sequence[float], limit: Limit = BACKLOG, *, step: timedelta = STEP) -> list[bool]:
    """Whether it is an alert after each of these, read one step apart."""
    standing, told = Standing(), []
    for number, value in enumerate(values):
        standing = judge(limit, standing, value=value, now=NOON + number * step)
        told.append(standing.alerting)
    return told


def test_backlog_is_an_alert_after_five_minutes_above_100_and_ends_after_two_below_60() -> None:
    told = story([101] * 30 + [59] * 20)
    assert (told.index(True), told.index(False, 21)) == (20, 38)  # 5 minutes in; 2 minutes after the thirtieth


@pytest.mark.parametrize(
    ("values", "alerting"),
    [
        ([100] * 60, False),  # not above
        ([101] * 19 + [100] + [101] * 19, False),  # a break begins it anew
        ([101] * 21 + [60] * 60, True),  # not below
        ([101] * 21 + ([59] * 7 + [61]) * 10, True),  # never well for two minutes
        ([101] * 21 + [80] * 60, True),  # between the two nothing changes
        ([80] * 60, False),
    ],
)
def test_what_hovers_about_a_limit_does_not_flap(values: list[float], alerting: bool) -> None:
    assert story(values)[-1] == alerting


def test_what_nobody_saw_is_not_counted() -> None:
    unseen = GAP + timedelta(seconds=1)
    assert story([101, 101, 101], step=unseen) == [False, False, False]
    assert story([101] * 4, step=GAP) == [False, False, False, True]


def test_a_clock_that_is_set_back_ends_nothing() -> None:
    first = judge(BACKLOG, Standing(), value=500, now=NOON)
    back = judge(BACKLOG, first, value=500, now=NOON - timedelta(hours=1))
    assert back == Standing(False, NOON - timedelta(hours=1), NOON - timedelta(hours=1))


@given(st.lists(st.floats(0, 200), max_size=200))
def test_raising_takes_five_minutes_above_and_clearing_two_below(values: list[float]) -> None:
    told = [False, *story(values)]
    for number, (before, after) in enumerate(pairwise(told)):
        if after and not before:
            assert min(values[number - 20 : number + 1]) > 100
        if before and not after:
            assert max(values[number - 8 : number + 1]) < 60


@pytest.mark.parametrize(
    ("depths", "growth"),
    [
        ([0, 0, 0, 0, 0, 10, 20, 30, 40, 50], 50),
        ([0, 0, 0, 0, 0, 10, 20, 30, 40, 49], 0),  # small
        ([0, 10, 20, 30, 25, 90], 0),  # fell once
        ([0, 100], 0),  # too few to know
        ([0, 80, 0, 80, 0, 80, 0, 80, 0, 80, 0, 80, 80, 80, 80, 80, 160], 0),  # 80 is usual here
        ([0, 80, 0, 80, 0, 80, 0, 80, 0, 80, 0, 80, 80, 80, 80, 80, 800], 720),
        ([], 0),
    ],
)
def test_growth_is_told_when_it_is_not_usual(depths: list[float], growth: float) -> None:
    assert unusual_growth(depths, steps=5) == growth


@pytest.mark.parametrize("limit", limits, ids=lambda limit: limit.kind)
def test_each_limit_ends_lower_than_it_begins(limit: Limit) -> None:
    assert limit.below <= limit.above or limit.above == 0
