"""Pure decisions: which arrivals of somebody contradict each other, and how far a lead is with it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

from checkin.rules import Merge, Presence, in_order, known_as, slot_holders


class Arrival(NamedTuple):
    """One arrival that nobody undid. `once`: the checkpoint admits a person once in a window; `at`: corrected time.

    `person`: the id in whose row of the roster it was recorded; empty for a code that nobody has.
    """

    id: str
    checkpoint: str
    venue: str
    distant: bool
    once: bool
    window: str
    at: datetime
    seq: int
    by: str
    credential: str
    person: str
    phone: str = ""


class Claim(NamedTuple):
    """The record by which somebody has a place."""

    id: str
    checkpoint: str
    window: str
    at: datetime
    by: str
    subject: str
    phone: str = ""


class Found(NamedTuple):
    """A contradiction of some records, in order. `name` tells it apart from all others of the same person or place."""

    what: str
    name: str
    arrivals: Sequence[Arrival] | Sequence[Claim]


class Act(NamedTuple):
    """What a lead did. `seen`: the ids of the arrivals that the lead knew of; None: all there will ever be."""

    verb: str
    resolution: str
    note: str
    seen: Collection[str] | None
    at: datetime
    seq: int
    id: str
    by: str


class Standing(NamedTuple):
    """How far it is."""

    state: str = "open"
    owner: str = ""
    resolution: str = ""
    note: str = ""
    resolved_by: str = ""


def are_distant(one: Arrival, other: Arrival) -> bool:
    """Whether nobody walks from one to the other in no time."""
    if one.checkpoint == other.checkpoint:
        return False
    return one.venue != other.venue or one.distant or other.distant


def contradictions(
    *, identified: bool, arrivals: Iterable[Arrival], apart: timedelta, merges: Mapping[str, Merge]
) -> Iterator[Found]:
    """What the unvoided arrivals of one subject say against each other, the same for every order of them.

    `merges`: those in force, by the row that is somebody else.
    """
    ordered = sorted(arrivals, key=in_order)
    if not identified:
        if ordered:
            yield Found("unknown_person", "unknown_person", tuple(ordered))
        return
    yield from _admitted_again(ordered, merges)
    if apart and (swapped := _in_two_places(ordered, apart)):
        yield Found("swapped_wristband", "swapped_wristband", swapped)


def _admitted_again(ordered: Sequence[Arrival], merges: Mapping[str, Merge]) -> Iterator[Found]:
    places: dict[tuple[str, str], list[Arrival]] = {}
    for each in ordered:
        if each.once:
            places.setdefault((each.checkpoint, each.window), []).append(each)
    for (checkpoint, window), group in places.items():
        if again := _of_one(group, merges):
            yield Found("second_admission", f"second_admission/{checkpoint}/{window}", again)


def _of_one(ordered: Sequence[Arrival], merges: Mapping[str, Merge]) -> tuple[Arrival, ...]:
    """Those that were one person's when the later of two happened. What only a merge joins since is explained by it."""
    rows: dict[str, list[Arrival]] = {}
    again: set[str] = set()
    for each in ordered:
        now = known_as(each.person, merges, each.at)
        joined = [row for row in rows if row == each.person or known_as(row, merges, each.at) == now]
        again |= {earlier.id for row in joined for earlier in (*rows[row][:1], *rows[row][-1:])}
        again |= {each.id} if joined else set()
        rows.setdefault(each.person, []).append(each)
    return tuple(each for each in ordered if each.id in again)


def _in_two_places(ordered: Sequence[Arrival], apart: timedelta) -> tuple[Arrival, ...]:
    """All that are within `apart` of one at a distant place."""
    near: set[str] = set()
    for index, one in enumerate(ordered):
        for other in takewhile(lambda each: each.at - one.at <= apart, islice(ordered, index + 1, None)):  # noqa: B023
            if are_distant(one, other):
                near |= {one.id, other.id}
    return tuple(each for each in ordered if each.id in near)


def taken_twice(place: tuple[str, str, str], presences: Mapping[str, Presence]) -> Found | None:
    """That several people have a slot of a checkpoint, in a window. `presences`: those that name it, by subject."""
    checkpoint, window, slot = place
    holders = [(subject, presences[subject]) for subject in slot_holders(presences).get(slot, ())]
    claims = [
        Claim(held.operation, checkpoint, window, held.since, held.by, subject, held.phone) for subject, held in holders
    ]
    return Found("slot_taken", f"slot_taken/{checkpoint}/{window}/{slot}", claims) if len(claims) > 1 else None


def standing(arrivals: Iterable[Arrival | Claim], acts: Iterable[Act]) -> Standing:
    """By the latest of the acts of each verb in order. A decision holds for what its maker had seen."""
    ordered = sorted(acts, key=in_order)
    owner = next((each.by for each in reversed(ordered) if each.verb == "own"), "")
    unsolved = Standing("owned" if owner else "open", owner)
    last = next((each for each in reversed(ordered) if each.verb == "resolve"), None)
    if last is None or last.resolution == "reopened":
        return unsolved
    if last.seen is not None and not {each.id for each in arrivals} <= set(last.seen):
        return unsolved
    return Standing("resolved", owner, last.resolution, last.note, last.by)
