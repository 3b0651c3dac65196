"""Jobs: written with the change that owes them, run by a worker, tried again, found again when the queue lost them."""

import logging
import os
import random
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django_q.exceptions import TimeoutException

from eventsync.jobs import brokers, burying, picking, pressure, processes, shift, steps
from eventsync.jobs import correlation as began
from eventsync.jobs.approvals import deciding
from eventsync.jobs.corrections.contents import Content
from eventsync.jobs.corrections.ending import let_go
from eventsync.jobs.models import UNBEGUN, Attempt, Job
from eventsync.jobs.rules import SERVER, Partition, Policy, Somebody, columns_of, storable

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # which its worker renews: so long until others notice that a whole machine is lost
TOO_LONG = f"It took longer than {settings.JOB_TIMEOUT} seconds."
LEFT = "The database did not answer: this process ends, so that a job that it may have in hand is given back."
OWED_AGAIN = "The same is owed by a newer job."
CHANGED = "It had changed since somebody approved it."
APPROVAL = "job"  # the kind of approvals that are about jobs

Task = Callable[[UUID], None]
Ended = Callable[[Job, str], None]  # a job, and the state that it ends in


class Permanent(Exception):
    """A task raises it when trying again would be of no use. A sentence for a person."""


class NotAgreed(Exception):
    """Nobody has agreed to the job as it is now."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What runs the jobs of one name, how they are treated, and what they carry that may be corrected."""

    work: Task
    policy: Policy
    content: Content | None = None


_tasks: dict[str, Registered] = {}
_ended: list[Ended] = []


def task(name: str, policy: Policy | None = None, content: Content | None = None) -> Callable[[Task], Task]:
    """Registers what runs the jobs of this name. It gets the id of its subject and must bear being run twice."""

    def register(function: Task) -> Task:
        _tasks[name] = Registered(function, policy or Policy(), content)
        return function

    return register


def when_ended(hear: Ended) -> Ended:
    """Registers who hears, in the same transaction, that a job is done or dead."""
    _ended.append(hear)
    return hear


def policy_of(name: str) -> Policy:
    """That of a task which is no longer there is the default."""
    return _tasks[name].policy if name in _tasks else Policy()


def content_of(name: str) -> Content | None:
    return _tasks[name].content if name in _tasks else None


def enqueue(
    name: str,
    subject: UUID,
    *,
    partition: Partition | str = "",
    correlation: UUID | None = None,
    dedupe: str = "",
    due_at: datetime | None = None,
    by: Somebody = SERVER,
) -> Job:
    """Owes one run of the task `name` for `subject`, in the caller's transaction. Its correlation is the caller's.

    `partition`: whose work it is; a bare name is the server's. With `dedupe`, a job that waits under the same words is
    answered instead, to begin after the caller's commit. `due_at`: not before then. `by`: who wants it; they cannot
    approve it, where it must be approved. Full, when it is droppable and there is too much to do: go on without.
    """
    if name not in _tasks:
        raise LookupError(f"no task is registered as {name}")
    policy, now = _tasks[name].policy, timezone.now()
    key = subject if policy.once else uuid4()
    dedupe = pressure.words(name, policy, dedupe=dedupe, subject=subject, partition=str(partition))
    new = {
        "id": key,
        "subject": subject,
        **columns_of(partition),
        "correlation": correlation or began.current() or key,
        "priority": policy.priority,
        "due_at": due_at or now,
        "created_at": now,
        "expires_at": policy.expires_after and (due_at or now) + policy.expires_after,
        "state": Job.State.WAITING_APPROVAL if policy.approval else Job.State.AVAILABLE,
    }
    with transaction.atomic() if policy.approval or policy.ordered or dedupe else nullcontext():
        if policy.ordered:
            new["created_at"] = picking.behind_all(name, new["partition"], now=now)
        if dedupe:  # locked, or who begins it now would not see what the caller changed, and nobody would look again
            waiting = {"task": name, "dedupe": dedupe, "state__in": UNBEGUN}
            job, _ = Job.objects.select_for_update(no_key=True).get_or_create(**waiting, defaults=new)
        else:
            job = Job.objects.create(task=name, **new)
        if policy.approval and job.state == Job.State.WAITING_APPROVAL:
            within = min(policy.approval.within, policy.expires_after or timedelta.max)
            deciding.ask(APPROVAL, job.id, by=by, now=now, within=within, correlation=job.correlation)
    if job.id == key:
        pressure.depth.add(policy.priority)
        steps.owed(job)
    if job.due_at <= now:
        _wake_after_commit()
    return job


def _wake_after_commit() -> None:
    """Once for all that a transaction owes: whoever wakes goes on until nothing is left."""
    if not any(wake in owed for owed in connection.run_on_commit):
        transaction.on_commit(wake)


def wake() -> None:
    """Says that there is work. Only a hint: a broker that loses it, or is down, delays it until the next tick."""
    try:
        run() if settings.BROKER == "inline" else brokers.tell()
    except Exception:  # every broker has errors of its own, and none may fail what was committed
        log.warning("Jobs wait for the next tick: the broker did not take the word", exc_info=True)


def tick(*, now: datetime) -> bool:
    """Called often by whoever supervises: a word for each worker that is idle while something is due. Whether it is."""
    if due := picking.any_due(now=now):
        for _ in range(settings.Q_CLUSTER["workers"] - brokers.untaken()):
            wake()
    return due


