"""What becomes of events, venues and the schedule."""

from dataclasses import dataclass
from uuid import UUID

from eventsync.jobs.events import Fact, domain_event


@domain_event("venue_added")
@dataclass(frozen=True, slots=True, kw_only=True)
class VenueAdded(Fact):
    """An event has a new venue."""


@domain_event("delay_expected")
@dataclass(frozen=True, slots=True, kw_only=True)
class DelayExpected(Fact):
    """Something that is late makes activities at another venue late. No family reads it before it is released."""

    activities: tuple[str, ...]  # in the order of the plan
    minutes: int  # how late the first of them can begin


@domain_event("schedule_updated")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleUpdated(Fact):
    """Families see another schedule: which activities they read anew, and the kinds of what changed."""

    release: UUID
    number: int
    activities: tuple[str, ...]
    kinds: tuple[str, ...]
