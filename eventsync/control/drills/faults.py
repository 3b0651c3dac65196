"""The faults that a drill makes, and what must come of each."""

import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from eventsync.control.drills.course import Course
from eventsync.control.drills.tasks import (
    BACKLOG,
    BROKER_LOSS,
    DEAD_LETTER,
    REFUSED,
    WANTED,
    WORKER_CRASH,
    WORKER_SILENT,
)
from eventsync.control.models import Standing
from eventsync.jobs import alerts, brokers, processes
from eventsync.jobs.burying import DEAD_LETTER as DEAD_LETTER_ALERT
from eventsync.jobs.models import Alert, Attempt, Job, Worker
from eventsync.jobs.queue import replay
from eventsync.jobs.seeing.measures import SILENCE
from eventsync.jobs.seeing.measures import WORKER_SILENT as WORKER_SILENT_ALERT
from eventsync.jobs.seeing.registry import limit_of
from eventsync.jobs.seeing.rules import Limit

JOBS = 150
_FEW = 20
_SOON = 30  # seconds
_LONG = 120
_NOTHING = "no open alert"
_OVER = "Well again by itself"
_DECIDED = "somebody did"

Fault = Callable[[Course], None]


def backlog(course: Course) -> None:
    """More jobs wait than the limit allows, behind one that is not due yet: no worker is kept from other work."""
    limit = limit_of("backlog")
    course.expect("no backlog yet", _NOTHING, lambda: _standing(limit))
    course.owe(BACKLOG, JOBS, first_due=timezone.now() + WANTED)
    course.expect("jobs wait", f"{JOBS} waiting", course.states)
    _let_it_last(course, limit, limit.lasting)
    said = limit.sentence.partition("} ")[2]
    lasting = limit.lasting.total_seconds() + _LONG
    course.expect("the alert is raised", said, lambda: _open(limit.kind, ""), within=lasting)
    course.let_go()
    course.expect("let go, they are done", f"{JOBS} done", course.states, within=_LONG)
    _let_it_last(course, limit, limit.calm)
    calm = limit.calm.total_seconds() + _LONG
    course.expect("the alert ends by itself", _OVER, lambda: _last(limit.kind, ""), within=calm)


def _standing(limit: Limit) -> str:
    """One that somebody said was dealt with, and that is not over, would not be told again."""
    if Standing.objects.filter(kind=limit.kind, subject="", alerting=True).exists():
        return "there is one, and it is not over"
    return _open(limit.kind, "")


def _let_it_last(course: Course, limit: Limit, whole: timedelta, subject: str = "") -> None:
    """With a span of our own, the workers' memory is told that what they have just seen began earlier."""
    seen = Standing.objects.filter(kind=limit.kind, subject=subject, since__isnull=False)
    course.expect(
        "a worker sees it", "it is seen", lambda: "it is seen" if seen.exists() else "nobody looks", within=_LONG
    )
    if course.span is not None and course.span < whole:
        seen.update(since=F("since") - (whole - course.span))


def dead_letter(course: Course) -> None:
    """A job fails for good, until somebody has mended the cause and has it tried again."""
    said = f"A job has failed for good: {DEAD_LETTER}. {REFUSED}"
    course.owe(DEAD_LETTER)
    course.expect("a job fails for good", "1 failed", course.states, within=_SOON)
    course.expect("the alert is raised", said, lambda: _open(DEAD_LETTER_ALERT, DEAD_LETTER), within=_SOON)
    if course.hold:
        within = course.hold.total_seconds()
        course.expect(
            "a person replays or discards it in /control/inbox/", _DECIDED, lambda: _decided(course), within=within
        )
    else:
        [job] = course.jobs()
        replay(job.pk, now=timezone.now())
        course.expect("tried again, it is done", "1 done", course.states, within=_SOON)
    course.expect("with its last letter, the alert is over", "over: ", _ended, within=_SOON)


def _decided(course: Course) -> str:
    [job] = course.jobs()
    return "nobody did" if job.state == Job.State.DEAD else f"{_DECIDED}: {course.states()}"


