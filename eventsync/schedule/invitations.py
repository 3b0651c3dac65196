"""Inviting phones to an event: what may be asked for, the same on the page and at the command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from eventsync.schedule.models import Event, Venue
from eventsync.sync.enrolment import LIFE, Invitation, invite
from eventsync.sync.models import Device, Profile

HOUR = timedelta(hours=1)
HOURS = LIFE // HOUR  # how long a code lives when nobody says
MAX_HOURS = 24 * 366
MAX_USES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code that somebody wants: for whom, for how many phones, for how many hours."""

    event: Event
    venue: Venue | None
    profile: str
    uses: int
    hours: int
    device: Device | None = None
    """The one phone that it brings back."""


class Fault(NamedTuple):
    """Why there is no such code: the member of Asked that is wrong, and a sentence."""

    field: str
    sentence: str


def faults(asked: Asked) -> Iterator[Fault]:
    if asked.profile not in Profile.values:
        choices = ", ".join(Profile.values)
        yield Fault("profile", f"There is no profile “{asked.profile}”. Choose one of {choices}.")
    if not 1 <= asked.uses <= MAX_USES:
        yield Fault("uses", f"A code is for 1 to {MAX_USES:,} phones.")
    elif asked.device and asked.uses > 1:
        yield Fault("uses", "A code for one phone is used once.")
    if not 1 <= asked.hours <= MAX_HOURS:
        yield Fault("hours", f"A code lives for 1 to {MAX_HOURS:,} hours.")
    venue = asked.venue
    if venue and venue.event_id != asked.event.id:
        yield Fault("venue", f"{venue.name} is a venue of {venue.event.name}, not of {asked.event.name}.")


def invite_phones(asked: Asked, *, now: datetime) -> Invitation:
    """A new code, of something that has no faults."""
    return invite(
        event_id=asked.event.id,
        venue_id=asked.venue.id if asked.venue else None,
        profile=asked.profile,
        uses=asked.uses,
        now=now,
        life=HOUR * asked.hours,
        device=asked.device,
    )
