"""Which job is next: the most important first, then one partition as often as another, then the oldest.

One hand is free for partitions that have none, however long the jobs of the others take; until as many partitions as
there are hands have work at once. Only what is more important than all that is in hand takes that one, too. A partition
takes a second hand only when that leaves enough: one for each that waits with none, and the free one.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from eventsync.jobs import turns
from eventsync.jobs.models import UNCLAIMED, UNFINISHED, Attempt, Job, Worker

_HEARD = timedelta(seconds=30)  # a worker says that it lives each ten seconds
_TICK = timedelta(microseconds=1)


def claim(*, now: datetime, lease: datetime, worker: str, ordered: list[str]) -> Job | None:
    """Gives the next job to `worker`, its attempt counted and committed; None when nothing is due.

    `ordered`: the tasks whose jobs wait for those before them in their partition.
    """
    due, hands = _due(now, ordered), _hands(now)
    places = _places(due)
    for priority, partition in places:
        waiting = {other for at, other in places if at <= priority}
        for job in due.filter(priority=priority, partition=partition).order_by("created_at")[:2]:
            if _take(job, due, hands=hands, waiting=waiting, now=now, lease=lease, worker=worker):
                return job
    return None


def behind_all(task: str, partition: str, *, now: datetime) -> datetime:
    """When a new job of an ordered task counts as owed: later than all that its partition has, whatever a clock says.

    Who owes such a job takes turns with the others until they have committed: the order is that of the commits.
    """
    turns.take("owe", task, partition)
    waiting = Job.objects.filter(task=task, partition=partition, state__in=UNFINISHED, finished_at=None)
    last = waiting.order_by("-created_at").values_list("created_at", flat=True).first()
    return max(now, last + _TICK) if last else now


def any_unfinished() -> bool:
    """Whether there is anything to look at: most of the time an idle worker asks nothing else."""
    return Job.objects.filter(finished_at=None).exists()


def any_due(*, now: datetime) -> bool:
    return _all_due(now).exists()


def _all_due(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state__in=UNCLAIMED, due_at__lte=now, finished_at=None).order_by()


def _due(now: datetime, ordered: list[str]) -> QuerySet[Job]:
    """Of an ordered task the first of each partition while none of it is in hand: who is replayed comes first again."""
    beside = Job.objects.filter(
        task=OuterRef("task"), partition=OuterRef("partition"), state__in=UNFINISHED, finished_at=None
    )
    before = Exists(beside.filter(created_at__lt=OuterRef("created_at")))
    in_hand = Exists(beside.filter(state=Job.State.RUNNING))
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    return _all_due(now).filter(alive, ~Q(task__in=ordered) | (~before & ~in_hand))


def _places(due: QuerySet[Job]) -> list[tuple[int, str]]:
    """Priority and partition of all that is due; within a priority in any order: no partition is always the last."""
    found = list(due.values_list("priority", "partition").distinct())
    random.shuffle(found)
    return sorted(found, key=lambda place: place[0])


def _hands(now: datetime) -> int:
    """How many jobs all workers that live can do at once."""
    each: int = settings.Q_CLUSTER["workers"]
    return Worker.objects.filter(heard_at__gt=now - _HEARD).count() * each


@transaction.atomic
def _take(
    job: Job, due: QuerySet[Job], *, hands: int, waiting: set[str], now: datetime, lease: datetime, worker: str
) -> bool:
    """False when somebody else took it, or when its partition has a hand and the others are for those that have none.

    `waiting`: the partitions that have work of its priority or before. As many of them as there are hands may take the
    last ones at the very same moment: then one is free as soon as a job ends.
    """
    turns.take("claim", job.partition)
    beside = Job.objects.filter(state=Job.State.RUNNING, finished_at=None, priority__lte=job.priority)
    in_hand = list(beside.values_list("partition", flat=True))
    if job.partition in in_hand and len(in_hand) + len(waiting.difference(in_hand)) >= hands - 1:
        return False
    mine = due.filter(id=job.id, attempts=job.attempts)
    if not mine.update(state=Job.State.RUNNING, attempts=F("attempts") + 1, lease=lease):
        return False
    job.attempts += 1
    Attempt.objects.create(job=job, number=job.attempts, worker=worker, began_at=now)
    return True
