"""What a delay would do to the draft, and writing it there just as somebody saw it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from eventsync.jobs.publishing import publish
from eventsync.schedule.events import DelayExpected
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import delays, editing, freezing
from eventsync.schedule.plan.delays import Collision, Delay, collisions, overrun, ripple
from eventsync.schedule.plan.rules import Told


@dataclass(frozen=True, slots=True)
class Late:
    """An activity that a delay makes later: its row, and how it is told before and after."""

    row: Activity
    before: Told
    after: Told


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


def outlook(event: Event, delay: Delay) -> Outlook:
    rows, plan = _draft(event)
    minutes = ripple(plan.values(), delay, {key: row.buffer for key, row in rows.items()})
    after = {key: _put_off(plan[key], minutes[key], rows[key].buffer) for key in minutes}
    late = sorted((Late(rows[key], plan[key], told) for key, told in after.items()), key=lambda each: each.row.start)
    met = collisions({**plan, **after}.values())
    return Outlook(late, [each for each in met if {each.one.id, each.other.id} & after.keys()])


def behind(event: Event) -> dict[str, int]:
    """By how many minutes each activity of the draft will begin late, by id: as it says, or later where it cannot."""
    rows, plan = _draft(event)
    told = {key: each.delay for key, each in plan.items() if each.delay}
    return told | delays.behind(plan.values(), {key: row.buffer for key, row in rows.items()})


def _draft(event: Event) -> tuple[dict[str, Activity], dict[str, Told]]:
    rows = {str(row.pk): row for row in Activity.objects.filter(event=event).select_related("event", "place__venue")}
    return rows, {key: freezing.activity(row, event.language) for key, row in rows.items()}


def put_off(event: Event, delay: Delay, *, seen: str, among: Iterable[Activity]) -> list[Activity]:
    """Writes the delays of those `among` all that would be late; Overtaken when it is not any more what was `seen`.

    The planned times stay. Whoever leads other venues, where something would be late, is warned.
    """
    own = {row.pk for row in among}
    with transaction.atomic():
        what = outlook(event, delay)
        if what.seen != seen:
            raise editing.Overtaken(None)
        for fact in _elsewhere(event, what.late):
            publish(fact)
        mine = [each for each in what.late if each.row.pk in own]
        return [editing.change(each.row, version=each.row.version, values={"delay": each.after.delay}) for each in mine]


def _elsewhere(event: Event, late: Sequence[Late]) -> Iterator[DelayExpected]:
    """One for each venue but that where it begins."""
    venues: dict[UUID, list[Late]] = {}
    for each in late:
        venues.setdefault(each.row.place.venue_id, []).append(each)
    for venue, found in list(venues.items())[1:]:
        keys = tuple(str(each.row.pk) for each in found)
        yield DelayExpected(event=event.pk, venue=venue, activities=keys, minutes=found[0].after.delay)


def _put_off(told: Told, minutes: int, buffer: int) -> Told:
    return replace(told, delay=minutes, overrun=overrun(told, minutes, buffer))
