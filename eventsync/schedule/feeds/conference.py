"""The plan as conference software sees it: days, in them rooms, and in these what it calls events.

What its two formats, frab's XML and c3voc's JSON, have in common. Times are the expected ones; what is cancelled or
waits says so in its title, for they have no word for it. Groups are what they call persons, and together the track.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from eventsync.schedule.feeds.plain import Reader, clean
from eventsync.schedule.pages.days import days_of
from eventsync.schedule.plan.rules import Told, language_of

GENERATOR = "EventSync"
TIMESLOT = "00:05"
_MIDNIGHT = time.min
_LONGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """`rooms`: what begins on that day, by the name of the room; all rooms, in one order."""

    index: int
    date: date
    start: datetime
    end: datetime
    rooms: dict[str, list[Told]]


@dataclass(frozen=True, slots=True)
class Conference:
    reader: Reader
    days: list[Day]
    rooms: dict[str, str]
    """The name of each room by the place's id: no two have the same."""
    numbers: dict[str, int]
    """Of each activity, by its id, for programs that know no others."""

    @property
    def acronym(self) -> str:
        """At least four of a few letters."""
        return re.sub("[^a-z0-9]", "_", self.reader.visit.event.slug.lower()).ljust(4, "_")

    @property
    def version(self) -> str:
        return str(self.reader.visit.number)

    @property
    def tracks(self) -> list[str]:
        return sorted({self.track(told) for told in self.reader.activities} - {""})

    def track(self, told: Told) -> str:
        return ", ".join(self.reader.groups(told))

    def slug(self, told: Told) -> str:
        return f"{self.acronym}-{told.id}"

    def language(self, told: Told) -> str:
        """In which its title is."""
        visit = self.reader.visit
        return language_of(told.by_language("title"), wanted=visit.words.code, otherwise=visit.event.language)

    def texts(self, told: Told) -> dict[str, str]:
        named = {"subtitle": "note", "abstract": "sentence", "description": "outline"}
        return {theirs: self.reader.text(told.by_language(ours)) for theirs, ours in named.items()}


def conference(reader: Reader) -> Conference:
    rooms = _rooms(reader)
    return Conference(reader, _days(reader, rooms), rooms, _numbers(reader))


def _rooms(reader: Reader) -> dict[str, str]:
    places = sorted(reader.plan.places.values(), key=lambda place: (reader.text(place.names), place.id))
    names = {place.id: reader.text(place.names) for place in places}
    many = Counter(names.values())
    longer = {
        place.id: f"{name} ({clean(place.venue_name)})" if many[name := names[place.id]] > 1 else name
        for place in places
    }
    again = Counter(longer.values())
    return {key: f"{name} {key[:8]}" if again[name] > 1 else name for key, name in longer.items()}


def _days(reader: Reader, rooms: dict[str, str]) -> list[Day]:
    by_day: dict[date, dict[str, list[Told]]] = defaultdict(lambda: {name: [] for name in rooms.values()})
    for told in reader.activities:
        room = rooms.get(told.slot.place) or reader.place(told)
        by_day[reader.local(told.start).date()].setdefault(room, []).append(told)
    zone, days = reader.visit.zone, days_of(reader.visit, reader.plan)
    return [
        Day(
            index=index,
            date=day,
            start=datetime.combine(day, _MIDNIGHT, zone),
            end=datetime.combine(day + timedelta(days=1), _MIDNIGHT, zone),
            rooms=by_day[day],
        )
        for index, day in enumerate(days, start=1)
    ]


def _numbers(reader: Reader) -> dict[str, int]:
    """Made of the ids, so that they stay; the next free one where two would have the same."""
    numbers = dict[str, int]()
    taken = set[int]()
    for key in sorted(reader.plan.activities):
        number = UUID(key).int % _LONGEST_ID + 1
        while number in taken:
            number = number % _LONGEST_ID + 1
        taken.add(number)
        numbers[key] = number
    return numbers


def duration(told: Told) -> str:
    """Hours and minutes: 01:30."""
    hours, minutes = divmod((told.end - told.start) // timedelta(minutes=1), 60)
    return f"{hours:02}:{minutes:02}"
