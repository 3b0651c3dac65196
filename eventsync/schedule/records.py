"""What the engine gets to know of events."""

from uuid import UUID

from eventsync.schedule.models import Event
from eventsync.sync.registry import EventInfo, registry


@registry.event
def describe(event_id: UUID) -> EventInfo | None:
    event = Event.objects.filter(id=event_id).first()
    return EventInfo(event.id, event.slug, event.name, event.tz, event.dates) if event else None
