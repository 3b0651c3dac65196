"""Reads of events that pages and commands share."""

from datetime import date

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


def current_event(*, today: date) -> Event | None:
    """The event that is on; else the newest. What a page starts with before somebody chooses."""
    on = Event.objects.filter(first_day__lte=today, last_day__gte=today).first()
    return on or Event.objects.first()


def chosen_event(slug: str, *, today: date) -> Event | None:
    """The event of this short name that somebody chose on a page; without one, what the page starts with."""
    return Event.objects.filter(slug=slug).first() or current_event(today=today)
