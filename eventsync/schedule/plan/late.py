"""What a delay would do to the draft, and writing it there just as somebody saw it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import editing, freezing
from eventsync.schedule.plan.delays import Collision, Delay, Over, collisions, knock_on, overrun, ripple
from eventsync.schedule.plan.queries import cards, current
from eventsync.schedule.plan.rules import Told

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Late:
    """An activity that a delay makes later: its row, and how it is told before and after."""

    row: Activity
    before: Told
    after: Told

    @property
    def taken_up(self) -> int:
        """How many minutes of its delay its buffer takes up: it ends so much less late."""
        return self.after.delay - self.after.overrun


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that would be late, in the order of the plan; and who would be in two places at once then."""

    late: list[Late]
    collisions: list[Collision]

    @property
    def seen(self) -> str:
        """Stands for exactly this."""
        told = [f"{each.row.pk} {each.row.version} {each.after.delay}" for each in self.late]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class HeldUp:
    """An activity that cannot begin before `minutes` after its time, for `by` ends late; it ends at `end` then."""

    row: Activity
    by: Activity
    minutes: int
    end: datetime


def outlook(event: Event, delay: Delay) -> Outlook:
    rows, plan = _draft(event)
    minutes = ripple(plan.values(), delay, {key: row.buffer for key, row in rows.items()})
    after = {key: _put_off(plan[key], minutes[key], rows[key].buffer) for key in minutes}
    late = sorted((Late(rows[key], plan[key], told) for key, told in after.items()), key=lambda each: each.row.start)
    met = collisions({**plan, **after}.values(), cards(event))
    return Outlook(late, [each for each in met if {each.one.id, each.other.id} & after.keys()])


def held_up(event: Event, *, now: datetime) -> list[HeldUp]:
    """What delays in the draft make late at other venues, in the order of the plan; and what moves of today do."""
    rows, plan = _draft(event)
    found = knock_on(plan.values(), {key: row.buffer for key, row in rows.items()}, _over(event, plan, now))
    return [HeldUp(rows[key], rows[push.by.id], push.held_up, push.end) for key, push in found.items() if push.by]


def _over(event: Event, plan: Mapping[str, Told], now: datetime) -> Over:
    """Of what ends later in the draft than families were told. What begins in a day or later is planning still."""
    soon, (begin, end) = now + DAY, event.dates
    if not begin <= soon <= end + DAY:
        return {}
    told = {key: each.slot for key, each in current(event).activities.items() if each.slot.start < soon}
    return {key: told[key].end for key in told.keys() & plan.keys() if told[key].end < plan[key].slot.end}


def _draft(event: Event) -> tuple[dict[str, Activity], dict[str, Told]]:
    rows = {str(row.pk): row for row in Activity.objects.filter(event=event).select_related("event", "place__venue")}
    return rows, {key: freezing.activity(row, event.language) for key, row in rows.items()}


def put_off(event: Event, delay: Delay, *, seen: str, among: Iterable[Activity]) -> list[Activity]:
    """Writes the delays of those `among` all that would be late; Overtaken when it is not any more what was `seen`.

    The planned times stay.
    """
    own = {row.pk for row in among}
    with transaction.atomic():
        what = outlook(event, delay)
        if what.seen != seen:
            raise editing.Overtaken(None)
        mine = [each for each in what.late if each.row.pk in own]
        return [editing.change(each.row, version=each.row.version, values={"delay": each.after.delay}) for each in mine]


def _put_off(told: Told, minutes: int, buffer: int) -> Told:
    return replace(told, delay=minutes, overrun=overrun(told, minutes, buffer))
