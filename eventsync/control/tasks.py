"""What the control room leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.control import alarms, sampling
from eventsync.jobs.chores import chore


@chore(every=timedelta(seconds=15))
def watch(now: datetime) -> None:
    alarms.watch(now=now)


@chore(every=timedelta(seconds=30))
def sample(now: datetime) -> None:
    sampling.sample(now=now)
