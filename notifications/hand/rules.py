"""What becomes of a notice that somebody writes, whom it goes to, and when another person has to agree. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from notifications.rules import Importance

UNDO = timedelta(seconds=60)


class Stage(StrEnum):
    """Each with its way in and its ways out."""

    # in: saved, taken back, or another person said no; out: waiting or held, when somebody sends it
    WRITTEN = "written"
    # in: sent, and another person has to agree; out: held when they do; written when it is changed, or they say no
    WAITING = "waiting"
    HELD = "held"  # in: sent, for a minute; out: written, when it is taken back; sent, when the minute is over
    SENT = "sent"  # in: the notice was made. What becomes of that is told by its deliveries


class To(StrEnum):
    """Who is to hear of it."""

    EVERYBODY = "everybody"
    GROUPS = "groups"
    VENUE = "venue"
    LEADERS = "leaders"  # of groups, or of all of them


@dataclass(frozen=True, slots=True)
class Audience:
    """`groups`: None for everybody. `leaders`: those who lead some of them, and nobody else."""

    groups: frozenset[str] | None
    leaders: bool = False

    def has(self, groups: frozenset[str] | None, *, leads: frozenset[str] = frozenset()) -> bool:
        """Whether somebody who hears of these groups, and leads those, is in it; None: they hear of everything."""
        if self.leaders:
            return bool(leads if self.groups is None else leads & self.groups)
        return self.groups is None or groups is None or bool(groups & self.groups)


def needs_two(importance: Importance, *, people: int, most: int) -> bool:
    """Whether another person has to agree. `most`: how many one person may write to alone."""
    return importance == Importance.CRITICAL or people > most


def end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """The midnight that comes next in the zone, until which most of what is said is of use."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).astimezone(UTC)
