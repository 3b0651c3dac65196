"""Pure decisions about events."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DEMO, REHEARSAL = "demo", "rehearsal"


def is_rehearsal(slug: str) -> bool:
    """Whether the event of this short name is made up: the demo, `rehearsal`, or one whose name begins with it."""
    return slug in {DEMO, REHEARSAL} or slug.startswith(f"{REHEARSAL}-")


def on_later_day(at: datetime, later: timedelta, zone: ZoneInfo) -> datetime:
    """The same time of the clock so many whole days later, in UTC.

    What the clocks leave out on that day is as long after midnight as it would have been.
    """
    local = at.astimezone(zone)
    return (local + later).replace(fold=local.fold).astimezone(UTC)
