"""The alert of what failed for good ends with the last of it, whatever way that goes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from eventsync.control.inbox import acting
from eventsync.jobs import queue
from eventsync.jobs.burying import bury, settle_what_was_left
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import sources
from tests.control.letters import dead_job
from tests.desk import alice
from tests.together import together


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(queue._tasks, "test.note", queue.Registered(lambda subject: None, Policy()))


def buried(**said: Any) -> Job:
    job = dead_job(**said)
    bury(job, "It rained.", now=timezone.now())
    return job


def opened() -> list[tuple[str, UUID | None]]:
    return list(Alert.objects.filter(cleared_at=None).order_by("pk").values_list("kind", "event_id"))


def discard(job: Job) -> bool:
    return acting.discard(User.objects.get(username="alice"), sources["job"], job, "Over.").done


def test_alert_ends_with_the_last_letter_of_its_task_and_place(db: None, mended: None) -> None:
    alice()
    hall = uuid4()
    first, second, at_hall = buried(), buried(), buried(event_id=hall, venue_id=hall)
    assert opened() == [("dead_letter", None), ("dead_letter", hall)]
    discard(first)
    assert len(opened()) == 2
    discard(at_hall)
    assert opened() == [("dead_letter", None)]
    queue.replay(second.pk, now=timezone.now())
    settle_what_was_left(timezone.now())
    assert opened() == [("dead_letter", None)]  # it may fail again
    queue.run()
    assert list(Alert.objects.order_by("pk").values_list("event_id", "cleared_by")) == [(None, ""), (hall, "alice")]


def test_one_that_is_replayed_and_fails_again_counts_the_alert_up(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(subject: UUID) -> None:
        raise queue.Permanent("It rains on.")

    monkeypatch.setitem(queue._tasks, "test.note", queue.Registered(fail, Policy()))
    job = buried()
    queue.replay(job.pk, now=timezone.now())
    queue.run()
    [row] = Alert.objects.all()
    assert (row.count, row.cleared_at, Job.objects.get().state) == (2, None, "dead")


@pytest.mark.parametrize("how", ["taken back while it waits", "gone without a word"])
def test_alert_ends_however_its_last_letter_went(db: None, mended: None, how: str) -> None:
    job = buried()
    if how == "taken back while it waits":
        queue.replay(job.pk, now=timezone.now())
        assert queue.cancel(job.pk, why="Enough.", by="bob", now=timezone.now())
    else:
        job.delete()
        assert len(opened()) == 1
        settle_what_was_left(timezone.now())
    assert (opened(), Alert.objects.get().cleared_by) == ([], "bob" if "taken" in how else "")


@pytest.mark.django_db(transaction=True)
def test_last_two_that_are_discarded_at_once_end_the_alert() -> None:
    alice()
    jobs = [buried(), buried()]

    def press(job: Job) -> Callable[[], bool]:
        return lambda: discard(job)

    assert together([press(job) for job in jobs]) == [True, True]
    assert opened() == []
