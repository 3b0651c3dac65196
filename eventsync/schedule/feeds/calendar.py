"""The plan as an iCalendar (RFC 5545, 7986): the same bytes for the same release, and each activity for ever the same.

What a calendar compares comes from revisions: SEQUENCE is their number, DTSTAMP and LAST-MODIFIED when they were told.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum

from icalendar import Calendar
from icalendar import Event as Item

from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.feeds.zones import zone_of
from eventsync.schedule.models import Revision
from eventsync.schedule.pages import rules
from eventsync.schedule.plan.rules import Status, Told

_ASKED_AGAIN = timedelta(hours=1)  # a wish, which few calendars grant


class For(Enum):
    """Google hides what is cancelled, so that families would miss it without a word: there it only says so."""

    CALENDARS = "calendars"
    GOOGLE = "google"


_STATUS = {
    (Status.CANCELLED, For.CALENDARS): "CANCELLED",
    (Status.HELD, For.CALENDARS): "TENTATIVE",
    (Status.HELD, For.GOOGLE): "TENTATIVE",
}


def calendar(reader: Reader, whom: For) -> str:
    """All activities that were ever told, cancelled ones too."""
    made, told = Calendar(), reader.activities
    for name, value in _head(reader):
        made.add(name, value)
    made.add("REFRESH-INTERVAL", _ASKED_AGAIN, parameters={"VALUE": "DURATION"})
    if told and reader.visit.event.tz != "UTC":
        last = max(each.end for each in told)
        made.add_component(zone_of(reader.visit.zone, told[0].start, last))
    for each in told:
        made.add_component(_item(each, reader.plan.revisions[each.id], reader, whom))
    text: bytes = made.to_ical()
    return text.decode()


def _head(reader: Reader) -> Iterator[tuple[str, str]]:
    event = reader.visit.event
    yield "PRODID", "-//EventSync//Schedule//EN"
    yield "VERSION", "2.0"
    yield "METHOD", "PUBLISH"
    yield "NAME", reader.name
    yield "X-WR-CALNAME", reader.name
    yield "X-WR-TIMEZONE", event.tz
    yield "URL", reader.page("now")
    yield "X-PUBLISHED-TTL", "PT1H"  # as a timedelta it would be 1:00:00


def _item(told: Told, revision: Revision, reader: Reader, whom: For) -> Item:
    item, cancelled = Item(), told.status == Status.CANCELLED
    item.add("UID", told.id)
    item.add("SEQUENCE", revision.number)
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        item.add(name, revision.release.at.astimezone(UTC).replace(microsecond=0))
    start, end = _moments(told, reader)
    item.add("DTSTART", start)
    item.add("DTEND", end)
    item.add("SUMMARY", reader.title(told))
    item.add("DESCRIPTION", "\n".join(_told(told, reader)))
    item.add("LOCATION", reader.place(told))
    item.add("URL", reader.address(told))
    item.add("STATUS", _STATUS.get((told.status, whom), "CONFIRMED"))
    item.add("TRANSP", "TRANSPARENT" if cancelled else "OPAQUE")
    if told.groups:
        item.add("CATEGORIES", reader.groups(told))
    return item


def _moments(told: Told, reader: Reader) -> tuple[datetime, datetime]:
    """In the event's zone, but for the hour that comes twice in autumn: a calendar would take it for the first one."""
    start, end = map(reader.local, (told.start, told.end))
    return (start.astimezone(UTC), end.astimezone(UTC)) if start.fold or end.fold else (start, end)


def _told(told: Told, reader: Reader) -> Iterator[str]:
    """What a family reads of it, in lines."""
    say = reader.visit.words.say
    if told.status != Status.PLANNED:
        yield f"{say(f'status_{told.status}')}."
    if told.status == Status.HELD:
        yield say("held_time")
    planned = rules.planned(told)
    if planned and (planned.start, planned.end) != (told.start, told.end):
        yield f"{say('old_time')}: {reader.visit.clock.spoken(planned.start, planned.end)}."
    if planned and planned.place != told.slot.place and (old := reader.place_name(planned.place)):
        yield f"{say('old_place')}: {old}."
    yield from filter(None, [reader.text(told.by_language("note")), reader.text(told.by_language("sentence"))])
    yield f"{say('for')}: {', '.join(reader.groups(told)) or say('everybody')}."
    yield reader.address(told)
