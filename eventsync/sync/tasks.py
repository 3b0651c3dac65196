"""What the engine leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.sync import tombstones


@chore(every=timedelta(hours=1))
def purge_tombstones(now: datetime) -> None:
    tombstones.purge(now=now)
