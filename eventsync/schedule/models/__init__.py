"""Events with their venues, staff and words; places and activities as organisers write them; what was released."""

from eventsync.schedule.models.drafts import Activity, Crowd, Intent, Light, Noise, Place, Priority, QuietRoom
from eventsync.schedule.models.happening import Event, StaffRole, Venue, bounds, validate_zone
from eventsync.schedule.models.incoming import IncomingFile
from eventsync.schedule.models.links import FamilyLink, FamilyPhone, Symbol
from eventsync.schedule.models.maps import PlaceMap
from eventsync.schedule.models.releases import Release, Revision
from eventsync.schedule.models.symbols import OwnSymbol
from eventsync.schedule.models.terms import Term
from eventsync.schedule.models.waiting import WaitingRelease

__all__ = [
    "Activity", "Crowd", "Event", "FamilyLink", "FamilyPhone", "IncomingFile", "Intent", "Light", "Noise", "OwnSymbol",
    "Place", "PlaceMap", "Priority", "QuietRoom", "Release", "Revision", "StaffRole", "Symbol", "Term", "Venue",
    "WaitingRelease", "bounds", "validate_zone",
]  # fmt: skip
