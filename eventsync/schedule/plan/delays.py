"""Running late: what a delay does to what follows, and who would be in two places. Pure; times as in the rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

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


@dataclass(frozen=True, slots=True)
class Collision:
    """Two activities at one place, or of one group, that are expected at the same time. `one` begins first."""

    what: str  # place or group
    name: str  # the place's id, or the group's name
    one: Told
    other: Told


def ripple(plan: Iterable[Told], delay: Delay, buffers: Mapping[str, int]) -> dict[str, int]:
    """By how many minutes each activity is late that this delay makes later, by id.

    What follows at the place or for a group of a late one is late as far as that does not end in time: pauses take up
    some, and so do its own `buffers`. What is for everybody passes a delay on at its place only.
    """
    live = _live(plan)
    begin = [each.slot.start for each in live if _concerns(delay, each) and each.slot.start >= delay.since]
    first = [each.id for each in live if _concerns(delay, each) and each.slot.start in begin[:1]]
    return _passed_on(live, dict.fromkeys(first, delay.minutes), {}, buffers)


def behind(plan: Iterable[Told], buffers: Mapping[str, int]) -> dict[str, int]:
    """As `ripple`, of all delays that are in the plan already: what cannot begin as it says, and how late it can."""
    live = _live(plan)
    return _passed_on(live, {}, {each.id: each.end for each in live if each.end > each.slot.end}, buffers)


def _live(plan: Iterable[Told]) -> list[Told]:
    return sorted((each for each in plan if each.status not in AWAY), key=lambda told: (told.slot.start, told.id))


def _passed_on(
    live: Sequence[Told], first: Mapping[str, int], late_ends: Mapping[str, datetime], buffers: Mapping[str, int]
) -> dict[str, int]:
    """`first`: minutes by which these are late in any case; `late_ends`: when those end that pass on what they have."""
    late: dict[str, int] = {}
    ends: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)  # planned and expected
    for told in live:
        pushed = [expected for key in _uses(told) for planned, expected in ends[key] if planned <= told.slot.start]
        held_up = max((ceil((expected - told.slot.start) / MINUTE) for expected in pushed), default=0)
        minutes = max(first.get(told.id, 0), held_up)
        end = late_ends.get(told.id)
        if minutes > told.delay:
            late[told.id] = minutes
            end = told.slot.end + MINUTE * overrun(told, minutes, buffers.get(told.id, 0))
        if end:
            for key in _uses(told):
                ends[key].append((told.slot.end, end))
    return late


def overrun(told: Told, delay: int, buffer: int) -> int:
    """By how many minutes it ends late: its buffer takes up some, but never all of its time."""
    length = (told.slot.end - told.slot.start) // MINUTE
    return max(0, delay - max(0, min(buffer, length - 1)))


def collisions(plan: Iterable[Told]) -> list[Collision]:
    """Each with whom it meets next, at each place and for each group."""
    users: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for told in sorted(plan, key=lambda told: (told.start, told.id)):
        if told.status not in AWAY:
            for key in _uses(told):
                users[key].append(told)
    return [Collision(*key, *pair) for key, group in sorted(users.items()) for pair in _meeting(group)]


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
