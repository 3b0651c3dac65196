"""Recurring jobs: housekeeping that is owed once for each time at which it is due, by the first worker that notices.

What must also happen when nobody does jobs, such as looking at limits, is a chore.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from eventsync.jobs.chores import chore
from eventsync.jobs.models import Job
from eventsync.jobs.pressure import Full
from eventsync.jobs.queue import enqueue, replay, task
from eventsync.jobs.rules import Policy, Priority
from eventsync.jobs.seeing.letters import explain

Work = Callable[[datetime], object]

_POLICY = Policy(priority=Priority.DROPPABLE, ordered=True, once=True, announced=False)  # ordered: never beside itself
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A task, and when it is due: `after` midnight UTC, and from then on every so often."""

    task: str
    every: timedelta
    after: timedelta

    def due(self, now: datetime) -> datetime:
        """The last time at which it was."""
        first = _FIRST + self.after
        return first + (now - first) // self.every * self.every

    def key(self, now: datetime) -> UUID:
        """Of the job for that time."""
        return uuid5(NAMESPACE_URL, f"{self.task}/{self.due(now).isoformat()}")


_all: list[Recurring] = []


def recurring(
    name: str, *, every: timedelta, after: timedelta = timedelta(), what: str, whom: str
) -> Callable[[Work], Work]:
    """Registers a function of the present time that may run twice, as a task. `what`: what it means when it fails for
    good, in plain words; `whom`: who is affected. Called when the apps get ready."""

    def register(work: Work) -> Work:
        @task(name, _POLICY)
        def run(subject: UUID) -> None:
            work(timezone.now())

        explain(
            name,
            what=what,
            owner="Whoever runs the server",
            step="Read why, mend the cause, then replay it. It is also tried again when it is due next.",
            whom=whom,
        )
        _all.append(Recurring(name, every, after))
        return work

    return register


@chore(every=timedelta(seconds=30))
def owe_due(now: datetime) -> None:
    due = {each.key(now): each for each in _all}
    known = set(Job.objects.filter(pk__in=due).values_list("pk", flat=True))
    for key in due.keys() - known:
        with suppress(Full, IntegrityError):  # the queue is full, so later; or another worker was first, and it is done
            _owe(due[key], key, now)


@transaction.atomic
def _owe(each: Recurring, key: UUID, now: datetime) -> None:
    """Instead of one more, the one that failed for good is tried again: it is one letter, however often it fails.

    Nothing, while one is at work or waits, or when one of before was done since: not by a clock that was far ahead.
    """
    mine = Job.objects.filter(task=each.task)
    done = Q(state=Job.State.DONE, finished_at__gte=each.due(now), finished_at__lte=now + each.every)
    if mine.filter(Q(finished_at=None) | done).exists():
        return
    dead = mine.filter(state=Job.State.DEAD).first()
    if dead is None:
        enqueue(each.task, key, dedupe=each.task)
    elif dead.finished_at and dead.finished_at < each.due(now):
        replay(dead.pk, now=now)
