"""A drill from its beginning to the end: allowed or not, run, and all that it made taken away again."""

import time
from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from eventsync.control.drills.course import Course, Missed, Pause, Result, Screen
from eventsync.control.drills.faults import BY, DRILLS
from eventsync.control.drills.tasks import NAMES
from eventsync.jobs import alerts
from eventsync.jobs.models import UNFINISHED, Alert, Job
from eventsync.schedule.models import Event
from eventsync.schedule.rules import is_rehearsal

_PATIENCE = 10  # seconds in which a process lets go of a job that nobody wants
_DAY = timedelta(days=1)


def run(
    name: str, event: Event, *, screen: Screen, span: timedelta | None = None, pause: Pause = time.sleep
) -> list[Result]:
    """`span`: how long a limit lasts, instead of its own time. What a drill that was killed has left goes first."""
    course = Course(drill=name, partition=f"drill:{event.pk}", screen=screen, pause=pause)
    take_away(pause)
    try:
        with suppress(Missed):
            DRILLS[name](course, span)
    finally:
        take_away(pause)
    return course.results


def take_away(pause: Pause) -> None:
    """Nobody wants the jobs any more, so none is begun and who stays with one leaves it; alerts stay, as dealt with."""
    ours = Job.objects.filter(task__in=NAMES)
    ours.filter(state__in=UNFINISHED, finished_at=None).update(expires_at=timezone.now())
    until = time.monotonic() + _PATIENCE
    while ours.filter(state=Job.State.RUNNING).exists() and time.monotonic() < until:
        pause(0.2)
    ours.delete()
    for row in Alert.objects.filter(subject__in=NAMES, cleared_at=None):
        alerts.clear(alert_id=row.pk, by=BY, now=timezone.now())


def objection(event: Event, *, although_an_event_runs: bool, now: datetime) -> str | None:
    """Why there must be no drill in this event, or None. A drill is felt by all that share its workers."""
    if not is_rehearsal(event.slug):
        return (
            f"“{event}” is neither the demo nor a rehearsal. Drills are for an event whose short name is demo, "
            "rehearsal, or begins with rehearsal-."
        )
    real = [] if although_an_event_runs else _real_events(now)
    if real:
        return (
            f"“{real[0]}” takes place on this server now. A drill makes jobs wait, kills a process, and raises alerts "
            "that people there will see. To do it all the same: --although-an-event-runs."
        )
    return None


def _real_events(now: datetime) -> list[Event]:
    today = now.date()
    near = Event.objects.filter(first_day__lte=today + _DAY, last_day__gte=today - _DAY)
    return [each for each in near if each.dates[0] <= now < each.dates[1] and not is_rehearsal(each.slug)]
