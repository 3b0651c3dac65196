"""Each step of a job is one line of the log, with the same fields each time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from django.db import transaction
from django.utils import timezone

from eventsync.jobs import picking, queue, sweeping
from eventsync.jobs.correlation import correlated
from eventsync.jobs.models import Job
from eventsync.jobs.rules import Policy
from tests.jobs.conftest import Register
from tests.log_lines import Lines, collected

SUBJECT = UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")
ONE_RETRY = Policy(retries=(timedelta(seconds=5),))
Committing = Any  # pytest-django's fixture


@pytest.fixture
def lines() -> Iterator[Lines]:
    with collected() as found:
        yield found


def test_the_life_of_a_job_that_fails_and_is_replayed(
    tasks: Register,
    lines: Lines,
    later: Callable[[timedelta], None],
    django_capture_on_commit_callbacks: Committing,
) -> None:
    tasks("fail", ONE_RETRY, ValueError("Maria was late"))
    with django_capture_on_commit_callbacks(execute=True):
        job = queue.enqueue("fail", SUBJECT, partition="hall")
    for _ in range(2):
        queue.run()
        later(timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        queue.replay(job.id, now=timezone.now())
    tasks("fail", ONE_RETRY)
    queue.run()
    found = lines.all("job.")
    assert [(line["event"], line["attempt"], line["level"]) for line in found] == [
        ("job.owed", 0, "info"),
        ("job.claimed", 1, "info"),
        ("job.retry_wait", 1, "warning"),
        ("job.claimed", 2, "info"),
        ("job.dead", 2, "error"),
        ("job.replayed", 2, "info"),
        ("job.claimed", 3, "info"),
        ("job.done", 3, "info"),
    ]
    named = {(line["job"], line["correlation"], line["task"], line["subject"], line["partition"]) for line in found}
    assert named == {(str(job.id), str(job.id), "fail", str(SUBJECT), "hall")}
    assert [line["exception"] for line in found if "exception" in line] == ["ValueError", "ValueError"]
    assert "Maria" not in lines.text


def test_a_job_that_is_not_owed_after_all_is_no_line(tasks: Register, lines: Lines) -> None:
    tasks("note")
    with transaction.atomic():
        queue.enqueue("note", SUBJECT)
        transaction.set_rollback(True)
    assert lines.events() == []


def test_a_job_that_is_taken_back_lost_or_too_late_is_a_line(
    tasks: Register,
    lines: Lines,
    later: Callable[[timedelta], None],
    django_capture_on_commit_callbacks: Committing,
) -> None:
    tasks("note", Policy(expires_after=timedelta(minutes=1)))
    lost = queue.enqueue("note", SUBJECT)
    now = timezone.now()
    assert picking.claim(now=now, lease=now, worker="elsewhere:1", ordered=[]) == lost
    sweeping.sweep(now=now + timedelta(seconds=1))
    taken_back = queue.enqueue("note", SUBJECT)
    with django_capture_on_commit_callbacks(execute=True):
        queue.cancel(taken_back.id, why="Of no use.", now=now)
    later(timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep(now=timezone.now())
    assert [(line["event"], line["job"]) for line in lines.all("job.")] == [
        ("job.available", str(lost.id)),
        ("job.cancelled", str(taken_back.id)),
        ("job.expired", str(lost.id)),
    ]


def test_what_a_request_or_a_job_owes_has_its_correlation(
    tasks: Register, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(subject: UUID) -> None:
        structlog.get_logger("a.task").info("poke.said", heads={})
        queue.enqueue("note", subject)

    began = uuid4()
    tasks("note")
    monkeypatch.setitem(queue._tasks, "first", queue.Registered(work, Policy()))
    with correlated(began):
        job = queue.enqueue("first", SUBJECT)
    queue.run()
    assert list(Job.objects.values_list("state", "correlation")) == [("done", began)] * 2
    (said,) = lines.all("poke")
    assert (said["correlation"], said["job"], said["attempt"]) == (str(began), str(job.id), 1)
