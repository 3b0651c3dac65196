"""A job that failed for good is an alert, one for each task that has any, at each place, until none is left of them."""

from datetime import datetime, timedelta

from django.db.models import Q

from eventsync.jobs.alerts import alert, clear_settled
from eventsync.jobs.chores import chore
from eventsync.jobs.models import UNFINISHED, Alert, Job
from eventsync.jobs.rules import Partition

DEAD_LETTER = "dead_letter"  # the alert
_LEFT = Q(state=Job.State.DEAD) | Q(state__in=UNFINISHED, finished_at=None, forgiven__gt=0)  # or may be dead again


def bury(job: Job, error: str, *, now: datetime) -> None:
    message = f"A job has failed for good: {job.task}. {error}"[:1000]
    alert(kind=DEAD_LETTER, subject=job.task, message=message, now=now, of=Partition(job.event_id, job.venue_id))


def settle(job: Job, *, now: datetime, by: str = "") -> None:
    """Ends the alert when this one, which is over now, was the last."""
    place = {"event_id": job.event_id, "venue_id": job.venue_id}
    clear_settled(DEAD_LETTER, _is_left, now=now, by=by, subject=job.task, **place)


@chore(every=timedelta(minutes=1))
def settle_what_was_left(now: datetime) -> None:
    """However the last of them ended."""
    clear_settled(DEAD_LETTER, _is_left, now=now)


def _is_left(row: Alert) -> bool:
    return Job.objects.filter(_LEFT, task=row.subject, event_id=row.event_id, venue_id=row.venue_id).exists()
