"""Jobs: written with the change that owes them, run by a worker, found again when the queue lost them."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_q.tasks import async_task

from eventsync.jobs.models import Job

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
LEASE = timedelta(minutes=10)  # longer than the timeout in settings.Q_CLUSTER
LOST_AFTER = timedelta(seconds=30)

Task = Callable[[UUID], None]
_tasks: dict[str, Task] = {}


def task(name: str) -> Callable[[Task], Task]:
    """Registers what runs the jobs of this name. It gets the id of its subject and must bear being run twice."""

    def register(function: Task) -> Task:
        _tasks[name] = function
        return function

    return register


def enqueue(name: str, subject: UUID) -> Job:
    """Owes one run of the task `name` for `subject`, in the caller's transaction."""
    if name not in _tasks:
        raise LookupError(f"no task is registered as {name}")
    job = Job.objects.create(task=name, subject=subject)
    transaction.on_commit(lambda: _wake(job.id))
    return job


def _wake(job_id: UUID) -> None:
    """Only a hint: a broker that loses it, or is down, delays the job until the next sweep."""
    try:
        async_task("eventsync.jobs.queue.run", str(job_id))
    except Exception:  # every broker has errors of its own, and none may fail what was committed
        log.warning("Job %s waits for the sweep: the broker did not take it", job_id, exc_info=True)


def run(job_id: str) -> None:
    """Claims and runs a job; does nothing when somebody else has it."""
    now = timezone.now()
    claimed = Job.objects.filter(id=job_id, state=Job.State.AVAILABLE, attempts__lt=MAX_ATTEMPTS).update(
        state=Job.State.RUNNING, attempts=F("attempts") + 1, lease=now + LEASE
    )
    if not claimed:
        return
    job = Job.objects.get(id=job_id)
    try:
        _tasks[job.task](job.subject)
    except Exception as error:
        log.exception("Job %s (%s) failed", job.id, job.task)
        _finish(job.id, Job.State.DEAD, f"{type(error).__name__}: {error}")
    else:
        _finish(job.id, Job.State.DONE, "")


def _finish(job_id: UUID, state: Job.State, error: str) -> None:
    Job.objects.filter(id=job_id, state=Job.State.RUNNING).update(
        state=state, error=error, lease=None, finished_at=timezone.now()
    )


def sweep(*, now: datetime) -> int:
    """Wakes jobs that a broker lost and jobs whose worker died; buries those that used up their attempts."""
    expired = Job.objects.filter(state=Job.State.RUNNING, lease__lt=now)
    expired.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Job.State.DEAD, error="Its worker died each time.", lease=None, finished_at=now
    )
    expired.update(state=Job.State.AVAILABLE, lease=None)
    lost = Job.objects.filter(Q(created_at__lt=now - LOST_AFTER) | Q(attempts__gt=0), state=Job.State.AVAILABLE)
    found = list(lost.values_list("id", flat=True))
    for job_id in found:
        _wake(job_id)
    return len(found)
