"""A log line for each step of a job, with the same fields each time (docs/logs.schema.json)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from eventsync.jobs import spans
from eventsync.jobs.correlation import correlated
from eventsync.jobs.models import Job

log = structlog.get_logger(__name__)

_LEVELS = {Job.State.DEAD: "error", Job.State.RETRY_WAIT: "warning", Job.State.AVAILABLE: "warning"}


def owed(job: Job) -> None:
    """Said once it is true: after the commit."""
    transaction.on_commit(lambda: _say("info", "job.owed", job, due_in=_seconds(job.due_at, job.created_at)))


@contextmanager
def during(job: Job) -> Iterator[None]:
    """Whatever is logged or owed in here belongs to this try of the job."""
    _say("info", "job.claimed", job, waited=_seconds(timezone.now(), max(job.created_at, job.due_at)))
    told: spans.Says = {
        "eventsync.job": str(job.id),
        "eventsync.partition": job.partition,
        "eventsync.attempt": job.attempts,
    }
    bound = correlated(job.correlation, job=str(job.id), task=job.task, attempt=job.attempts)
    with bound, spans.span(f"job {job.task}", told, kind="CONSUMER"):
        yield


def left(job: Job, state: str, *, now: datetime) -> None:
    """A try is over: `job.done`, `job.retry_wait`, `job.dead`, `job.cancelled`, or `job.available` when it was lost."""
    failed = state in {Job.State.RETRY_WAIT, Job.State.DEAD, Job.State.CANCELLED}
    level = _LEVELS.get(Job.State(state), "info")
    _say(level, f"job.{state}", job, age=_seconds(now, job.created_at), exc_info=failed)


def changed(step: str, job_id: UUID) -> None:
    """Somebody, or its time, has decided about a job that nobody works on; said after the commit."""
    transaction.on_commit(lambda: _say("info", f"job.{step}", Job.objects.get(pk=job_id)))


def _say(level: str, event: str, job: Job, **fields: object) -> None:
    getattr(log, level)(
        event,
        correlation=str(job.correlation or job.id),
        job=str(job.id),
        task=job.task,
        subject=str(job.subject),
        partition=job.partition,
        attempt=job.attempts,
        **fields,
    )


def _seconds(until: datetime, since: datetime) -> float:
    return round((until - since).total_seconds(), 3)
