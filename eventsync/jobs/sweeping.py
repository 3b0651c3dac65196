"""What workers left behind, and what is too late: found again by its row, whoever died and whatever a broker lost."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction

from eventsync.jobs import burying, processes, queue, steps
from eventsync.jobs.models import UNCLAIMED, Attempt, Job

log = logging.getLogger(__name__)

DIED, DIED_EACH_TIME = "Its worker died.", "Its worker died each time."
LONGEST = timedelta(seconds=settings.Q_CLUSTER["timeout"] + 30)  # by then the queue library has ended the process


def renew(hands: Collection[str], *, now: datetime) -> None:
    """These processes live, so what they have in hand stays theirs; none for ever."""
    at_work = Attempt.objects.filter(ended_at=None, worker__in=hands, began_at__gt=now - LONGEST)
    held = Job.objects.filter(state=Job.State.RUNNING, finished_at=None, pk__in=at_work.values("job"))
    held.update(lease=now + queue.LEASE)


def sweep(*, now: datetime) -> None:
    """Gives back jobs whose worker died, buries those that used up their attempts, lets expired ones go."""
    for job in Job.objects.filter(state=Job.State.RUNNING, finished_at=None):
        try:
            if job.lease is None or job.lease < now or _is_dead(job):
                _give_back(job, now=now)
        except DatabaseError:
            raise
        except Exception:  # whoever hears of its end may raise anything: the others must not wait for it
            log.exception("The job %s could not be given back", job.pk)
    late = Job.objects.filter(state__in=UNCLAIMED, expires_at__lt=now, finished_at=None)
    for key in list(late.values_list("pk", flat=True)):
        if late.filter(pk=key).update(state=Job.State.EXPIRED, finished_at=now):
            steps.changed("expired", key)


def _is_dead(job: Job) -> bool:
    """Whether its worker was a process of this machine that is no longer there."""
    return processes.is_gone(job.tries.values_list("worker", flat=True).get(number=job.attempts))


@transaction.atomic
def _give_back(job: Job, *, now: datetime) -> None:
    """Unless its worker has renewed the lease meanwhile, or is done."""
    if not Job.objects.select_for_update(no_key=True).filter(pk=job.pk, lease=job.lease).exists():
        return
    Attempt.objects.filter(job=job, number=job.attempts, ended_at=None).update(ended_at=now, error=DIED)
    if job.failures < queue.policy_of(job.task).attempts:
        queue.leave(job, Job.State.AVAILABLE, error=DIED, now=now)
    elif queue.leave(job, Job.State.DEAD, error=DIED_EACH_TIME, now=now, finished_at=now):
        burying.bury(job, DIED_EACH_TIME, now=now)
