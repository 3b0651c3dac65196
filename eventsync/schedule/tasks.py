"""Chores of the schedule."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.schedule.links.keeping import purge
from eventsync.schedule.plan import warning


@chore(every=timedelta(minutes=1))
def end_warnings(now: datetime) -> None:
    warning.end_settled(now)


@chore(every=timedelta(hours=1))
def purge_family_links(now: datetime) -> None:
    purge(now=now)