def run() -> None:
    """Does what is due, one job after the other, until nothing is left, its time is over or the worker is to stop."""
    until = time.monotonic() + settings.JOBS_SHIFT
    shift.hear()
    while not shift.leaving() and run_one() and time.monotonic() < until:
        shift.hear()


def run_one() -> bool:
    """Claims and does the job that is next; False when there is none."""
    now, me, job = timezone.now(), processes.name_of(os.getpid()), None
    ordered = [name for name, each in _tasks.items() if each.policy.ordered]
    try:
        if job := picking.claim(now=now, lease=now + LEASE, worker=me, ordered=ordered):
            _do(job)
    except Error as error:  # a claim may have been committed, and the answer lost with the connection
        if settings.BROKER == "inline" or (job is None and connection.is_usable()):
            raise
        raise SystemExit(LEFT) from error
    return job is not None


def _do(job: Job) -> None:
    """Raises what the database raises when what became of it cannot be written."""
    try:
        with steps.during(job):
            _work(job)
    except NotAgreed:
        _ask_again(job)
    except Permanent as error:
        _failed(job, storable(str(error)), again=False)
    except TimeoutException:  # after it the queue library ends this process, whatever state it is in
        connection.close()
        _failed(job, TOO_LONG)
        raise
    except Exception as error:  # noqa: BLE001 - a task may raise anything; `steps` logs it
        _failed(job, storable(f"{type(error).__name__}: {error}"))
    else:
        _end(job, Job.State.DONE)


def _work(job: Job) -> None:
    registered = _tasks.get(job.task)
    if registered is None:
        raise Permanent(f"Nothing here does {job.task} any more.")
    if registered.policy.approval is None:
        registered.work(job.subject)
    elif not _work_as_approved(job, registered.work):
        raise NotAgreed


@transaction.atomic
def _work_as_approved(job: Job, work: Task) -> bool:
    """In one transaction with the look at what was approved, so that it cannot change in between."""
    if agreed := deciding.holds(APPROVAL, job.id):
        work(job.subject)
    return agreed


@transaction.atomic
def _ask_again(job: Job) -> None:
    """This try counts for nothing: the job waits for a person once more, or there is nothing left of it to do."""
    if deciding.ask_again(APPROVAL, job.id, now=timezone.now()):
        _end(job, Job.State.WAITING_APPROVAL, CHANGED, forgiven=F("attempts"))
    else:
        _end(job, Job.State.CANCELLED, deciding.NOTHING_LEFT)


def _failed(job: Job, error: str, *, again: bool = True) -> None:
    delay = policy_of(job.task).delay(job.failures, random.random()) if again else None  # noqa: S311 - no secret
    if delay is None:
        _end(job, Job.State.DEAD, error)
    else:
        _end(job, Job.State.RETRY_WAIT, error, due_at=timezone.now() + delay)


@transaction.atomic
def _end(job: Job, state: str, error: str = "", **columns: Any) -> None:
    """Ends this attempt, unless its lease ran out and somebody else has the job by now."""
    now = timezone.now()
    Attempt.objects.filter(job=job, number=job.attempts, ended_at=None).update(ended_at=now, error=error)
    if leave(job, state, error=error, now=now, **(columns or {"finished_at": now})) and state == Job.State.DEAD:
        burying.bury(job, error, now=now)


def leave(job: Job, state: str, *, error: str, now: datetime, **columns: Any) -> int:
    """Takes a job out of RUNNING; 0 when it is not in this attempt any more."""
    mine = Job.objects.filter(id=job.id, state=Job.State.RUNNING, attempts=job.attempts)
    try:
        with transaction.atomic():
            left = mine.update(state=state, error=error, lease=None, **columns)
            for hear in _ended if left and state in {Job.State.DONE, Job.State.DEAD} else ():
                hear(job, state)
    except IntegrityError:  # what it would wait under is owed again by another job
        state = Job.State.CANCELLED
        left = mine.update(state=state, error=f"{error} {OWED_AGAIN}", lease=None, finished_at=now)
    if left:
        steps.left(job, state, now=now)
    if left and state == Job.State.DONE and job.forgiven:
        burying.settle(job, now=now)
    return left


def replay(job_id: UUID, *, now: datetime) -> bool:
    """Owes a dead job once more, with all its attempts; False when it is not dead any more, or owed by another."""
    dead = Job.objects.filter(id=job_id, state=Job.State.DEAD)
    new = {"due_at": now, "expires_at": None, "finished_at": None}  # somebody wants it, however late
    again = {"state": Job.State.AVAILABLE, "forgiven": F("attempts"), **new}
    try:
        with transaction.atomic():
            if found := dead.update(**again):
                let_go(job_id)
                steps.changed("replayed", job_id)
            _wake_after_commit()
    except IntegrityError:
        return False
    return found == 1


def cancel(
    job_id: UUID, *, why: str, now: datetime, by: str = "", among: Sequence[str] = (*UNBEGUN, Job.State.DEAD)
) -> bool:
    """Takes back a job that waits or that is dead, as `among` says; False when it is in no such state.

    `why`: a sentence, for who asks later. `by`: the name of who did it.
    """
    idle = Job.objects.filter(id=job_id, state__in=among)
    with transaction.atomic():
        job = idle.select_for_update(no_key=True).first()
        if job is None or idle.update(state=Job.State.CANCELLED, error=why, finished_at=now) == 0:
            return False
        if job.state == Job.State.DEAD or job.forgiven:
            burying.settle(job, by=by, now=now)
        deciding.end_for(APPROVAL, job_id)
        let_go(job_id)
        steps.changed("cancelled", job_id)
    return True
