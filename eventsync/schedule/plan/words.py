"""Differences in plain words, for the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventsync.schedule.models import Event, Place
from eventsync.schedule.plan.delays import Collision
from eventsync.schedule.plan.losses import Loss
from eventsync.schedule.plan.rules import Change, Kind, Names, Status, Told, said

WHAT = {
    Kind.ADDED: "New",
    Kind.CANCELLED: "Cancelled",
    Kind.RESTORED: "Takes place after all",
    Kind.HELD: "Waits, time not known",
    Kind.RESUMED: "Goes on",
    Kind.TIME_LATER: "Later",
    Kind.TIME_EARLIER: "Earlier",
    Kind.PLACE: "Another place",
    Kind.PLACE_NAME: "The place has another name",
    Kind.TITLE: "Another title",
    Kind.GROUPS: "For other groups",
    Kind.DETAILS: "Other details",
}

SHOWN = 20  # of what is at the same time


@dataclass(frozen=True, slots=True)
class Line:
    """One difference: of which activity, what it is, how it was, how it is; for whom it is now."""

    title: str
    what: str
    old: str
    new: str
    groups: str


def lines(changes: Iterable[Change], event: Event) -> list[Line]:
    return [_line(change, event) for change in changes]


def _line(change: Change, event: Event) -> Line:
    old, new = change.old, change.new
    what = (
        "Cancelled: it is in the draft no more" if new.removed and change.kind == Kind.CANCELLED else WHAT[change.kind]
    )
    return Line(
        title=_title(new, event),
        what=what,
        old=_fact(change.kind, old, event) if old else "",
        new=_note(new, event) if change.kind == Kind.CANCELLED else _fact(change.kind, new, event),
        groups=_groups(new),
    )


def line(said: Line) -> str:
    """The same in one line."""
    what = f"{said.title}: {said.what}"
    return f"{what}: {said.old} → {said.new}" if said.old and said.new else f"{what} {said.old or said.new}".strip()


def loss(lost: Loss, event: Event) -> str:
    """What of a place is worse than it was told. “Deck: noise: Quiet → Loud.”"""
    column: Any = Place._meta.get_field(lost.what)
    name = f"{own(lost.place.names, event)}: {column.verbose_name}"
    if not lost.old:
        return f"{name}: it is not {'there' if lost.what == 'map' else 'described'} any more."
    labels = dict(column.choices or [])
    return f"{name}: {labels[lost.old]} → {labels[lost.new]}."


def _fact(kind: Kind, told: Told, event: Event) -> str:
    match kind:
        case Kind.TIME_LATER | Kind.TIME_EARLIER:
            return when(told, event)
        case Kind.PLACE | Kind.PLACE_NAME:
            return _place(told, event)
        case Kind.TITLE:
            return _title(told, event)
        case Kind.GROUPS:
            return _groups(told)
        case Kind.DETAILS:
            return _note(told, event)
        case _:
            return f"{when(told, event)}, {_place(told, event)}"


def when(told: Told, event: Event) -> str:
    """The expected time in the event's zone."""
    return stretch(told.start, told.end, event)


def planned(told: Told, event: Event) -> str:
    """The planned time."""
    return stretch(told.slot.start, told.slot.end, event)


def stretch(start: datetime, end: datetime, event: Event) -> str:
    """A time in the event's zone, with its day."""
    day = start.astimezone(ZoneInfo(event.tz)).date()
    return f"{day:%a %-d %b}, {on_day(start, end, event, day)}"


def on_day(start: datetime, end: datetime, event: Event, day: date) -> str:
    """A time of this day, without saying the day; another day is said."""
    zone = ZoneInfo(event.tz)
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    # Where the clocks change between them, only the zone tells one 03:30 from the other.
    clock = "%H:%M" if begins.utcoffset() == ends.utcoffset() else "%H:%M %Z"
    return f"{_moment(begins, day, clock)} to {_moment(ends, day, clock)}"


def _moment(at: datetime, day: date, clock: str) -> str:
    return at.strftime(clock if at.date() == day else f"%a %-d %b, {clock}")


def length(time: timedelta) -> str:
    """1 hour 15 minutes"""
    hours, minutes = divmod(time // timedelta(minutes=1), 60)
    counts = {"hour": hours, "minute": minutes}
    return " ".join(f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items() if count)


def state(told: Told) -> str:
    """What an organiser said of an activity of the draft."""
    match told.status:
        case Status.CANCELLED:
            return "Cancelled"
        case Status.HELD:
            return "Waits, time not known"
    return f"{length(timedelta(minutes=told.delay))} late" if told.delay else "Takes place"


def meetings(collisions: Iterable[Collision], event: Event) -> list[str]:
    """A sentence of each, as many as somebody reads, and how many more there are."""
    found = list(collisions)
    more = len(found) - SHOWN
    return [_meeting(each, event) for each in found[:SHOWN]] + ([f"… and {more} more."] if more > 0 else [])


def _meeting(collision: Collision, event: Event) -> str:
    """Which two are at the same time, and where or for whom."""
    one, other = collision.one, collision.other
    name = _place(one, event) if collision.what == "place" else _for_whom(collision)
    at = f"{_title(one, event)} ({when(one, event)}) and {_title(other, event)} ({when(other, event)})"
    return f"{name}: {at}."


def partner(collision: Collision, told: Told, event: Event, day: date) -> str:
    """With what this one is at the same time, and for whom if not because of the place."""
    other = collision.other if collision.one.id == told.id else collision.one
    at = f"{_title(other, event)} ({on_day(other.start, other.end, event, day)})"
    return at if collision.what == "place" else f"{at}, for {_for_whom(collision)}"


def _for_whom(collision: Collision) -> str:
    """Never who they are: that is on their cards."""
    if collision.what != "people":
        return collision.name
    return "1 person with a card for both" if collision.name == "1" else f"{collision.name} people with cards for both"


def _note(told: Told, event: Event) -> str:
    return own(told.by_language("note"), event)


def _title(told: Told, event: Event) -> str:
    return own(told.by_language("title"), event)


def _place(told: Told, event: Event) -> str:
    return own(told.place_name, event)


def own(texts: Names, event: Event) -> str:
    """A text in the event's language, if it is there."""
    return said(texts, wanted=event.language, otherwise=event.language)[0]


def _groups(told: Told) -> str:
    return ", ".join(told.groups) or "everybody"
