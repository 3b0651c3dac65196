"""Days and times as they stand in cells: the event's local ones."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventsync.schedule.plan.incoming.values import Wrong

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?")
_DAY_FIRST = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
_TWO_WAYS = re.compile(r"\d{1,2}/\d{1,2}/(\d{4}|\d{2})")
# 0.25 is what a spreadsheet makes of six in the morning.
_TIME = re.compile(
    r"(?!0\.)(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)? ?(?:([ap])\.?m\.?)?([+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def day_in(cell: str) -> date:
    """Wrong when it is no date, or may be two."""
    text = " ".join(cell.split())
    if _TWO_WAYS.fullmatch(text):
        raise Wrong(f"“{text}” may be two days. Write the year first, such as 2026-07-04.")
    parts = _YEAR_FIRST.fullmatch(text)
    turned = _DAY_FIRST.fullmatch(text)
    numbers = parts.groups() if parts else turned.groups()[::-1] if turned else ()
    try:
        return date(*map(int, numbers))
    except (TypeError, ValueError):
        raise Wrong(f"“{text[:100]}” is no date. Write it like 2026-07-04.") from None


def moment_in(day: date, cell: str, zone: ZoneInfo) -> datetime:
    """This time of that day, in UTC; 24:00 is when the next one begins. Wrong when there is no such time."""
    text = " ".join(cell.split())
    found = _TIME.fullmatch(text)
    try:
        hour, minute, half, offset = found.groups() if found else (None,) * 4
        if (hour, minute) == ("24", "00"):
            day, hour = day + timedelta(days=1), "0"
        at = time(_hour(int(hour or ""), half), int(minute or ""))
        local = datetime.combine(day, at)
        if offset:
            return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
        moment = local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(f"“{text[:100]}” is no time. Write it like 09:30.") from None
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise Wrong(f"On {day} there is no {at:%H:%M}: the clocks go forward.")
    return moment


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if half.lower() == "p" else 0)


def time_of(at: datetime, zone: ZoneInfo) -> str:
    """What `moment_in` reads as this minute: where the clocks go back, the second 03:30 says its offset."""
    local = at.astimezone(zone)
    again = local.replace(fold=0).utcoffset() != local.utcoffset()
    return local.isoformat(timespec="minutes")[11:] if again else f"{local:%H:%M}"
