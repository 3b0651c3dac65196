"""Which job is next: the most important first, then one partition as often as another, then the oldest."""

import random
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from eventsync.jobs.models import UNCLAIMED, UNFINISHED, Attempt, Job


def claim(*, now: datetime, lease: datetime, worker: str, ordered: list[str]) -> Job | None:
    """Gives the next job to `worker`, its attempt counted and committed; None when nothing is due.

    `ordered`: the tasks whose jobs wait for those before them in their partition.
    """
    due = _due(now, ordered)
    for priority, partition in _places(due):
        for job in due.filter(priority=priority, partition=partition).order_by("created_at")[:2]:
            if _take(job, now=now, lease=lease, worker=worker):
                return job
    return None


def any_unfinished() -> bool:
    """Whether there is anything to look at: most of the time an idle worker asks nothing else."""
    return Job.objects.filter(finished_at=None).exists()


def any_due(*, now: datetime) -> bool:
    return _all_due(now).exists()


def _all_due(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state__in=UNCLAIMED, due_at__lte=now, finished_at=None).order_by()


def _due(now: datetime, ordered: list[str]) -> QuerySet[Job]:
    before = Job.objects.filter(
        task=OuterRef("task"),
        partition=OuterRef("partition"),
        state__in=UNFINISHED,
        finished_at=None,
        created_at__lt=OuterRef("created_at"),
    )
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    return _all_due(now).filter(alive, ~Q(task__in=ordered) | ~Exists(before))


def _places(due: QuerySet[Job]) -> list[tuple[int, str]]:
    """Priority and partition of all that is due; within a priority in any order: no partition is always the last."""
    found = list(due.values_list("priority", "partition").distinct())
    random.shuffle(found)
    return sorted(found, key=lambda place: place[0])


@transaction.atomic
def _take(job: Job, *, now: datetime, lease: datetime, worker: str) -> bool:
    """False when somebody else took it."""
    mine = Job.objects.filter(id=job.id, state__in=UNCLAIMED, attempts=job.attempts)
    if not mine.update(state=Job.State.RUNNING, attempts=F("attempts") + 1, lease=lease):
        return False
    job.attempts += 1
    Attempt.objects.create(job=job, number=job.attempts, worker=worker, began_at=now)
    return True
