"""Who said that they read a notice: nobody knows who anybody is, so of which groups how many did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from notifications.models import Channel, Notice, Recipient
from notifications.plan.rules import Groups
from notifications.rules import State

OF_ALL, OF_NONE = "Whoever hears of all groups", "Whoever is in no group"


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
    told = rows.filter(channel=Channel.IN_APP).values("recipient")
    hearers = {each.pk: each.hears_of for each in Recipient.objects.filter(pk__in=told).prefetch_related("links")}
    people = Counter(group for groups in hearers.values() for group in groups_said(groups))
    answered = Counter(group for key in read & hearers.keys() for group in groups_said(hearers[key]))
    found = [Answers(group, count, answered[group]) for group, count in people.items()]
    all_of_it = Answers("Everybody", len(hearers), len(read & hearers.keys()))
    return [all_of_it, *sorted(found, key=lambda each: (-each.missing, each.group))]


def groups_said(groups: Groups) -> Iterable[str]:
    """As the desk names those of whom somebody hears."""
    return [OF_ALL] if groups is None else sorted(groups) or [OF_NONE]
