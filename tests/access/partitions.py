"""Work of two venues, of their whole event, of another event and of the server: each word of it says whose it is."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.alerts import alert
from eventsync.jobs.models import Alert, Approval, Attempt, Job
from eventsync.jobs.rules import WHOLE_SERVER, Demand, Matter, Partition, Policy, Somebody
from eventsync.schedule.models import Event, Venue
from tests.cast import DAY, Games

CORRELATION = UUID(int=7)
DORA = Somebody("user:99", "dora")

Rows = dict[str, Any]  # by the word for whose it is


def partitions(games: Games) -> dict[str, Partition]:
    camp = Event.objects.create(slug="camp", name="Elsewhere", first_day=DAY, last_day=DAY)
    tent = Venue.objects.create(event=camp, slug="tent", name="Tent")
    event = games.event.pk
    return {
        "hall": Partition(event, games.hall.pk),
        "pool": Partition(event, games.pool.pk),
        "whole": Partition(event),
        "camp": Partition(camp.pk, tent.pk),
        "server": WHOLE_SERVER,
    }


def columns(of: Partition) -> dict[str, UUID | None]:
    return {"event_id": of.event, "venue_id": of.venue}


def make_jobs(of: dict[str, Partition]) -> Rows:
    """Dead ones."""
    now = timezone.now()
    made = {}
    for word, partition in of.items():
        said = {"task": f"rain-{word}", "error": f"rain-{word}", "partition": str(partition), **columns(partition)}
        ended = {"state": "dead", "attempts": 1, "finished_at": now, "created_at": now}
        made[word] = Job.objects.create(subject=uuid4(), correlation=CORRELATION, **said, **ended)
        Attempt.objects.create(job=made[word], number=1, worker="host:7", began_at=now, ended_at=now, error="x")
    return made


def make_alerts(of: dict[str, Partition], subject: UUID = CORRELATION) -> Rows:
    now, about = timezone.now(), str(subject)
    for word, partition in of.items():
        alert(kind=f"rain-{word}", subject=about, message=f"rain-{word}", now=now, of=partition)
    return {word: Alert.objects.get(kind=f"rain-{word}", subject=about) for word in of}


def make_approvals(of: dict[str, Partition], monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Of jobs that wait for a person; Dora asked."""
    made: Rows = {}
    for word, partition in of.items():
        matter = Matter(f"rain-{word}", {"word": f"rain-{word}"})
        policy = Policy(approval=Demand(partial(_same, matter), within=timedelta(hours=1)))
        monkeypatch.setitem(queue._tasks, f"rain-{word}", queue.Registered(lambda subject: None, policy))
        job = queue.enqueue(f"rain-{word}", uuid4(), partition=partition, by=DORA)
        made[word] = Approval.objects.get(subject=job.pk)
    return made


def _same(matter: Matter, subject: UUID) -> Matter:
    return matter


def changed(rows: Rows) -> set[str]:
    """Which are not any more what they were when this was asked last; they are read anew."""
    found = set()
    for word, row in rows.items():
        now = type(row).objects.get(pk=row.pk)
        if any(getattr(row, each.attname) != getattr(now, each.attname) for each in row._meta.concrete_fields):
            found.add(word)
            rows[word] = now
    return found
