"""Reads of events that pages share."""

from datetime import date

from eventsync.schedule.models import Event


def current_event(*, today: date) -> Event | None:
    """The event that is on; else the newest. What a page starts with before somebody chooses."""
    on = Event.objects.filter(first_day__lte=today, last_day__gte=today).first()
    return on or Event.objects.first()
