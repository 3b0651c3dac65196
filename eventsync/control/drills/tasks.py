"""What workers do in a drill: jobs that harm nothing, are told to nobody, and end when nobody wants them."""

import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from eventsync.jobs import correlation as began
from eventsync.jobs.models import Job
from eventsync.jobs.queue import Permanent, task
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import explain

NAMES = BACKLOG, BROKER_LOSS, DEAD_LETTER, WORKER_CRASH = (
    "drill_backlog",
    "drill_broker_loss",
    "drill_dead_letter",
    "drill_worker_crash",
)
WORKER_SILENT = "drill_worker_silent"  # a machine that does not exist
WANTED = timedelta(minutes=20)
REFUSED = "This is a drill: nothing is wrong."

_POLICY = Policy(expires_after=WANTED, announced=False)


@task(BACKLOG, replace(_POLICY, ordered=True))
@task(BROKER_LOSS, _POLICY)
def do_nothing(subject: UUID) -> None:
    """To wait, and to be done, is all that is asked of these."""


@task(DEAD_LETTER, _POLICY)
def fail_once(subject: UUID) -> None:
    """For good, until a person has it tried again."""
    if _job(subject).attempts == 1:
        raise Permanent(REFUSED)


@task(WORKER_CRASH, _POLICY)
def be_killed_once(subject: UUID) -> None:
    """At its first try it stays until its process is killed."""
    job = _job(subject)
    while job.attempts == 1 and _is_wanted(job):
        time.sleep(0.2)


explain(
    DEAD_LETTER,
    what=REFUSED,
    owner="Whoever practises",
    step="Replay it, as you would a real one; a drill that waits for nobody does so by itself.",
    whom="Nobody: it is a drill.",
)
for _name in (BACKLOG, BROKER_LOSS, WORKER_CRASH):
    explain(
        _name,
        what="A job of a drill failed, which it should not.",
        owner="Whoever runs the server",
        step="Read why, then run the drill again. The drill takes this away.",
        whom="Nobody: it is a drill.",
    )


def _job(subject: UUID) -> Job:
    """The one that this process has in hand: all jobs of a drill have its id as their correlation."""
    return Job.objects.get(correlation=began.current(), subject=subject)


def _is_wanted(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, expires_at__gt=timezone.now()).exists()
