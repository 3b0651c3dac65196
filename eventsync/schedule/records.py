"""What the engine gets to know of events."""

from uuid import UUID

from eventsync.schedule.models import Event, bounds
from eventsync.sync.lookup import Lookup
from eventsync.sync.registry import EventInfo, registry

_EVENT = Lookup(Event, ("slug", "name", "tz", "first_day", "last_day"), by="id")


@registry.event
def describe(event_id: UUID) -> EventInfo | None:
    found = _EVENT.one(event_id)
    if found is None:
        return None
    slug, name, tz, first_day, last_day = found
    return EventInfo(event_id, slug, name, tz, bounds(first_day, last_day, tz))
