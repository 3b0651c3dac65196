"""Chores of the schedule."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.schedule.links.keeping import purge


@chore(every=timedelta(hours=1))
def purge_family_links(now: datetime) -> None:
    purge(now=now)
