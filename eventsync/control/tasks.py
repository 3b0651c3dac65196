"""What the control room leaves to a worker."""

from datetime import datetime, timedelta

from eventsync.control import alarms, endings, mailing, sampling
from eventsync.jobs.chores import chore


@chore(every=timedelta(seconds=15))
def watch(now: datetime) -> None:
    alarms.watch(now=now)


@chore(every=timedelta(seconds=30))
def sample(now: datetime) -> None:
    sampling.sample(now=now)


@chore(every=timedelta(seconds=20))
def mail_alerts(now: datetime) -> None:
    mailing.owe(now=now)


@chore(every=timedelta(minutes=1))
def end_settled(now: datetime) -> None:
    endings.end_settled(now)
