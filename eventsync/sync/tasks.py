"""What the engine leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.jobs.starting import before_start
from eventsync.sync import marker, tombstones

before_start(marker.objection)


@chore(every=timedelta(hours=1))
def purge_tombstones(now: datetime) -> None:
    tombstones.purge(now=now)
