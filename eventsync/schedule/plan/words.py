"""Differences in plain words, for the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from eventsync.schedule.models import Event
from eventsync.schedule.plan.delays import Collision
from eventsync.schedule.plan.rules import Change, Kind, Names, Told, said

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


def stretch(start: datetime, end: datetime, event: Event) -> str:
    zone = ZoneInfo(event.tz)
    start, end = start.astimezone(zone), end.astimezone(zone)
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %-d %b, %H:%M}"
    return f"{start:%a %-d %b, %H:%M} to {last}"


def meeting(collision: Collision, event: Event) -> str:
    """Which two are at the same time, and where or for whom."""
    one, other = collision.one, collision.other
    name = _place(one, event) if collision.what == "place" else collision.name
    at = f"{_title(one, event)} ({when(one, event)}) and {_title(other, event)} ({when(other, event)})"
    return f"{name}: {at}."


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
