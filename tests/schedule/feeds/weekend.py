"""A weekend in Helsinki in which the clocks go back, told three times, with everything that can become of an activity.

Its ids are always the same, so that what is made of it can be kept as files and compared.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from eventsync.schedule.models import Activity, Event, Place, Venue
from tests.schedule.plan.plans import release

FRIDAY = datetime(2026, 10, 23, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 10, 24, 21, tzinfo=UTC)  # of Sunday, in Helsinki; six hours later it is five o'clock there
HOUR = timedelta(hours=1)


def make_weekend() -> Event:
    dates = {"first_day": date(2026, 10, 24), "last_day": date(2026, 10, 25), "tz": "Europe/Helsinki"}
    event = Event.objects.create(id=UUID(int=1), slug="weekend", name="Weekend", languages=["fi", "ar"], **dates)
    hall = Venue.objects.create(id=UUID(int=2), event=event, slug="hall", name="Main hall")
    lawn = Venue.objects.create(id=UUID(int=3), event=event, slug="lawn", name="Lawn")
    stage = Place.objects.create(id=UUID(int=4), venue=hall, name="Stage", texts={"fi": {"name": "Lava"}})
    other = Place.objects.create(id=UUID(int=5), venue=lawn, name="Stage")
    _activity(10, stage, "Breakfast", -12, sentence="There is bread, fruit & tea; <porridge> too.")
    _activity(11, stage, "Swim", -9, groups=["Finland", "Oslo, Norway"], texts={"fi": {"title": "Uinti"}})
    _activity(12, stage, "Relay", -7)
    _activity(13, other, "Games", -5)
    _activity(14, other, "Party", -2, texts={"ar": {"title": "الحفلة"}}, outline="Music.\n\nDancing.")
    _activity(15, stage, "Night walk", 3)
    release(event, now=FRIDAY)
    Activity.objects.filter(pk=UUID(int=11)).update(delay=30, buffer=10, note="The bus is late.")
    Activity.objects.filter(pk=UUID(int=12)).update(start=MIDNIGHT - 6 * HOUR, end=MIDNIGHT - 5 * HOUR, place=other)
    Activity.objects.filter(pk=UUID(int=13)).update(status="held", note="It rains.")
    Activity.objects.filter(pk=UUID(int=14)).update(status="cancelled", note="You can watch a film.")
    release(event, now=FRIDAY + 24 * HOUR)
    _activity(16, stage, "Late talk", 4)
    release(event, now=FRIDAY + 25 * HOUR)
    return event


def _activity(number: int, place: Place, title: str, hours: int, **more: Any) -> None:
    start = MIDNIGHT + hours * HOUR
    told = {"title": title, "start": start, "end": start + HOUR} | more
    Activity.objects.create(id=UUID(int=number), event=place.venue.event, place=place, number=str(number), **told)
