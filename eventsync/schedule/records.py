"""What the engine gets to know of events, and devices of the schedule."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from eventsync.rows.lookup import Lookup
from eventsync.schedule.models import Event, Release, Venue, bounds
from eventsync.schedule.plan.rules import Told
from eventsync.sync.models import Device
from eventsync.sync.registry import EventInfo, registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import write_time

_SAID = ("slug", "name", "tz", "first_day", "last_day")
_EVENT = Lookup(Event, _SAID, by="id")
_WITH_VENUES = Lookup(Venue, ("id", *(f"event__{name}" for name in _SAID)), by="event")


@registry.event
def describe(event_id: UUID) -> EventInfo | None:
    """In one statement, unless it has no venue yet."""
    rows = _WITH_VENUES.rows([event_id])
    found = rows[0][1:] if rows else _EVENT.one(event_id)
    if found is None:
        return None
    slug, name, tz, first_day, last_day = found
    venues = tuple(sorted(UUID(venue) for venue, *_ in rows))
    return EventInfo(event_id, slug, name, tz, bounds(first_day, last_day, tz), venues)


def schedule_stream(event_id: UUID) -> str:
    return f"schedule:{event_id}"


@registry.streams
def readable(device: Device, event: EventInfo | None) -> Sequence[str]:
    """What was released is for everybody, so any device of the event reads it; one of a venue as well, for people ask
    at doors about all of it."""
    return [schedule_stream(device.event_id)]


def put_release(changes: Changes, release: Release, told: Iterable[Told]) -> None:
    """Writes the newest release, and what it told anew: what, when, where, for whom; no long texts."""
    stream = schedule_stream(release.event_id)
    for each in told:
        changes.put(stream, "activity", each.id, activity_body(each))
    changes.put(stream, "release", "last", {"number": release.number, "at": write_time(release.at)})


def activity_body(told: Told) -> dict[str, object]:
    """`start` and `end` are planned; `expected` is when it begins, where that is later."""
    late = {"expected": write_time(told.start)} if told.delay else {}
    return {
        "id": told.id,
        "title": {language: texts.title for language, texts in told.texts.items() if texts.title},
        "start": write_time(told.slot.start),
        "end": write_time(told.slot.end),
        "place": told.place_name,
        "venue": told.venue,
        "status": told.status,
        **({"groups": told.groups} if told.groups else {}),
        **late,
    }
