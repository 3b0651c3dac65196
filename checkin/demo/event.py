"""Loads the demo event: three venues, doors of every policy, a schedule, people; no attendance and no holds."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from checkin.demo.people import SEED, MadeUp, generate_people
from checkin.demo.plan import plan_demo
from checkin.models import Checkpoint, CheckpointWindow, Kind, Policy
from checkin.roster import publish_checkpoints
from checkin.rosters.applying import apply_import
from checkin.rosters.layouts import TEMPLATE
from checkin.rosters.listing import Listed, Listing
from checkin.rosters.planning import plan_listing
from eventsync.jobs.publishing import publish
from eventsync.schedule.events import VenueAdded
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.rules import DEMO

SLUG = DEMO
TZ = "Europe/Helsinki"
PEOPLE = 500
DAYS = 7


@dataclass(frozen=True, slots=True)
class _Door:
    """A checkpoint of the demo. Those that are `once` admit everybody: whoever tries things out begins there."""

    policy: Policy
    kind: Kind = Kind.DOOR
    slots: Sequence[str] = ()
    admits: Mapping[str, Sequence[str]] = field(default_factory=dict)


_NAMESPACE = uuid.UUID("1b1f0c52-4f0e-4f0c-8a53-0f7d5a5b9a6e")
_VENUES = {
    "arena": (
        "Lakeside Arena",
        {
            "Main door": _Door(Policy.ONCE),
            "Day pass door": _Door(Policy.DAILY),
            "Lunch": _Door(Policy.PER_WINDOW, Kind.MEAL),
            "Quiet room": _Door(Policy.IN_OUT),
        },
    ),
    "pool": (
        "Swimming Hall",
        {
            "Main door": _Door(Policy.ONCE),
            "Pool deck": _Door(Policy.IN_OUT, admits={"roles": ["athlete", "coach", "official"]}),
            "Wheelchairs": _Door(Policy.IN_OUT, Kind.EQUIPMENT, [f"W-{number}" for number in range(1, 7)]),
        },
    ),
    "village": (
        "Athletes' Village",
        {
            "Main door": _Door(Policy.ONCE),
            "Bunks, house A": _Door(
                Policy.IN_OUT,
                Kind.BUNK,
                [f"A-{number}" for number in range(1, 13)],
                {"delegations": ["Norway", "Sweden", "Finland"]},
            ),
            "Bus to the arena": _Door(Policy.IN_OUT, Kind.BUS, admits={"delegations": ["Finland"]}),
        },
    ),
}
_LUNCH = (time(11), time(14))


@transaction.atomic
def load_demo(*, people: int, now: datetime) -> Event:
    """Writes the demo event. Ids are the same on every machine; its days begin today."""
    today = now.astimezone(ZoneInfo(TZ)).date()
    event = Event.objects.create(
        id=_id("event"),
        slug=SLUG,
        name="Northern Games (demo)",
        tz=TZ,
        first_day=today,
        last_day=today + timedelta(days=DAYS - 1),
        languages=["fi", "es", "ar"],
        help_phone="+358 40 000 0000",
    )
    publish_checkpoints(list(_checkpoints(event)))
    plan_demo(event, now=now)
    apply_import(event, plan_listing(event, _listing(generate_people(people, SEED))))
    return event


def _id(name: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, name)


def _checkpoints(event: Event) -> Iterator[Checkpoint]:
    for slug, (name, doors) in _VENUES.items():
        venue = Venue.objects.create(id=_id(slug), event=event, slug=slug, name=name)
        publish(VenueAdded(event=event.id, venue=venue.id))
        for door, made in doors.items():
            checkpoint = Checkpoint.objects.create(
                id=_id(f"{slug}/{door}"), venue=venue, name=door, policy=made.policy, kind=made.kind,
                slots=list(made.slots), admits={name: list(wanted) for name, wanted in made.admits.items()},
            )  # fmt: skip
            if made.policy == Policy.PER_WINDOW:
                CheckpointWindow.objects.bulk_create(_lunches(checkpoint, event.first_day))
            yield checkpoint


def _lunches(checkpoint: Checkpoint, first_day: date) -> Iterator[CheckpointWindow]:
    opens, closes = _LUNCH
    for day in (first_day + timedelta(days=number) for number in range(DAYS)):
        start, end = (datetime.combine(day, at, ZoneInfo(TZ)) for at in (opens, closes))
        yield CheckpointWindow(checkpoint=checkpoint, name=f"lunch-{day}", start=start, end=end)


def _listing(people: list[MadeUp]) -> Listing:
    """As if they came from a file, but with their own ids."""
    listed = [_listed(row, person) for row, person in enumerate(people, 2)]
    return Listing(TEMPLATE, len(listed), {}, people=listed)


def _listed(row: int, person: MadeUp) -> Listed:
    number, name, delegation, role, code, family, given = person[1:]
    return Listed(row, number, name, delegation, role, (code,), family=family, given=given, id=person.id)
