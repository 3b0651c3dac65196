"""A drill from its beginning to the end: allowed or not, run, and all that it made taken away again."""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone

from eventsync.access.scope import limit
from eventsync.control.drills.course import NO_TIME, Course, Missed, Pause, Result, Screen
from eventsync.control.drills.faults import DRILLS
from eventsync.control.drills.tasks import NAMES, WANTED, WORKER_SILENT
from eventsync.jobs import alerts
from eventsync.jobs.models import UNFINISHED, Alert, Job, Worker
from eventsync.jobs.rights import OF_PLACE
from eventsync.jobs.rules import Partition
from eventsync.schedule.models import Event
from eventsync.schedule.rules import is_rehearsal

BY = "the drill"
_PATIENCE = 10  # seconds in which a process lets go of a job that nobody wants
_DAY = timedelta(days=1)


def run(
    name: str,
    event: Event,
    *,
    screen: Screen,
    span: timedelta | None = None,
    hold: timedelta = NO_TIME,
    pause: Pause = time.sleep,
) -> list[Result]:
    """`span` and `hold` as in `Course`. What a drill that was killed has left goes first."""
    place = Partition(event.pk, name=f"drill:{event.pk}")
    course = Course(drill=name, place=place, screen=screen, pause=pause, span=span, hold=hold)
    take_away(pause)
    try:
        with suppress(Missed):
            DRILLS[name](course)
    finally:
        take_away(partial(undisturbed, pause))
    return course.results


def undisturbed(pause: Pause, seconds: float) -> None:
    """Whoever is told to stop meanwhile takes away all the same."""
    with suppress(KeyboardInterrupt):
        pause(seconds)


def take_away(pause: Pause) -> None:
    """Nobody wants the jobs any more, so none is begun and who stays with one leaves it; alerts stay, as dealt with."""
    ours = Job.objects.filter(task__in=NAMES)
    ours.filter(state__in=UNFINISHED, finished_at=None).update(expires_at=timezone.now())
    until = time.monotonic() + _PATIENCE
    while ours.filter(state=Job.State.RUNNING).exists() and time.monotonic() < until:
        pause(0.2)
    ours.delete()
    Worker.objects.filter(name__startswith=f"{WORKER_SILENT}:").delete()
    for row in Alert.objects.filter(subject__in=[*NAMES, WORKER_SILENT], cleared_at=None):
        alerts.clear(alert_id=row.pk, by=BY, now=timezone.now())


def is_running(user: Any, right: str, *, now: datetime) -> bool:
    """Whether what `user` sees may be a drill's; one that was killed counts for as long as its jobs are wanted, or
    its alert of a machine is open.
    """
    recent = Q(state__in=UNFINISHED, finished_at=None) | Q(finished_at__gt=now - WANTED)  # for which there are indexes
    made = Job.objects.filter(recent, task__in=NAMES), Alert.objects.filter(subject=WORKER_SILENT, cleared_at=None)
    return any(limit(rows, user, right, OF_PLACE).exists() for rows in made)


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
