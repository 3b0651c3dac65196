"""How long what is over is kept, each kind in its own way; a recurring job clears away the rest, a little at a time.

What still waits for somebody is never cleared away: dead jobs, open alerts, what a webhook has not taken yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from eventsync.jobs.models import UNFINISHED, Alert, DomainEvent, Job, Sending, TurnedAway, Worker
from eventsync.jobs.recurring import recurring
from eventsync.jobs.webhooks.models import UNTAKEN

AT_ONCE = 2_000  # rows of a kind at a time: nobody waits long for the database
ROUNDS = 100  # in an hour: what is more than that is left for the next
ALERTS, WORKERS, TURNED_AWAY = timedelta(days=365), timedelta(days=7), timedelta(days=1)

OVER = (Job.State.DONE, Job.State.CANCELLED, Job.State.EXPIRED)

Rows = Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Which rows of one kind are over, at a time."""

    name: str
    over: Rows


_kinds: dict[str, Kind] = {}


def kept(name: str) -> Callable[[Rows], Rows]:
    """Registers which rows of a kind have had their time. Called when the apps get ready."""

    def register(rows: Rows) -> Rows:
        _kinds[name] = Kind(name, rows)
        return rows

    return register


def clear(*, now: datetime) -> dict[str, int]:
    """Removes rows that are over, at most `AT_ONCE` of each kind; answers how many of which."""
    return {name: gone for name, kind in _kinds.items() if (gone := _clear(kind.over(now)))}


def _clear(rows: QuerySet[Any]) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if keys:
        rows.model.objects.filter(pk__in=keys).delete()
    return len(keys)


@recurring(
    "jobs.clear_away",
    every=timedelta(hours=1),
    what="What is over was not cleared away: finished jobs, old alerts, ended sessions and such.",
    whom="Nobody, as long as there is room on the disk.",
)
def clear_away(now: datetime) -> None:
    for _ in range(ROUNDS):
        if max(clear(now=now).values(), default=0) < AT_ONCE:
            return


@recurring(
    "jobs.tend_the_database",
    every=timedelta(days=1),
    after=timedelta(hours=3, minutes=30),
    what="The database was not tended in the night: it may become slower.",
    whom="Nobody at first.",
)
def tend_the_database(now: datetime) -> None:
    """What it knows of its tables is renewed, and on PostgreSQL room is made where rows were cleared away; of the rest
    autovacuum takes care. SQLite uses its room again by itself; giving it back to the disk would stop all who write
    for minutes."""
    cleared = sorted({kind.over(now).model._meta.db_table for kind in _kinds.values()})
    postgresql = (f"VACUUM (SKIP_LOCKED) {', '.join(map(connection.ops.quote_name, cleared))}", "ANALYZE (SKIP_LOCKED)")
    with connection.cursor() as cursor:
        for each in ("PRAGMA optimize",) if connection.vendor == "sqlite" else postgresql:
            cursor.execute(each)


def _technical(now: datetime) -> datetime:
    return now - timedelta(days=settings.KEEP_DAYS)


@kept("jobs")
def old_jobs(now: datetime) -> QuerySet[Job]:
    """With their attempts."""
    return Job.objects.filter(state__in=OVER, finished_at__lt=_technical(now))


@kept("domain events")
def old_facts(now: datetime) -> QuerySet[DomainEvent]:
    """With who acted on them, and what webhooks took of them."""
    untaken = Sending.objects.filter(UNTAKEN, domain_event=OuterRef("pk"))
    owed = Job.objects.filter(state__in=(*UNFINISHED, Job.State.DEAD)).values("subject")  # few, and by their index
    return DomainEvent.objects.filter(~Exists(untaken), occurred_at__lt=_technical(now)).exclude(pk__in=owed)


@kept("tests of webhooks")
def old_tests(now: datetime) -> QuerySet[Sending]:
    """They tell of no domain event, so they go with none."""
    over = Sending.objects.exclude(UNTAKEN)
    return over.filter(domain_event=None, created_at__lt=_technical(now))


@kept("alerts")
def old_alerts(now: datetime) -> QuerySet[Alert]:
    return Alert.objects.filter(cleared_at__lt=now - ALERTS)


@kept("workers")
def old_workers(now: datetime) -> QuerySet[Worker]:
    return Worker.objects.filter(heard_at__lt=now - WORKERS)


@kept("what was turned away")
def old_counts(now: datetime) -> QuerySet[TurnedAway]:
    return TurnedAway.objects.filter(minute__lt=now - TURNED_AWAY)


@kept("sessions")
def old_sessions(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=now)
