"""Who has which role at which event, and where somebody may do something: one getter for each kind of place."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from eventsync.access.ranks import Rank
from eventsync.access.scope import Belongs, Posting, limit, postings, scope
from eventsync.schedule.models import Event, StaffRole, Venue

OF_EVENT = Belongs(event="pk")
OF_ROW = Belongs(event="event_id")
OF_VENUE = Belongs(event="event_id", venue="pk")
OF_PLACE = Belongs(event="venue__event_id", venue="venue_id")


@postings
def roles_of(user: Any) -> Iterator[Posting]:
    for rank, event, venue in StaffRole.objects.filter(user=user.pk).values_list("rank", "event_id", "venue_id"):
        yield Posting(Rank(rank), event, venue)


def events_for(user: Any, *permissions: str) -> QuerySet[Event]:
    """The events for whose whole `user` has all these rights."""
    found = Event.objects.all()
    for permission in permissions:
        where = scope(user, permission)
        found = found if where.everywhere else found.filter(pk__in=where.events)
    return found


def may_for(user: Any, event: Event | None, *permissions: str) -> bool:
    """Whether `user` has all these rights for the whole of this event."""
    where = [scope(user, permission) for permission in permissions]
    return event is not None and all(each.covers(event, OF_EVENT, reading=False) for each in where)


def events_seen(user: Any, permission: str) -> QuerySet[Event]:
    """The events of which `user` has this right to view something, be it at one venue."""
    return limit(Event.objects.all(), user, permission, OF_EVENT)


def venues_for(user: Any, permission: str) -> QuerySet[Venue]:
    """The venues at which `user` has this right."""
    return limit(Venue.objects.all(), user, permission, OF_VENUE)
