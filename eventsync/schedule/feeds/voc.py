"""The plan as c3voc's `schedule.json`, which conference software reads."""

import re
from typing import Any

import orjson
from django.conf import settings

from eventsync.schedule.feeds.conference import GENERATOR, TIMESLOT, Conference, Day, conference, duration
from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.plan.rules import Told

SCHEMA = "https://c3voc.de/schedule/schema.json"
_ZONES = re.compile("[A-Z][a-z]+/[A-Z][a-z]+|UTC$")  # that the schema knows


def schedule_json(reader: Reader) -> str:
    what, visit = conference(reader), reader.visit
    zone = {"time_zone_name": visit.event.tz} if _ZONES.match(visit.event.tz) else {}
    told = {
        "acronym": what.acronym,
        "title": reader.name,
        "start": what.days[0].date,
        "end": what.days[-1].date,
        "daysCount": len(what.days),
        "timeslot_duration": TIMESLOT,
        **zone,
        "url": reader.page("now"),
        "tracks": [{"name": name} for name in what.tracks],
        "rooms": [{"name": name, "guid": key} for key, name in what.rooms.items()],
        "days": [_day(day, what) for day in what.days],
    }
    schedule = {"version": what.version, "base_url": settings.BASE_URL, "conference": told}
    generator = {"name": GENERATOR, "version": settings.VERSION}
    return orjson.dumps({"$schema": SCHEMA, "generator": generator, "schedule": schedule}).decode()


def _day(day: Day, what: Conference) -> dict[str, Any]:
    rooms = {name: [_event(name, told, what) for told in activities] for name, activities in day.rooms.items()}
    return {"index": day.index, "date": day.date, "day_start": day.start, "day_end": day.end, "rooms": rooms}


def _event(room: str, told: Told, what: Conference) -> dict[str, Any]:
    reader, start = what.reader, what.reader.local(told.start)
    return {
        "guid": told.id,
        "id": what.numbers[told.id],
        "date": start,
        "start": f"{start:%H:%M}",
        "end": reader.local(told.end),
        "duration": duration(told),
        "room": room,
        "slug": what.slug(told),
        "url": reader.address(told),
        "title": reader.title(told),
        "track": what.track(told),
        "type": "other",
        "language": what.language(told),
        "persons": [{"name": group} for group in reader.groups(told)],
        "links": [],
        **what.texts(told),
    }
