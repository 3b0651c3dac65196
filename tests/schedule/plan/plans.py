"""A schedule of the games: two places, three activities; and releasing it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from eventsync.schedule.models import Activity, Event, Place, Release
from eventsync.schedule.plan import releasing
from tests.cast import NOON, Games

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Day:
    event: Event
    deck: Place
    stage: Place
    swim: Activity
    relay: Activity
    party: Activity


def make_day(games: Games) -> Day:
    """Swimming and the relay, one after the other in the pool; then a party in the hall, for everybody."""
    deck = Place.objects.create(venue=games.pool, name="Deck", directions="Go past the blue door.\n\nTurn left.")
    stage = Place.objects.create(venue=games.hall, name="Stage", texts={"fi": {"name": "Lava"}})
    swim = _activity(deck, "Swim", 0, groups=["Finland"], texts={"fi": {"title": "Uinti"}})
    relay = _activity(deck, "Relay", 1, groups=["Finland", "Norway"])
    party = _activity(stage, "Party", 3)
    return Day(games.event, deck, stage, swim, relay, party)


def _activity(place: Place, title: str, hours: int, **more: Any) -> Activity:
    start = NOON + hours * HOUR
    return Activity.objects.create(
        event=place.venue.event, place=place, title=title, start=start, end=start + HOUR, **more
    )


def starts() -> dict[str, int]:
    """When each activity is planned to begin: minutes after noon, UTC."""
    return {title: (start - NOON) // MINUTE for title, start in Activity.objects.values_list("title", "start")}


def day_address(event: Event, date: str = "2026-07-04") -> str:
    return f"/admin/schedule/event/{event.pk}/day/?date={date}"


def release(event: Event, **said) -> Release:
    return releasing.release(**_order(event, releasing.preview(event).seen, said))


def undo(event: Event, **said) -> Release:
    return releasing.undo(**_order(event, releasing.preview_undo(event).seen, said))


def _order(event: Event, seen: str, said: dict[str, Any]) -> dict[str, Any]:
    return {"event": event, "comment": {}, "seen": seen, "by": "Maria", "now": NOON - 24 * HOUR} | said
