"""Who said that they read a notice: nobody knows who anybody is, so of which groups how many did."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from notifications.models import Channel, Notice
from notifications.rules import State

OF_ALL = "Whoever hears of all groups"


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one group, or of everybody. Whoever hears of two groups counts in both."""

    group: str
    people: int
    read: int

    @property
    def missing(self) -> int:
        return self.people - self.read


def answers(notice: Notice) -> list[Answers]:
    """Everybody first, then whom most answers are missing of."""
    rows = notice.deliveries.order_by()
    read = set(rows.filter(state=State.ACKNOWLEDGED).values_list("recipient", flat=True))
    told = list(rows.filter(channel=Channel.IN_APP).values_list("recipient", "recipient__groups"))
    people = Counter(group for _, groups in told for group in _groups(groups))
    answered = Counter(group for key, groups in told if key in read for group in _groups(groups))
    found = [Answers(group, count, answered[group]) for group, count in people.items()]
    all_of_it = Answers("Everybody", len(told), sum(key in read for key, _ in told))
    return [all_of_it, *sorted(found, key=lambda each: (-each.missing, each.group))]


def _groups(groups: Iterable[str]) -> Iterator[str]:
    yield from groups or [OF_ALL]
