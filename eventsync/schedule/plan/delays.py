"""Running late: what a delay does to what follows, and who would be in two places. Pure; times as in the rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from types import MappingProxyType

from eventsync.schedule.plan.rules import Status, Told

MINUTE = timedelta(minutes=1)
AWAY = {Status.CANCELLED, Status.HELD}  # take nobody's time and no place


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """What begins first at a place, or for a group, at `since` or later begins so many minutes late."""

    minutes: int
    since: datetime
    place: str = ""
    group: str = ""


Cards = Mapping[frozenset[str], int]
"""How many people have a card for exactly these groups."""


@dataclass(frozen=True, slots=True)
class Collision:
    """Two activities at one place, of one group or for the same people that are expected at the same time. `one` begins
    first."""

    what: str  # place, group or people
    name: str  # the place's id, the group's name, or how many people have a card for both
    one: Told
    other: Told


Over = Mapping[str, datetime]
"""When activities that end later now were to be over, by id."""

NEVER: Over = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Push:
    """An activity begins `minutes` late, and ends at `end`. `by` holds it up by so many of them; None: nothing does."""

    minutes: int
    held_up: int
    by: Told | None
    end: datetime


def ripple(plan: Iterable[Told], delay: Delay, buffers: Mapping[str, int]) -> dict[str, int]:
    """By how many minutes each activity is late that this delay makes later, by id.

    What follows at the place or for a group of a late one is late as far as that does not end in time: pauses take up
    some, and so do its own `buffers`. What is for everybody passes a delay on at its place only. What it meets that is
    later already passes on all of that.
    """
    live = _live(plan)
    begin = [each.slot.start for each in live if _concerns(delay, each) and each.slot.start >= delay.since]
    first = [each.id for each in live if _concerns(delay, each) and each.slot.start in begin[:1]]
    pushed = _pass_on(live, dict.fromkeys(first, delay.minutes), buffers)
    late = [each for each in live if each.id in pushed and pushed[each.id].minutes > each.delay]
    return {each.id: pushed[each.id].minutes for each in late}


def knock_on(plan: Iterable[Told], buffers: Mapping[str, int], over: Over = NEVER) -> dict[str, Push]:
    """What delays and moves that are in the plan already make late elsewhere: what another venue holds up, by id.

    Whether the plan says so of it yet or not. One thing may hold up the next through several venues.
    """
    live = _live(plan)
    first = {each.id: each.delay for each in live if each.delay or each.id in over}
    pushed = _pass_on(live, first, buffers, over)
    venues: dict[str, set[str]] = {}  # where it came from
    for each in live:
        if each.id in pushed:
            by = pushed[each.id].by
            venues[each.id] = venues[by.id] | {by.venue} if by else set()
    return {each.id: pushed[each.id] for each in live if venues.get(each.id, set()) - {each.venue}}


def _live(plan: Iterable[Told]) -> list[Told]:
    return sorted((each for each in plan if each.status not in AWAY), key=lambda told: (told.slot.start, told.id))


def _pass_on(
    live: Iterable[Told], first: Mapping[str, int], buffers: Mapping[str, int], over: Over = NEVER
) -> dict[str, Push]:
    """What is late by so many minutes `first`, and all that this makes late, in the order of the plan."""
    found: dict[str, Push] = {}
    ends: dict[tuple[str, str], list[tuple[datetime, Told]]] = defaultdict(list)
    for told in live:
        before = [each for key in _uses(told) for each in ends[key] if _precedes(each[1], told, over)]
        latest, by = max(before, key=lambda each: each[0], default=(told.slot.start, None))
        held_up = ceil((latest - told.slot.start) / MINUTE)
        minutes = max(first.get(told.id, 0), held_up)
        if minutes > 0 or told.id in first:
            end = told.slot.end + MINUTE * overrun(told, max(minutes, told.delay), buffers.get(told.id, 0))
            found[told.id] = Push(minutes, held_up, by if held_up > 0 else None, end)
            for key in _uses(told):
                ends[key].append((end, told))
    return found


def _precedes(one: Told, other: Told, over: Over) -> bool:
    """Whether it was to be over by then: what is planned at the same time holds up nothing."""
    return one.slot.start < other.slot.start >= over.get(one.id, one.slot.end)


def overrun(told: Told, delay: int, buffer: int) -> int:
    """By how many minutes it ends late: its buffer takes up some, but never all of its time."""
    length = (told.slot.end - told.slot.start) // MINUTE
    return max(0, delay - max(0, min(buffer, length - 1)))


def collisions(plan: Iterable[Told], cards: Cards) -> list[Collision]:
    """Each with whom it meets next, at each place and for each group; and what the same people have cards for."""
    users: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for told in sorted(plan, key=lambda told: (told.start, told.id)):
        if told.status not in AWAY:
            for key in _uses(told):
                users[key].append(told)
    met = [Collision(*key, *pair) for key, group in sorted(users.items()) for pair in _meeting(group)]
    return met + _of_people(users, cards)


def _of_people(users: Mapping[tuple[str, str], Sequence[Told]], cards: Cards) -> list[Collision]:
    """What shares neither place nor group: all else is said of those."""
    found: dict[tuple[str, str], Collision] = {}
    for groups, count in cards.items():
        theirs = {told.id: told for group in groups for told in users.get(("group", group), ())}
        for one, other in _overlapping(sorted(theirs.values(), key=lambda told: (told.start, told.id))):
            before = found.get((one.id, other.id))
            people = count + (int(before.name) if before else 0)
            found[one.id, other.id] = Collision("people", str(people), one, other)
    return sorted(found.values(), key=lambda each: (each.one.start, each.other.start, each.one.id, each.other.id))


def _overlapping(told: Iterable[Told]) -> Iterator[tuple[Told, Told]]:
    """Of a list in order of beginnings: all that are at the same time, and neither at one place nor of one group."""
    going_on = list[Told]()
    for each in told:
        going_on = [one for one in going_on if one.end > each.start]
        yield from ((one, each) for one in going_on if not {*_uses(one)} & {*_uses(each)})
        going_on.append(each)


def _meeting(told: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """Of a list in order of beginnings: each with the one before it that ends last, if that is not over."""
    longest = list[Told]()
    for each in told:
        longest.append(max([*longest[-1:], each], key=lambda one: one.end))
    for (before, _), (_, other) in pairwise(zip(longest, told, strict=True)):
        if before.end > other.start:
            yield before, other


def _concerns(delay: Delay, told: Told) -> bool:
    return told.slot.place == delay.place or delay.group in told.groups


def _uses(told: Told) -> list[tuple[str, str]]:
    return [("place", told.slot.place), *(("group", group) for group in told.groups)]
