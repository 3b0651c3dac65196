"""What a release told, read once by each process: it never changes."""

from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from uuid import UUID

from eventsync.schedule.links import rules
from eventsync.schedule.models import Event, Release
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan import queries
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import Change

NOTHING = Plan({}, {}, {})
PLANS = 8  # that a process holds ready


class Plans:
    """What the last release of each event told. After another one only what that told anew is read."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[UUID, tuple[Release, Plan]] = OrderedDict()
        self._lock = Lock()

    def of(self, event: Event, release: Release) -> Plan:
        with self._lock:
            known = self._kept.get(event.pk)
        plan = known[1] if known and known[0] == release else self._read(event, release, known)
        with self._lock:
            self._kept[event.pk] = (release, plan)
            self._kept.move_to_end(event.pk)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return plan

    @staticmethod
    def _read(event: Event, release: Release, known: tuple[Release, Plan] | None) -> Plan:
        """In a database that was restored there may be no such release any more as the one that is known."""
        if known is None or known[0].number >= release.number or not Release.objects.filter(pk=known[0].pk).exists():
            return queries.current(event)
        return queries.current_after(event, known[0].number, known[1])

    def clear(self) -> None:
        """For who wants to see it read."""
        with self._lock:
            self._kept.clear()


plans = Plans(PLANS)


def plan_of(visit: Visit) -> Plan:
    """Of the last release, as far as it is for whoever visits; empty before the first one."""
    plan = plans.of(visit.event, visit.release) if visit.release else NOTHING
    return plan if visit.groups is None else replace(plan, activities=rules.own(plan.activities, visit.groups))


def changes_of(visit: Visit, since: int) -> list[Change]:
    """What is different since release number `since`, as far as it concerns whoever visits."""
    changes = _changes(visit.event, visit.release, since) if visit.release else []
    groups = visit.groups
    return changes if groups is None else [each for each in changes if rules.concerns(each, groups)]


@lru_cache(maxsize=16)
def _changes(event: Event, release: Release, since: int) -> list[Change]:
    """`release`: what it is kept by."""
    del release
    return queries.changes_since(event, since)
