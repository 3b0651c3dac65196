"""Other planned times for activities of the draft: what that does, then written just as somebody saw it.

This is a change of plan. A delay is not: it keeps the planned times (`late`).
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from eventsync.rows import bulk
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import freezing
from eventsync.schedule.plan.days import in_order, takes_place
from eventsync.schedule.plan.delays import Collision, collisions
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.queries import cards
from eventsync.schedule.plan.rules import Told

Rows = Mapping[UUID, Activity]
Times = Mapping[UUID, tuple[datetime, datetime]]
"""When each of some activities is to begin and to end."""


class Mark(NamedTuple):
    """An activity as somebody saw it."""

    id: UUID
    version: int


class Former(NamedTuple):
    """When an activity was planned before it was moved, for as long as nobody changes it again."""

    id: UUID
    version: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """An activity as it is stored, and how it is told before and after."""

    row: Activity
    before: Told
    after: Told

    @property
    def former(self) -> Former:
        """Once it is moved."""
        return Former(self.row.pk, self.row.version + 1, self.before.slot.start, self.before.slot.end)


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that would move, in the order of the plan; what would be at the same time then, and what no longer is."""

    moves: list[Move]
    arising: list[Collision]
    vanishing: list[Collision]

    @property
    def seen(self) -> str:
        """Stands for exactly this."""
        told = [f"{each.row.pk} {each.row.version} {each.after.slot}" for each in self.moves]
        told += [f"{_key(each)}" for each in (*self.arising, *self.vanishing)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Restored:
    """Activities that are planned as before, and those that somebody changed since, which stay. `gone`: deleted."""

    done: list[Activity]
    kept: list[Activity]
    gone: int


def look(event: Event, keys: Collection[UUID], minutes: int) -> Outlook:
    """What it does if these activities begin and end so many minutes later; earlier, if negative."""
    return _later(event, _rows(event), keys, minutes)


def move(event: Event, keys: Collection[UUID], minutes: int, *, seen: str) -> Outlook:
    """Moves them; Overtaken when that does not do any more what was `seen`."""
    with transaction.atomic():
        what = _later(event, _locked(event), keys, minutes)
        if what.seen != seen or not what.moves:
            raise Overtaken(None)
        _write(what)
        return what


def swap(event: Event, one: Mark, other: Mark) -> Outlook:
    """The second of two that follow each other at a place begins when the first did, and the first after it.

    Both keep their length, and what is free between them stays so long. Overtaken when somebody changed either, or
    when they do not follow each other any more.
    """
    with transaction.atomic():
        rows = _locked(event)
        pair = [rows.get(mark.id) for mark in (one, other)]
        first, second = pair
        if first is None or second is None or (first.version, second.version) != (one.version, other.version):
            raise Overtaken(next(filter(None, pair), None))
        if _following(rows.values(), first) != second:
            raise Overtaken(first)
        what = _outlook(event, rows, _swapped(first, second))
        _write(what)
        return what


def take_back(event: Event, former: Iterable[Former], *, among: Collection[UUID]) -> Restored:
    """Plans activities as they were, if they are `among` these and nobody has changed them since."""
    with transaction.atomic():
        rows, moved = _locked(event), list(former)
        known = [(rows[each.id], each) for each in moved if each.id in rows]
        own = {row.pk: (each.start, each.end) for row, each in known if row.version == each.version and row.pk in among}
        what = _outlook(event, rows, own)
        _write(what)
        kept = [row for row, _ in known if row.pk not in own]
        return Restored([each.row for each in what.moves], kept, len(moved) - len(known))


def _rows(event: Event) -> Rows:
    return {row.pk: row for row in Activity.objects.filter(event=event).select_related("event", "place__venue")}


def _locked(event: Event) -> Rows:
    """In one order, so that two who move many wait for each other."""
    held = Activity.objects.select_for_update(of=("self",)).filter(event=event).order_by("pk")
    return {row.pk: row for row in held.select_related("event", "place__venue")}


def _later(event: Event, rows: Rows, keys: Collection[UUID], minutes: int) -> Outlook:
    by = timedelta(minutes=minutes)
    return _outlook(event, rows, {key: (rows[key].start + by, rows[key].end + by) for key in keys if key in rows})


def _following(rows: Iterable[Activity], first: Activity) -> Activity | None:
    there = [row for row in rows if row.place_id == first.place_id and takes_place(row)]
    later = [row for row in there if in_order(row) > in_order(first)]
    return min(later, key=in_order, default=None) if takes_place(first) else None


def _swapped(first: Activity, second: Activity) -> Times:
    """What overlapped is one after the other then."""
    between = max(second.start - first.end, timedelta())
    turn = first.start + (second.end - second.start)
    begin = turn + between
    return {second.pk: (first.start, turn), first.pk: (begin, begin + (first.end - first.start))}


def _outlook(event: Event, rows: Rows, times: Times) -> Outlook:
    plan = {key: freezing.activity(row, event.language) for key, row in rows.items()}
    after = plan | {key: _at(plan[key], *time) for key, time in times.items()}
    moves = sorted((Move(rows[key], plan[key], after[key]) for key in times), key=lambda each: in_order(each.row))
    known = cards(event)
    was, becomes = ({_key(each): each for each in collisions(told.values(), known)} for told in (plan, after))
    arising = [each for key, each in becomes.items() if key not in was]
    return Outlook(moves, arising, [each for key, each in was.items() if key not in becomes])


def _at(told: Told, start: datetime, end: datetime) -> Told:
    return replace(told, slot=replace(told.slot, start=start, end=end))


def _key(collision: Collision) -> tuple[str, str, frozenset[str]]:
    return collision.what, collision.name, frozenset({collision.one.id, collision.other.id})


def _write(what: Outlook) -> None:
    rows = [(each.after.slot.start, each.after.slot.end, each.row.version + 1, each.row.pk) for each in what.moves]
    bulk.update(Activity, ("start", "end", "version"), rows, key=("id",))
