"""Reads of events that pages and commands share."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from eventsync.schedule.models import Event
from eventsync.schedule.models.happening import EARLIEST_DAY, LATEST_DAY


class NoSuchEvent(Exception):
    """No event has this short name. Its message is one sentence."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no event “{slug}”.")


def event_by_slug(slug: str) -> Event:
    """The event of this short name, or NoSuchEvent."""
    event = Event.objects.filter(slug=slug).first()
    if event is None:
        raise NoSuchEvent(slug)
    return event


def current_event(among: QuerySet[Event], *, today: date) -> Event | None:
    """The event that is on; else the newest. What a page starts with before somebody chooses.

    `among`: those that its reader may see.
    """
    return among.filter(first_day__lte=today, last_day__gte=today).first() or among.first()


def chosen_event(slug: str, among: QuerySet[Event], *, today: date) -> Event | None:
    """The event of this short name that somebody chose on a page; without one, what the page starts with."""
    return among.filter(slug=slug).first() or current_event(among, today=today)


def chosen_day(event: Event, said: str, *, now: datetime) -> date:
    """The day that somebody chose on a page, such as 2026-07-04; else that of the event which is nearest to today."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = date.min
    if EARLIEST_DAY <= day <= LATEST_DAY:
        return day
    return max(event.first_day, min(now.astimezone(ZoneInfo(event.tz)).date(), event.last_day))
