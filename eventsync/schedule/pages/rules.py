"""What of a plan belongs to a day, to now and to what is next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from eventsync.schedule.plan.rules import Change, Slot, Status, Told, covers

MOST_OUTLINES = 200_000  # characters; what is more does not stand in the list of a day, or no phone gets it in time


@dataclass(frozen=True, slots=True)
class Present:
    """What is on, and what begins next: all that begins at that same time."""

    now: tuple[Told, ...]
    next: tuple[Told, ...]

    @property
    def ids(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(told.id for told in part) for part in (self.now, self.next))


def days(told: Iterable[Told], zone: ZoneInfo) -> list[date]:
    """The days on which anything begins, or was told first to begin."""
    found = {start.astimezone(zone).date() for each in told for start in _starts(each)}
    return sorted(found)


def _starts(told: Told) -> Iterable[datetime]:
    yield told.start
    if told.first is not None:
        yield told.first.start


def of_day(told: Iterable[Told], day: date, zone: ZoneInfo) -> list[Told]:
    """What is on that day, or was told first for it, in the order in which somebody looks for it there."""
    found = [(at, each) for each in told if (at := _place_in(each, day, zone)) is not None]
    return [each for _, each in sorted(found, key=lambda pair: (pair[0], pair[1].end, pair[1].id))]


def _place_in(told: Told, day: date, zone: ZoneInfo) -> datetime | None:
    if covers(told.start, told.end, day, zone):
        return told.start
    first = told.first
    return first.start if first is not None and covers(first.start, first.end, day, zone) else None


def present(told: Iterable[Told], now: datetime) -> Present:
    """What waits is on while it was planned: whoever came for it is there."""
    alive = sorted((each for each in told if each.status != Status.CANCELLED), key=lambda each: (each.start, each.id))
    soonest = min((each.start for each in alive if each.start > now), default=None)
    return Present(
        tuple(each for each in alive if each.start <= now < each.end),
        tuple(each for each in alive if each.start == soonest),
    )


def about_day(change: Change, day: date, zone: ZoneInfo) -> bool:
    """Whether it is news for whoever looks at that day: how it was, or how it is."""
    return any(covers(told.start, told.end, day, zone) for told in (change.old, change.new) if told is not None)


def planned(told: Told) -> Slot | None:
    """The time and place that are not so any more, where an activity is late, waits, or has moved."""
    if told.first is not None:
        return told.first
    return told.slot if told.delay else None


def anchor(key: str) -> str:
    """Where an activity is on a page. Short, for a page may have a thousand of them, and ids do not pack."""
    return f"a-{blake2b(key.encode(), digest_size=5).hexdigest()}"
