"""How long the queue may get. What people recorded is always taken; what may be dropped is the first that is not.

Beyond the soft limit of their class, droppable jobs that are alike are owed once, and phones keep what is not core for
later. Beyond the hard one droppable jobs are refused, and requests that are not core are asked to come later.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from eventsync.jobs.models import UNBEGUN, Job, TurnedAway
from eventsync.jobs.rules import Level, Limits, Policy, Priority
from eventsync.jobs.tally import Tally

RETRY_AFTER = 30  # seconds
_FRESH = 1.0  # seconds
_BEGUN = Q(state__in=(Job.State.RUNNING, Job.State.RETRY_WAIT))


class Full(Exception):
    """The server has too much to do just now. Please try again in half a minute."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass
class Depth:
    """How many unfinished jobs there are as important as a class or more, as this process knows it.

    They are counted at most once a second, no further than just above the hard limit; in between those that are owed
    here are added. Jobs for a later time, and those that wait for a person, are not among them.
    """

    _counted: dict[Priority, tuple[float, int]] = field(default_factory=dict)

    def of(self, priority: Priority, *, most: int) -> int:
        now = time.monotonic()
        at, jobs = self._counted.get(priority, (float("-inf"), 0))
        if now - at >= _FRESH:
            self._counted[priority] = now, jobs  # others who ask meanwhile do not count, too
            jobs = unfinished().filter(priority__lte=priority)[:most].count()
            self._counted[priority] = now, jobs
        return jobs

    def add(self, priority: Priority) -> None:
        for each, (at, jobs) in self._counted.items():
            if each >= priority:
                self._counted[each] = at, jobs + 1


depth, tally = Depth(), Tally()


def limits() -> dict[Priority, Limits]:
    """Of each class that has any."""
    return {
        Priority.IMPORTANT: Limits(*settings.IMPORTANT_JOBS),
        Priority.DROPPABLE: Limits(*settings.DROPPABLE_JOBS),
    }


def unfinished() -> QuerySet[Job]:
    """What is due, in hand, or to be tried again."""
    due = Q(state=Job.State.AVAILABLE, due_at__lte=timezone.now())
    return Job.objects.filter(_BEGUN | due, finished_at=None).order_by()


def level(priority: Priority) -> Level:
    """How much there is to do, as work of this class feels it."""
    held = limits().get(priority)
    return held.level(depth.of(priority, most=held.hard + 1)) if held else Level.ROOM


def admit(what: str, priority: Priority) -> None:
    """Raises Full when a request that makes work of this class must come later. `what`: which request, for people."""
    if level(priority) is Level.FULL:
        tally.note(what, TurnedAway.How.DELAYED)
        raise Full


def words(task: str, policy: Policy, *, dedupe: str, subject: UUID, partition: str) -> str:
    """Under what words a new job is to wait: those of its caller, or, in a long queue, what it is like. Or Full."""
    now = level(policy.priority) if policy.priority is Priority.DROPPABLE else Level.ROOM
    if now is Level.ROOM:
        return dedupe
    found = dedupe or f"alike: {partition if policy.alike == 'partition' else subject}"
    if Job.objects.filter(task=task, dedupe=found, state__in=UNBEGUN).exists():
        tally.note(task, TurnedAway.How.MERGED)
    elif now is Level.FULL:
        tally.note(task, TurnedAway.How.REFUSED)
        raise Full
    return found
