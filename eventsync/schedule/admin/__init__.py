"""Events and venues, and what carries their names: phones, what they sent, enrolment codes and exported outboxes."""

from eventsync.schedule.admin import codes, devices, outboxes, staff  # noqa: F401 - importing them registers their pages
from eventsync.schedule.admin.events import EventAdmin, KeptAdmin, VenueAdmin
from eventsync.schedule.admin.names import EventFilter

__all__ = ["EventAdmin", "EventFilter", "KeptAdmin", "VenueAdmin"]
