"""What the schedule leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.jobs.chores import chore
from eventsync.jobs.recurring import recurring
from eventsync.schedule.links.keeping import purge
from eventsync.schedule.plan import alerting


@chore(every=timedelta(minutes=1))
def keep_alerts_true(now: datetime) -> None:
    alerting.keep_true(now)


@recurring(
    "schedule.purge_family_links",
    every=timedelta(hours=1),
    what="Family links of events that are over were not deleted.",
    whom="Families of those events: their links are kept longer than they were told.",
)
def purge_family_links(now: datetime) -> None:
    purge(now=now)
