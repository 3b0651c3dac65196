"""The end of keeping: some days after an event what is held of its people is erased, and only counts stay.

Announced by an alert some days before. Erased a part of the people at a time, so that nobody waits long for the
database; whatever ends in between goes on where it was.
"""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from checkin import roster
from checkin.models import Person
from checkin.privacy.erasing import clear
from checkin.privacy.finding import part_of
from eventsync.jobs.alerts import alert, clear_all
from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition
from eventsync.privacy.registry import holdings
from eventsync.schedule.models import Event

TASK = "checkin.erase_event"
ALERT = "retention"
NOTICE = timedelta(days=7)
HOUR = time(3)  # UTC
AT_ONCE = 50  # people


def kept(event: Event) -> "QuerySet[Person]":
    """Those people of whom there is more than a bare id."""
    return Person.objects.filter(event=event, erased_at=None)


def look(now: datetime) -> None:
    """Once a night, and harmless more often: announces what is near, owes what is due."""
    if now.time() < HOUR:
        return
    for event in Event.objects.order_by("pk"):
        if kept(event).exists():
            _look_at(event, now)


def _look_at(event: Event, now: datetime) -> None:
    if now.date() + NOTICE < event.kept_until:
        _take_back(event, now)
    elif event.erasure_told_on is None:
        _announce(event, now)
    elif is_due(event, now):
        enqueue(TASK, event.pk, dedupe=str(event.pk), partition=Partition(event.pk))


def is_due(event: Event, now: datetime) -> bool:
    """Whether its day is over, and was announced long enough before."""
    told = event.erasure_told_on
    return now.date() > event.kept_until and told is not None and now.date() >= told + NOTICE


def _announce(event: Event, now: datetime) -> None:
    day = max(event.kept_until, now.date() + NOTICE)
    message = (
        f"Names, codes and safety data of {kept(event).count():,} people at {event} are erased after {day:%-d %B %Y}; "
        "only counts stay. Export what you still need, or change the day on the page of the event."
    )
    alert(kind="retention", subject=str(event.pk), message=message, now=now, of=Partition(event.pk))
    Event.objects.filter(pk=event.pk).update(erasure_told_on=now.date())


def _take_back(event: Event, now: datetime) -> None:
    """Somebody chose a later day."""
    if event.erasure_told_on is not None:
        clear_all(kind=ALERT, subject=str(event.pk), now=now)
        Event.objects.filter(pk=event.pk).update(erasure_told_on=None)


def erase_event(event_id: UUID) -> None:
    """Erases everybody, unless the day was changed meanwhile; then what may be left in texts about nobody."""
    event, now = Event.objects.get(pk=event_id), timezone.now()
    if not is_due(event, now):
        return
    while people := list(kept(event).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with roster.changing(event_id) as change:
            clear(part_of(event_id, people), change)
    for holding in holdings():
        holding.sweep(event_id)
    clear_all(kind=ALERT, subject=str(event_id), now=now)