def _ended() -> str:
    """By itself, or by whoever discarded the letter."""
    row = _newest(DEAD_LETTER_ALERT, DEAD_LETTER)
    told = alerts.describe(row, now=timezone.now())
    return f"over: {told}" if row.cleared_at else told


def worker_crash(course: Course) -> None:
    """A process dies with a job in hand: the try counts, another does the job, and nobody is bothered."""
    course.owe(WORKER_CRASH)
    course.expect("a worker has a job in hand", "1 running", course.states, within=_SOON)
    victim = _tries(course)[0].worker
    course.expect("its process is killed", "is killed", lambda: _kill(victim))
    course.expect("another does the job", "1 done", course.states, within=_SOON)
    course.expect("the lost try is counted", "Its worker died.; done", lambda: _told(course))
    course.expect("nobody is bothered", _NOTHING, lambda: _open(DEAD_LETTER_ALERT, WORKER_CRASH))


def _kill(name: str) -> str:
    process = processes.number_of(name)
    if process is None:
        return f"{processes.shown(name)} is not a process of this machine: run the drill where it is"
    try:
        os.kill(process, signal.SIGKILL)
    except OSError as error:
        return f"process {process} cannot be killed: {error.strerror}"
    return f"process {process} is killed"


def broker_loss(course: Course) -> None:
    """The broker forgets that there is work: what is owed is in the database, and is found there."""
    course.owe(BROKER_LOSS, _FEW)
    course.expect("the broker is emptied", "thrown away", _forget)
    course.expect("all jobs are done", f"{_FEW} done", course.states, within=_SOON)
    course.expect("each by one try", f"{_FEW} tries", lambda: f"{len(_tries(course))} tries")
    course.expect("nobody is bothered", _NOTHING, lambda: _open(DEAD_LETTER_ALERT, BROKER_LOSS))


def worker_silent(course: Course) -> None:
    """A machine whose worker was heard from and is not any more; then it is gone for good, and nobody misses it."""
    now, silent = timezone.now(), 2 * SILENCE
    Worker.objects.create(name=f"{WORKER_SILENT}:1", started_at=now - silent, heard_at=now - silent)
    said = f"No worker on {WORKER_SILENT} has been heard from"
    course.expect("the alert is raised", said, lambda: _open(WORKER_SILENT_ALERT, WORKER_SILENT), within=_LONG)
    Worker.objects.filter(name=f"{WORKER_SILENT}:1").delete()
    limit = limit_of(WORKER_SILENT_ALERT)
    _let_it_last(course, limit, limit.calm, WORKER_SILENT)
    course.expect("the alert ends by itself", _OVER, lambda: _last(WORKER_SILENT_ALERT, WORKER_SILENT), within=_LONG)


def _forget() -> str:
    try:
        return f"words thrown away: {brokers.forget()}"
    except Exception as error:  # noqa: BLE001 - every broker has errors of its own
        return f"the broker does not answer: {error}"


def _tries(course: Course) -> list[Attempt]:
    return list(Attempt.objects.filter(job__correlation=course.id).order_by("began_at"))


def _told(course: Course) -> str:
    return "; ".join(each.error or "done" for each in _tries(course))


def _open(kind: str, subject: str) -> str:
    """What people are told now. An alert that is silenced bothers nobody."""
    row = Alert.objects.filter(kind=kind, subject=subject, cleared_at=None).first()
    now: datetime = timezone.now()
    if row is None:
        return _NOTHING
    return row.message if alerts.unsilenced(now=now).contains(row) else alerts.describe(row, now=now)


def _last(kind: str, subject: str) -> str:
    return alerts.describe(_newest(kind, subject), now=timezone.now())


def _newest(kind: str, subject: str) -> Alert:
    return Alert.objects.filter(kind=kind, subject=subject).latest("pk")


DRILLS: Mapping[str, Fault] = {
    "backlog": backlog,
    "dead-letters": dead_letter,
    "worker-crash": worker_crash,
    "broker-loss": broker_loss,
    "worker-silent": worker_silent,
}
