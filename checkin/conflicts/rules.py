"""Pure decisions: which arrivals of somebody contradict each other, and how far a lead is with it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

from checkin.rules import in_order


class Arrival(NamedTuple):
    """One arrival that nobody undid. `once`: the checkpoint admits a person once in a window; `at`: corrected time."""

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


class Found(NamedTuple):
    """A contradiction of some arrivals, in order. `name` tells it apart from all others of the same person."""

    what: str
    name: str
    arrivals: tuple[Arrival, ...]


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


def contradictions(*, identified: bool, arrivals: Iterable[Arrival], apart: timedelta) -> Iterator[Found]:
    """What the unvoided arrivals of one subject say against each other, the same for every order of them."""
    ordered = sorted(arrivals, key=in_order)
    if not identified:
        if ordered:
            yield Found("unknown_person", "unknown_person", tuple(ordered))
        return
    yield from _admitted_again(ordered)
    if apart and (swapped := _in_two_places(ordered, apart)):
        yield Found("swapped_wristband", "swapped_wristband", swapped)


def _admitted_again(ordered: Sequence[Arrival]) -> Iterator[Found]:
    places: dict[tuple[str, str], list[Arrival]] = {}
    for each in ordered:
        if each.once:
            places.setdefault((each.checkpoint, each.window), []).append(each)
    for (checkpoint, window), group in places.items():
        if len(group) > 1:
            yield Found("second_admission", f"second_admission/{checkpoint}/{window}", tuple(group))


def _in_two_places(ordered: Sequence[Arrival], apart: timedelta) -> tuple[Arrival, ...]:
    """All that are within `apart` of one at a distant place."""
    near: set[str] = set()
    for index, one in enumerate(ordered):
        for other in takewhile(lambda each: each.at - one.at <= apart, islice(ordered, index + 1, None)):  # noqa: B023
            if are_distant(one, other):
                near |= {one.id, other.id}
    return tuple(each for each in ordered if each.id in near)


def standing(arrivals: Iterable[Arrival], acts: Iterable[Act]) -> Standing:
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
