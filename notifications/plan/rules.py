"""Which changes of the plan somebody is to hear of, how much depends on it, and until when it is of use. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from eventsync.schedule.links.rules import is_for
from eventsync.schedule.plan.rules import Change, Kind, Status, Told
from notifications.rules import Importance, Word, useful_until

MUCH_LATER = timedelta(minutes=30)
WAITING = timedelta(hours=2)  # that people may still wait where they were told to, whatever was planned
LONGEST_WAIT = timedelta(hours=6)  # after what was planned is over: who tidies up later wakes nobody
_UNTOLD = {Kind.DETAILS}  # the page tells it to whoever looks; nobody has to do anything
_BIG = {Kind.CANCELLED, Kind.RESTORED, Kind.HELD, Kind.RESUMED, Kind.TIME_EARLIER, Kind.PLACE}
_ORDER, _KINDS = list(Importance), list(Kind)
Groups = frozenset[str] | None
"""Of which groups somebody hears; None: of everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """All that changed of one activity; of use until then. `olds`: what somebody may believe of it."""

    kinds: tuple[Kind, ...]
    olds: tuple[Told, ...]
    new: Told
    until: datetime

    @property
    def id(self) -> str:
        return self.new.id

    @property
    def importance(self) -> Importance:
        later = any(self.new.start - old.start >= MUCH_LATER for old in self.olds)
        big = _BIG & set(self.kinds) or (Kind.TIME_LATER in self.kinds and later)
        return Importance.BIG if big else Importance.NORMAL

    @property
    def must_hear(self) -> bool:
        """It is off, or not any more, or what they were told to wait for has an end."""
        ends = any(_ends_wait(old, self.new) for old in self.olds)
        return ends or bool({Kind.CANCELLED, Kind.RESTORED} & set(self.kinds))

    def concerns(self, groups: Groups) -> bool:
        """Whether it is for any of these groups, or was."""
        return groups is None or any(is_for(told, groups) for told in (*self.olds, self.new))


@dataclass(frozen=True, slots=True)
class Hearer:
    """What counts of somebody for what they are told: of which groups they hear, and which they lead."""

    groups: Groups
    leads: frozenset[str] = frozenset()

    def hears_of(self, told: Iterable[Item]) -> list[Item]:
        return [each for each in told if each.concerns(self.groups)]

    def must_answer(self, told: Iterable[Item]) -> bool:
        """Leaders bring others to another place, so they say that they know."""
        return bool(self.leads) and any(Kind.PLACE in each.kinds and each.concerns(self.leads) for each in told)


EVERYTHING = Hearer(None)


def items(changes: Iterable[Change], *, now: datetime) -> list[Item]:
    """By activity, what matters most first, then what is soonest; without what is over, and what nobody need know.

    Changes since several releases may be given together, for those who may know any of these.
    """
    sides = sorted(changes, key=lambda change: (change.new.id, _KINDS.index(change.kind)))
    found = [_item(list(each), now) for _, each in groupby(sides, key=lambda change: change.new.id)]
    told = [each for each in found if each.kinds and each.until > now]
    return sorted(told, key=lambda each: (_ORDER.index(each.importance), each.new.start, each.id))


def _item(changes: Sequence[Change], now: datetime) -> Item:
    new = changes[0].new
    olds = tuple(change.old for change in changes if change.old is not None)
    until = max(useful_until(told.start, told.end, now=now) for told in (*olds, new))
    if any(_ends_wait(old, new) and now < old.end + LONGEST_WAIT for old in olds):
        until = max(until, now + WAITING)
    kinds = dict.fromkeys(change.kind for change in changes if change.kind not in _UNTOLD)
    if Kind.TIME_EARLIER in kinds:
        kinds.pop(Kind.TIME_LATER, None)  # than they know; whoever may believe the later time would miss it
    return Item(kinds=tuple(kinds), olds=olds, new=new, until=until)


def _ends_wait(old: Told, new: Told) -> bool:
    return old.status == Status.HELD != new.status


def word(told: Sequence[Item]) -> Word:
    """How much depends on all of these together."""
    importance = min((each.importance for each in told), key=_ORDER.index)
    return Word(importance=importance, must_hear=any(each.must_hear for each in told))
