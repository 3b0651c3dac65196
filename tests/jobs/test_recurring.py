"""Housekeeping as jobs: each owed once for each time that it is due, seen by people when it fails."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from eventsync.jobs import queue, recurring
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.seeing.letters import help_of
from tests.jobs.conftest import Broker
from tests.together import together

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Tidy = Callable[..., list[datetime]]


@pytest.fixture
def tidy(db: None, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Tidy:
    """Registers the only recurring task there is, which notes when it ran and raises what is left in `errors`."""
    monkeypatch.setattr(recurring, "_all", [])
    monkeypatch.setattr(queue, "_tasks", dict(queue._tasks))

    def register(*errors: Exception, every: timedelta = HOUR, after: timedelta = timedelta()) -> list[datetime]:
        done, left = list[datetime](), list(errors)

        @recurring.recurring("test.tidy", every=every, after=after, what="Nobody tidied.", whom="Nobody.")
        def work(now: datetime) -> None:
            if left:
                raise left.pop(0)
            done.append(now)

        return done

    return register


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """What a worker does at a time: it owes what is due, then does it."""

    def play(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)
        recurring.owe_due(now)
        queue.run()

    return play


def test_job_is_owed_once_for_each_time_at_which_it_is_due(tidy: Tidy, at: Callable[[datetime], None]) -> None:
    done = tidy()
    for minutes in (0, 1, 59, 60, 61, 300):
        at(NOON + minutes * MINUTE)
    assert done == [NOON, NOON + HOUR, NOON + 5 * HOUR]  # of what nobody was there for, only the last
    assert set(Job.objects.values_list("task", "state", "attempts")) == {("test.tidy", "done", 1)}


def test_clock_that_was_ahead_for_a_while_stops_no_housekeeping(tidy: Tidy, at: Callable[[datetime], None]) -> None:
    done, ahead = tidy(), NOON.replace(year=2031)
    for now in (ahead, NOON, NOON + MINUTE, NOON + HOUR):
        at(now)
    assert done == [ahead, NOON, NOON + HOUR]


def test_daily_job_is_due_at_its_hour(tidy: Tidy, at: Callable[[datetime], None]) -> None:
    done = tidy(every=24 * HOUR, after=timedelta(hours=3, minutes=30))
    before, night = NOON.replace(hour=3, minute=29), NOON.replace(hour=3, minute=30)
    for now in (before, night, NOON, before + 24 * HOUR):
        at(now)
    assert done == [before, night]  # that of the night before, late, and that of this one


def test_job_that_still_waits_is_not_owed_again(tidy: Tidy) -> None:
    tidy()
    for hours in range(3):
        recurring.owe_due(NOON + hours * HOUR)
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_notice_at_the_same_moment_owe_it_once(
    transactional_db: None, tidy: Tidy, at: Callable[[datetime], None]
) -> None:
    done = tidy()
    for hours in range(10):
        together([partial(at, NOON + hours * HOUR)] * 3)
        queue.run()
        assert (len(done), Job.objects.count()) == (hours + 1, hours + 1)


def test_job_that_fails_for_good_is_one_letter_until_it_goes_well(
    tidy: Tidy, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = tidy(queue.Permanent("The folder is gone."), queue.Permanent("Still gone."))
    for minutes in (0, 30):
        at(NOON + minutes * MINUTE)
    assert Job.objects.values_list("state", "attempts", "error").get() == ("dead", 1, "The folder is gone.")
    assert (Alert.objects.get().kind, help_of("test.tidy").what) == ("dead_letter", "Nobody tidied.")
    at(NOON + HOUR)
    assert Job.objects.values_list("state", "attempts", "error").get() == ("dead", 2, "Still gone.")
    at(NOON + 2 * HOUR)
    assert (len(done), set(Job.objects.values_list("state", flat=True))) == (1, {"done"})
    assert Alert.objects.get().cleared_at == NOON + 2 * HOUR


def test_what_was_replayed_and_went_well_since_is_that_of_this_time(
    tidy: Tidy, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = tidy(queue.Permanent("The folder is gone."))
    at(NOON)
    monkeypatch.setattr(timezone, "now", lambda: NOON + HOUR)
    queue.replay(Job.objects.get().pk, now=NOON + HOUR)
    queue.run()
    at(NOON + HOUR + MINUTE)
    assert (done, Job.objects.count()) == ([NOON + HOUR], 1)


def test_none_is_owed_beside_one_at_work(tidy: Tidy, at: Callable[[datetime], None]) -> None:
    tidy()
    at(NOON)
    Job.objects.update(state=Job.State.RUNNING, finished_at=None, lease=NOON + 3 * HOUR)
    at(NOON + HOUR)
    assert Job.objects.count() == 1


def test_full_queue_puts_it_off(tidy: Tidy, at: Callable[[datetime], None], settings: Any) -> None:
    done = tidy()
    settings.DROPPABLE_JOBS = (0, 0)
    at(NOON)
    assert not Job.objects.exists()
    settings.DROPPABLE_JOBS = (10, 20)
    at(NOON + MINUTE)
    assert done == [NOON + MINUTE]


def test_all_housekeeping_is_done_by_jobs() -> None:
    assert sorted((each.task, each.every) for each in recurring._all) == [
        ("checkin.look_at_retention", HOUR),
        ("jobs.clear_away", HOUR),
        ("jobs.tend_the_database", 24 * HOUR),
        ("schedule.purge_family_links", HOUR),
        ("sync.forget_outboxes", HOUR),
        ("sync.purge_tombstones", HOUR),
    ]
