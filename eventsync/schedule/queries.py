"""Reads of events that pages and commands share."""

from datetime import date

from django.db.models import QuerySet

from eventsync.schedule.models import Event


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
