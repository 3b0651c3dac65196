"""What a push service is asked for, and what its answers mean."""

import base64
from datetime import timedelta
from email.utils import format_datetime

import pytest

from notifications.push.rules import AT_MOST, TRIES, URGENCY, WAITS, Outcome, outcome, topic, ttl
from notifications.rules import Importance, State
from tests.cast import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GONE, SECONDS = Outcome(State.FAILED_PERM, gone=True), timedelta(seconds=1)


def judge(status: int | None, *, retry_after: str = "", tries: int = 1, dice: float = 0) -> Outcome:
    return outcome(status, retry_after=retry_after, tries=tries, now=NOON, dice=dice)


@pytest.mark.parametrize(
    ("left", "seconds"), [(HOUR, 3600), (30 * HOUR, 12 * 3600), (SECONDS, 60), (timedelta(0), 60), (-HOUR, 60)]
)
def test_push_service_keeps_it_while_it_is_of_use_and_never_not_at_all(left, seconds):
    assert ttl(expires_at=NOON + left, now=NOON) == seconds


@pytest.mark.parametrize("tag", ["", "plan:1", "plan:" + "x" * 200])
def test_topic_is_as_long_as_the_strictest_service_wants_it(tag):
    assert len(topic(tag)) == 24
    assert len(base64.urlsafe_b64decode(topic(tag))) == 18
    assert topic(tag) != topic(tag + "2")


def test_each_importance_has_its_urgency():
    assert dict(zip(Importance, ("high", "normal", "low"), strict=True)) == URGENCY


@pytest.mark.parametrize(
    ("status", "became"),
    [
        (200, Outcome(State.ACCEPTED)),
        (201, Outcome(State.ACCEPTED)),
        (202, Outcome(State.ACCEPTED)),
        (404, GONE),
        (410, GONE),
        (413, Outcome(State.FAILED_PERM, too_long=True)),
        (429, Outcome(State.FAILED_TEMP, wait=WAITS[0])),
        (500, Outcome(State.FAILED_TEMP, wait=WAITS[0])),
        (503, Outcome(State.FAILED_TEMP, wait=WAITS[0])),
        (None, Outcome(State.FAILED_TEMP, wait=WAITS[0])),
        (400, Outcome(State.FAILED_TEMP, wait=WAITS[0], ours=True)),
        (401, Outcome(State.FAILED_TEMP, wait=WAITS[0], ours=True)),
        (403, Outcome(State.FAILED_TEMP, wait=WAITS[0], ours=True)),
        (301, Outcome(State.FAILED_PERM)),
        (405, Outcome(State.FAILED_PERM)),
    ],
)
def test_answer_says_what_becomes_of_it(status, became):
    assert judge(status) == became


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("300", 5 * MINUTE),
        ("1", WAITS[0]),
        ("99999999999", AT_MOST),
        (format_datetime(NOON + 5 * MINUTE, usegmt=True), 5 * MINUTE),
        (format_datetime(NOON - HOUR, usegmt=True), WAITS[0]),
        ("Sat, 04 Jul 2026 12:05:00", WAITS[0]),
        ("soon", WAITS[0]),
        ("-5", WAITS[0]),
        ("²", WAITS[0]),
    ],
)
def test_it_waits_as_long_as_it_was_asked_to(said, wait):
    assert judge(429, retry_after=said).wait == wait


def test_what_was_turned_away_together_does_not_come_back_together():
    assert judge(503, dice=1).wait == WAITS[0] * 1.2


@pytest.mark.parametrize("status", [None, 429, 503, 403])
def test_it_is_not_tried_for_ever(status):
    waits = [judge(status, tries=each).wait for each in range(1, TRIES + 1)]
    assert waits == [*WAITS, None]
    assert judge(status, tries=TRIES).state is State.FAILED_PERM
