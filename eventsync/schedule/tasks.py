"""Chores of the schedule."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.schedule.links.keeping import purge
from eventsync.schedule.plan import alerting


@chore(every=timedelta(minutes=1))
def keep_alerts_true(now: datetime) -> None:
    alerting.keep_true(now)


@chore(every=timedelta(hours=1))
def purge_family_links(now: datetime) -> None:
    purge(now=now)
