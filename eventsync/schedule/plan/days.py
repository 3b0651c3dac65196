"""A day of the draft as organisers read it: at each place what is planned, what is free, what is at the same time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from eventsync.schedule.models import Activity, Event, Place, bounds
from eventsync.schedule.models.drafts import MAX_DELAY
from eventsync.schedule.plan import freezing
from eventsync.schedule.plan.delays import AWAY, Collision, collisions
from eventsync.schedule.plan.queries import cards
from eventsync.schedule.plan.rules import Told, covers

MOST_DAYS = 31  # of an event, each with a link


@dataclass(frozen=True, slots=True)
class Item:
    """An activity of a place on this day, in the order of the plan.

    `free`: for how long nothing is expected there before it, if something was. `meets`: what is at the same time.
    `before`, `after`: with which of this day it may change places.
    """

    row: Activity
    told: Told
    free: timedelta
    meets: tuple[Collision, ...]
    before: Activity | None
    after: Activity | None


class Section(NamedTuple):
    """A place on this day."""

    place: Place
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Day:
    """Every place of the event on one day, by venue and name; and what is at the same time there."""

    sections: list[Section]
    collisions: list[Collision]


def of_day(event: Event, day: date) -> Day:
    """What is planned or expected on this day, be it in part."""
    zone = ZoneInfo(event.tz)
    rows = [row for row in _around(event, day) if _is_on(row, day, zone)]
    told = {row.pk: freezing.activity(row, event.language) for row in rows}
    met = collisions(told.values(), cards(event))
    meets: dict[str, list[Collision]] = defaultdict(list)
    for each in met:
        meets[each.one.id].append(each)
        meets[each.other.id].append(each)
    at: dict[UUID, list[Activity]] = defaultdict(list)
    for row in sorted(rows, key=in_order):
        at[row.place_id].append(row)
    places = Place.objects.filter(venue__event=event).select_related("venue").order_by("venue__name", "name", "id")
    return Day([Section(place, list(_items(at[place.pk], told, meets, day, zone))) for place in places], met)


def begin_on(event: Event, day: date) -> QuerySet[Activity]:
    """What is planned to begin on this day."""
    begin, end = bounds(day, day, event.tz)
    return Activity.objects.filter(event=event, start__gte=begin, start__lt=end)


def days(event: Event) -> list[date]:
    """The days of a short event, and those on which something is planned to begin."""
    zone = ZoneInfo(event.tz)
    starts = Activity.objects.filter(event=event).order_by().values_list("start", flat=True)
    length = (event.last_day - event.first_day).days + 1
    own = {event.first_day + timedelta(days=each) for each in range(length if length <= MOST_DAYS else 0)}
    return sorted(own | {start.astimezone(zone).date() for start in starts})


def in_order(row: Activity) -> tuple[datetime, datetime, UUID]:
    """By when they are planned."""
    return row.start, row.end, row.pk


def takes_place(row: Activity) -> bool:
    """Whether it takes up time and a place: what is cancelled or waits does not."""
    return row.status not in AWAY


def _around(event: Event, day: date) -> Iterable[Activity]:
    begin, end = bounds(day, day, event.tz)
    near = Activity.objects.filter(event=event, start__lt=end, end__gt=begin - timedelta(minutes=MAX_DELAY))
    return near.select_related("place__venue").order_by()


def _is_on(row: Activity, day: date, zone: ZoneInfo) -> bool:
    late = timedelta(minutes=row.delay)
    return covers(row.start, row.end, day, zone) or covers(row.start + late, row.end + late, day, zone)


def _items(
    rows: Sequence[Activity],
    told: Mapping[UUID, Told],
    meets: Mapping[str, list[Collision]],
    day: date,
    zone: ZoneInfo,
) -> Iterator[Item]:
    own = [row for row in rows if takes_place(row) and row.start.astimezone(zone).date() == day]
    before = {after.pk: row for row, after in pairwise(own)}
    after = {row.pk: after for row, after in pairwise(own)}
    over: datetime | None = None  # when the last one so far is expected to end
    for row in rows:
        each, free = told[row.pk], timedelta()
        if takes_place(row):
            free = max(free, each.start - over) if over else free
            over = max(over, each.end) if over else each.end
        yield Item(row, each, free, tuple(meets.get(each.id, ())), before.get(row.pk), after.get(row.pk))
