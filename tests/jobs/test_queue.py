"""Jobs: what is owed gets done, once, or is seen to have failed."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Job

SUBJECT = uuid.UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the queue library was told to wake."""
    calls: list[str] = []
    monkeypatch.setattr(queue, "async_task", lambda path, job: calls.append(f"{path} {job}"))
    return calls


@pytest.fixture
def done(db: None, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """A task `tests.note` that notes its subjects here."""
    subjects: list[UUID] = []
    monkeypatch.setitem(queue._tasks, "tests.note", subjects.append)
    return subjects


def fail(subject: UUID) -> None:
    raise ValueError("no such file")


def test_enqueue_wakes_after_commit_and_not_before(
    done: list[UUID], woken: list[str], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        job = queue.enqueue("tests.note", SUBJECT)
        assert woken == []
    assert woken == [f"eventsync.jobs.queue.run {job.id}"]


def test_enqueue_rolled_back_owes_nothing(done: list[UUID], woken: list[str]) -> None:
    with transaction.atomic():
        queue.enqueue("tests.note", SUBJECT)
        transaction.set_rollback(True)
    assert (Job.objects.count(), woken) == (0, [])


def test_enqueue_unknown_task_is_a_mistake(db: None) -> None:
    with pytest.raises(LookupError):
        queue.enqueue("tests.nothing", SUBJECT)


def test_run_does_it_once(done: list[UUID]) -> None:
    job = queue.enqueue("tests.note", SUBJECT)
    queue.run(str(job.id))
    queue.run(str(job.id))
    job.refresh_from_db()
    assert (done, job.state, job.attempts) == ([SUBJECT], "done", 1)


def test_run_that_fails_is_dead_and_says_why(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(queue._tasks, "tests.fail", fail)
    job = queue.enqueue("tests.fail", SUBJECT)
    queue.run(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error) == ("dead", "ValueError: no such file")


def test_sweep_finds_what_the_broker_lost(done: list[UUID], woken: list[str]) -> None:
    job = queue.enqueue("tests.note", SUBJECT)
    now = timezone.now()
    assert queue.sweep(now=now) == 0
    assert queue.sweep(now=now + queue.LOST_AFTER + timedelta(seconds=1)) == 1
    assert woken == [f"eventsync.jobs.queue.run {job.id}"]


def test_sweep_gives_a_dead_workers_job_to_another_until_its_attempts_are_used_up(
    done: list[UUID], woken: list[str]
) -> None:
    job = queue.enqueue("tests.note", SUBJECT)
    now = timezone.now()
    for attempt in range(1, queue.MAX_ATTEMPTS + 1):
        Job.objects.filter(id=job.id).update(state="running", attempts=attempt, lease=now)
        queue.sweep(now=now + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.state, job.error, len(woken)) == ("dead", "Its worker died each time.", queue.MAX_ATTEMPTS - 1)


def test_a_broker_that_is_down_fails_nothing(
    done: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    def down(path: str, job: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(queue, "async_task", down)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        queue.enqueue("tests.note", SUBJECT)
    assert Job.objects.get().state == "available"


def test_small_mode_uses_one_queue_in_the_database() -> None:
    assert {key: settings.Q_CLUSTER[key] for key in ("name", "orm")} == {"name": "eventsync", "orm": "default"}
