"""What the engine leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.jobs.starting import before_start
from eventsync.sync import marker, nightly, tombstones
from eventsync.sync.outbox import keeping

before_start(marker.objection)


@chore(every=timedelta(hours=1))
def purge_tombstones(now: datetime) -> None:
    tombstones.purge(now=now)


@chore(every=timedelta(hours=1))
def forget_outboxes(now: datetime) -> None:
    keeping.forget_abandoned(now=now)


@chore(every=timedelta(minutes=10))
def back_up_at_night(now: datetime) -> None:
    nightly.owe(now=now)
