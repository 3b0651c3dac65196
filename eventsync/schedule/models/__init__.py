"""Events with their venues and staff; places and activities as organisers write them; what was released of those."""

from eventsync.schedule.models.drafts import Activity, Crowd, Intent, Light, Noise, Place, Priority, QuietRoom
from eventsync.schedule.models.happening import Event, StaffRole, Venue, bounds, validate_zone
from eventsync.schedule.models.releases import Release, Revision

__all__ = [
    "Activity", "Crowd", "Event", "Intent", "Light", "Noise", "Place", "Priority", "QuietRoom", "Release", "Revision",
    "StaffRole", "Venue", "bounds", "validate_zone",
]  # fmt: skip
