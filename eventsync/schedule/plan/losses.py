"""What of a place gets worse for people who rely on it: whatever families read there was a promise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eventsync.schedule.plan.rules import ToldPlace

UNKNOWN = "unknown"
BETTER_FIRST = {
    "noise": ("quiet", "some", "loud"),
    "crowd": ("few", "some", "many"),
    "light": ("soft", "bright", "flashing"),
    "quiet_room": ("yes", "no"),
    "step_free": ("yes", "no"),
    "toilet": ("yes", "no"),
}
WAYS = ("directions", "quiet_directions")


@dataclass(frozen=True, slots=True)
class Loss:
    """`what`: a column of the place; `old` and `new`: its values, empty for a way or a map that is gone."""

    place: ToldPlace
    what: str
    old: str = ""
    new: str = ""


def losses(before: Mapping[str, ToldPlace], after: Mapping[str, ToldPlace]) -> list[Loss]:
    """Of places that families know, in the order of their ids."""
    known = ((before[key], after[key]) for key in sorted(after) if key in before)
    return [loss for old, new in known for loss in (*_senses(old, new), *_ways(old, new), *_maps(old, new))]


def _senses(old: ToldPlace, new: ToldPlace) -> Iterator[Loss]:
    for what, order in BETTER_FIRST.items():
        was, now = getattr(old, what), getattr(new, what)
        if was != UNKNOWN and (now == UNKNOWN or order.index(now) > order.index(was)):
            yield Loss(new, what, was, now)


def _ways(old: ToldPlace, new: ToldPlace) -> Iterator[Loss]:
    """No language has it any more. The way to a room that is gone is no loss of its own."""
    for what in WAYS:
        is_wanted = what == "directions" or new.quiet_room == "yes"
        if is_wanted and _is_described(old, what) and not _is_described(new, what):
            yield Loss(new, what)


def _maps(old: ToldPlace, new: ToldPlace) -> Iterator[Loss]:
    if old.map and not new.map:
        yield Loss(new, "map")


def _is_described(place: ToldPlace, what: str) -> bool:
    return any(getattr(texts, what) for texts in place.texts.values())
