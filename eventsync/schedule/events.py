"""What becomes of events, venues and the schedule."""

from dataclasses import dataclass
from uuid import UUID

from eventsync.jobs.events import Fact, domain_event


@domain_event("venue_added")
@dataclass(frozen=True, slots=True, kw_only=True)
class VenueAdded(Fact):
    """An event has a new venue."""


@domain_event("schedule_updated")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleUpdated(Fact):
    """Families see another schedule: which activities they read anew, and the kinds of what changed."""

    release: UUID
    number: int
    activities: tuple[str, ...]
    kinds: tuple[str, ...]
