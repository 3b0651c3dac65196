"""Dead letters of each kind, for tests of the inbox."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from eventsync.jobs.models import Attempt, Job, Sending, Webhook
from eventsync.jobs.webhooks.sending import owe_what_was_left, send_test, switch_off
from eventsync.sync.models import Quarantined
from tests.cast import Phone


def dead_job(task: str = "test.note", *, at: datetime | None = None, **said: Any) -> Job:
    """One that failed in its only try."""
    at = at or timezone.now()
    columns = {"subject": uuid.uuid4(), "correlation": uuid.uuid4(), "error": "It rained.", **said}
    job = Job.objects.create(task=task, state="dead", attempts=1, finished_at=at, created_at=at, **columns)
    Attempt.objects.create(job=job, number=1, worker="host:7", began_at=at, ended_at=at, error=job.error)
    return job


def kept_aside(phone: Phone, kind: str = "strange.kind", **payload: Any) -> Quarantined:
    """A record that nobody can apply."""
    operation = phone.record(kind, payload)
    phone.push(operation)
    return Quarantined.objects.get(operation_id=operation["id"])


def untaken(url: str = "https://games.example/") -> tuple[Webhook, Sending, Job]:
    """What a webhook did not take: it is off, and another sending waits."""
    hook = Webhook.objects.create(name="Transport", url=url)
    with transaction.atomic():
        first, _ = send_test(hook), send_test(hook)
        owe_what_was_left(timezone.now())
        job = Job.objects.get(subject=first.pk)
        Job.objects.filter(pk=job.pk).update(
            state="dead", attempts=1, finished_at=timezone.now(), error="It answered 503."
        )
        switch_off(hook, why="It did not take what was sent for three days.", by_itself=True)
    job.refresh_from_db()
    hook.refresh_from_db()
    return hook, first, job
