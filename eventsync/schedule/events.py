"""What becomes of events and venues."""

from dataclasses import dataclass

from eventsync.jobs.events import Fact, domain_event


@domain_event("venue_added")
@dataclass(frozen=True, slots=True, kw_only=True)
class VenueAdded(Fact):
    """An event has a new venue."""
