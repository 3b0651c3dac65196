"""The plan as JSON of our own, in all languages, with what changed; docs/feeds.md says what is in it."""

from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.pages.places import map_address
from eventsync.schedule.pages.releases import changes_of
from eventsync.schedule.pages.visits import Visit, languages_of
from eventsync.schedule.plan.rules import Change, Slot, Told, ToldPlace

FORMAT = 1


def plan_json(reader: Reader) -> str:
    return orjson.dumps(
        {
            "format": FORMAT,
            "event": _event(reader),
            "release": _release(reader),
            "activities": [_activity(told, reader) for told in reader.activities],
            "places": [_place(place) for _, place in sorted(reader.plan.places.items())],
            "changes": _changes(reader),
        }
    ).decode()


def since(visit: Visit) -> int:
    """The release with which the last one is compared: the one that was seen, or else the one before."""
    return max(1, visit.number - 1) if visit.seen is None else visit.seen


def _event(reader: Reader) -> dict[str, Any]:
    event = reader.visit.event
    return {
        "id": event.pk,
        "name": event.name,
        "slug": event.slug,
        "time_zone": event.tz,
        "first_day": event.first_day,
        "last_day": event.last_day,
        "language": event.language,
        "languages": languages_of(event),
        "url": reader.page("now"),
    }


def _release(reader: Reader) -> dict[str, Any] | None:
    release = reader.visit.release
    if release is None:
        return None
    at = _moment(release.at, reader)
    return {"number": release.number, "at": at, "comment": release.comment, "restores": release.restores}


def _activity(told: Told, reader: Reader) -> dict[str, Any]:
    revision = reader.plan.revisions[told.id]
    return {
        "id": told.id,
        "revision": revision.number,
        "release": revision.release.number,
        "told_at": _moment(revision.release.at, reader),
        **_facts(told, reader),
        "sentence": _filled(told.by_language("sentence")),
        "outline": _filled(told.by_language("outline")),
        "note": _filled(told.by_language("note")),
        "symbol": told.symbol,
        "removed": told.removed,
        "url": reader.address(told),
    }


def _facts(told: Told, reader: Reader) -> dict[str, Any]:
    """What changes are about."""
    return {
        "title": _filled(told.by_language("title")),
        "status": told.status,
        "start": _moment(told.start, reader),
        "end": _moment(told.end, reader),
        "planned": _slot(told.slot, reader),
        "first": _slot(told.first, reader) if told.first else None,
        "delay": told.delay,
        "place": told.slot.place,
        "place_name": told.place_name,
        "groups": told.groups,
    }


def _slot(slot: Slot, reader: Reader) -> dict[str, Any]:
    return {"start": _moment(slot.start, reader), "end": _moment(slot.end, reader), "place": slot.place}


def _place(place: ToldPlace) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": _filled(place.names),
        "venue": {"id": place.venue, "name": place.venue_name},
        "directions": {key: said.directions for key, said in place.texts.items() if said.directions},
        "noise": place.noise,
        "crowd": place.crowd,
        "light": place.light,
        "quiet_room": place.quiet_room,
        "step_free": place.step_free,
        "toilet": place.toilet,
        "map": _map(place),
        "quiet_directions": {key: said.quiet_directions for key, said in place.texts.items() if said.quiet_directions},
    }


def _map(place: ToldPlace) -> dict[str, Any] | None:
    if place.map is None:
        return None
    texts = {key: said.map_text for key, said in place.texts.items() if said.map_text}
    size = {"width": place.map.width, "height": place.map.height}
    return {"address": f"{settings.BASE_URL}{map_address(place.map.file)}", **size, "text": texts}


def _changes(reader: Reader) -> dict[str, Any]:
    number = since(reader.visit)
    return {"since": number, "list": [_change(change, reader) for change in changes_of(reader.visit, number)]}


def _change(change: Change, reader: Reader) -> dict[str, Any]:
    old = _facts(change.old, reader) if change.old else None
    return {"activity": change.new.id, "kind": change.kind, "old": old, "new": _facts(change.new, reader)}


def _moment(at: datetime, reader: Reader) -> str:
    return reader.local(at).isoformat(timespec="seconds")


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}
