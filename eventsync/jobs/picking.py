"""Which job is next: the most important first, then one partition as often as another, then the oldest.

No partition has all hands: one of them is free for the others, however long its jobs take. Only what is more important
than all that it has in hand takes that one, too.
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
    due, most = _due(now, ordered), _most(now)
    for priority, partition in _places(due):
        for job in due.filter(priority=priority, partition=partition).order_by("created_at")[:2]:
            if _take(job, due, most=most, now=now, lease=lease, worker=worker):
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


def _most(now: datetime) -> int:
    """How many jobs of one partition may be in hand at once: as many as there are hands, but one."""
    hands: int = settings.Q_CLUSTER["workers"]
    return max(Worker.objects.filter(heard_at__gt=now - _HEARD).count() * hands - 1, 1)


@transaction.atomic
def _take(job: Job, due: QuerySet[Job], *, most: int, now: datetime, lease: datetime, worker: str) -> bool:
    """False when somebody else took it, or when enough of its partition that is as important is in hand."""
    turns.take("claim", job.partition)
    beside = Job.objects.filter(
        state=Job.State.RUNNING, finished_at=None, partition=job.partition, priority__lte=job.priority
    )
    if beside.count() >= most:
        return False
    mine = due.filter(id=job.id, attempts=job.attempts)
    if not mine.update(state=Job.State.RUNNING, attempts=F("attempts") + 1, lease=lease):
        return False
    job.attempts += 1
    Attempt.objects.create(job=job, number=job.attempts, worker=worker, began_at=now)
    return True
