"""What the engine leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.jobs.recurring import recurring
from eventsync.jobs.starting import before_start
from eventsync.sync import marker, nightly, tombstones
from eventsync.sync.outbox import keeping

before_start(marker.objection)


@recurring(
    "sync.purge_tombstones",
    every=timedelta(hours=1),
    what="Marks of what was removed a week ago were not cleared away.",
    whom="Nobody: first lists of phones become a little longer.",
)
def purge_tombstones(now: datetime) -> None:
    tombstones.purge(now=now)


@recurring(
    "sync.forget_outboxes",
    every=timedelta(hours=1),
    what="Files of phones that somebody uploaded and did not bring in were not deleted.",
    whom="People in those files: they are kept longer than a day.",
)
def forget_outboxes(now: datetime) -> None:
    keeping.forget_abandoned(now=now)


@chore(every=timedelta(minutes=10))
def back_up_at_night(now: datetime) -> None:
    nightly.owe(now=now)
