"""Events, venues, the schedule; what carries their names: phones, what they sent, enrolment codes and outboxes."""

from eventsync.schedule.admin import (  # noqa: F401 - importing them registers their pages
    activities,
    codes,
    devices,
    links,
    outboxes,
    places,
    releases,
    staff,
    symbols,
    terms,
    webhooks,
)
from eventsync.schedule.admin.events import EventAdmin, KeptAdmin, VenueAdmin
from eventsync.schedule.admin.names import EventFilter

__all__ = ["EventAdmin", "EventFilter", "KeptAdmin", "VenueAdmin"]
