"""No worker is there to raise an alert: whoever answers requests does, and a worker that comes ends it."""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.control import absence, alarms
from eventsync.control.absence import EVERY, GRACE, Lookout, lookout
from eventsync.jobs.models import Alert, Worker

MINUTE = timedelta(minutes=1)


class Clock:
    """Of a process that has just begun."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return self.passed


@pytest.fixture
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(absence, "time", clock)
    fresh = Lookout()
    monkeypatch.setattr(lookout, "_began", fresh._began)
    monkeypatch.setattr(lookout, "_next", fresh._next)
    return clock


def asked(clock: Clock, seconds: float) -> list[tuple[str, str, bool]]:
    """What alerts there are after somebody asked whether the process lives."""
    clock.passed = seconds
    assert Client().get("/healthz").status_code == 200
    return [(row.kind, row.subject, row.cleared_at is None) for row in Alert.objects.order_by("pk")]


def test_where_no_worker_ever_was_a_request_raises_the_alert_after_a_minute(clock: Clock) -> None:
    assert asked(clock, GRACE - 1) == []
    assert asked(clock, GRACE + 1) == [("worker_silent", "any machine", True)]
    assert Alert.objects.get().message == "No worker on any machine has been heard from for 61 seconds."
    asked(clock, GRACE + 100)
    assert (Alert.objects.get().message.split()[-2:], Alert.objects.get().count) == (["160", "seconds."], 1)


def test_worker_that_comes_ends_it(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(clock, GRACE + 1)
    now = timezone.now()
    Worker.objects.create(name="here:1", started_at=now, heard_at=now + MINUTE)
    alarms.watch(now=now)
    alarms.watch(now=now + MINUTE / 2)
    assert asked(clock, GRACE + 20) == [("worker_silent", "any machine", False)]


def test_only_worker_that_died_is_missed(clock: Clock) -> None:
    now = timezone.now()
    Worker.objects.create(name="here:1", started_at=now - 5 * MINUTE, heard_at=now - 2 * MINUTE)
    assert asked(clock, GRACE) == [("worker_silent", "here", True)]


def test_it_is_looked_at_once_in_a_while_and_not_at_each_request(clock: Clock) -> None:
    counts = []
    for seconds in (GRACE, GRACE + 1, GRACE + EVERY - 1, GRACE + EVERY):
        with CaptureQueriesContext(connection) as queries:
            asked(clock, seconds)
        counts.append(len(queries) - 1)  # that of the test
    assert ([bool(count) for count in counts], counts[1]) == ([True, False, False, True], 0)


@pytest.mark.parametrize("error", [OperationalError, ValueError])
def test_answer_holds_though_nobody_could_look(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def away(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(alarms, "hold_one", away)
    assert asked(clock, GRACE) == []
    assert [(row.levelname, row.getMessage()) for row in caplog.records if row.name == absence.__name__] == [
        ("ERROR", "Nobody looked whether workers are there")
    ]


def test_real_clock_is_that_of_the_process() -> None:
    assert abs(Lookout()._next - time.monotonic() - GRACE) < 1
