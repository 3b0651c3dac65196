"""What can be measured of jobs and workers, and when somebody must look. All of it is read from short indexes."""

from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet, Sum

from eventsync.jobs import pressure
from eventsync.jobs.models import UNCLAIMED, Attempt, Job, TurnedAway, Worker
from eventsync.jobs.rights import OF_PLACE
from eventsync.jobs.seeing.registry import Numbers, Subject, counted, limit, measure
from eventsync.jobs.seeing.rules import Limit

SILENCE = timedelta(seconds=60)  # of a worker, which says that it lives each ten seconds
RECENTLY = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)  # a machine that was silent for so long is not missed any more
_FEWEST = 10  # tries, or a rate says nothing
WORKER_SILENT = "worker_silent"  # the alert
_PLACE = ("task", "partition")
_WAITING = Job.objects.filter(state__in=UNCLAIMED, finished_at=None).order_by()


@counted("jobs_waiting", "Jobs that are due and that nobody works on.", OF_PLACE)
def waiting(now: datetime) -> QuerySet[Job]:
    return _WAITING.filter(due_at__lte=now)


@measure("jobs_depth", "Jobs that wait, also for their time to come.", of=_PLACE)
def depth(now: datetime) -> Numbers:
    return _by_place(_WAITING.values_list(*_PLACE).annotate(n=Count("pk")))


@measure("jobs_oldest_seconds", "How long the oldest waiting job has been due.", of=_PLACE)
def oldest(now: datetime) -> Numbers:
    due = waiting(now).values_list(*_PLACE)
    return {(task, place): (now - first).total_seconds() for task, place, first in due.annotate(n=Min("due_at"))}


@counted("jobs_running", "Jobs that a worker has in hand.", OF_PLACE)
def running(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state=Job.State.RUNNING, finished_at=None)


@measure(
    "jobs_fill", "Unfinished jobs as work of a class feels them, against its hard limit: 1 is full.", of=("class",)
)
def fill(now: datetime) -> Numbers:
    found = list(pressure.unfinished().values_list("priority").annotate(n=Count("pk")))
    return {
        (each.name.lower(),): sum(n for priority, n in found if priority <= each) / held.hard
        for each, held in pressure.limits().items()
    }


@measure(
    "jobs_turned_away", "What was not taken as it came, of the last 15 minutes: too much waits.", of=("what", "how")
)
def turned_away(now: datetime) -> Numbers:
    """Merged: one job for several that are alike; refused: droppable jobs; delayed: requests, asked to come later."""
    recent = TurnedAway.objects.filter(minute__gt=now - RECENTLY).order_by()
    return _by_place(recent.values_list("what", "how").annotate(n=Sum("count")))


@counted("jobs_dead", "Jobs that failed for good, and that nobody has decided about.", OF_PLACE)
def dead(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state=Job.State.DEAD)


@measure("jobs_latency_seconds", "From owed to done, on average of the last 15 minutes.", of=_PLACE)
def latency(now: datetime) -> Numbers:
    done = Job.objects.filter(finished_at__gt=now - RECENTLY, state=Job.State.DONE).order_by()
    took = ExpressionWrapper(F("finished_at") - F("created_at"), output_field=DurationField())
    found = done.values_list(*_PLACE).annotate(took=Avg(took))
    return {(task, place): took.total_seconds() for task, place, took in found}


@measure("jobs_error_rate", "The share of tries that failed, of the last 15 minutes.", of=_PLACE)
def error_rate(now: datetime) -> Numbers:
    return _rates(now, "job__task", "job__partition", fewest=1)


@measure("jobs_task_error_rate", "The same for each task, where there were ten tries.", of=("task",))
def task_error_rate(now: datetime) -> Numbers:
    return _rates(now, "job__task", fewest=_FEWEST)


@measure("workers", "Workers that were heard from within a minute.")
def workers(now: datetime) -> Numbers:
    return {(): Worker.objects.filter(heard_at__gt=now - SILENCE).count()}


@measure(
    "worker_silence_seconds", "How long nobody on this machine has been heard from, who was yesterday.", of=("host",)
)
def worker_silence(now: datetime) -> Numbers:
    heard: dict[Subject, float] = {}
    for name, at in Worker.objects.filter(heard_at__gt=now - FORGOTTEN).values_list("name", "heard_at"):
        host, silence = (name.rpartition(":")[0],), (now - at).total_seconds()
        heard[host] = min(silence, heard.get(host, silence))
    return heard


def _by_place(rows: object) -> Numbers:
    return {tuple(place): n for *place, n in rows}  # type: ignore[attr-defined]


def _rates(now: datetime, *by: str, fewest: int) -> Numbers:
    ended = Attempt.objects.filter(ended_at__gt=now - RECENTLY).order_by().values_list(*by)
    counted = ended.annotate(all=Count("pk"), failed=Count("pk", filter=~Q(error="")))
    return {tuple(place): failed / tries for *place, tries, failed in counted if tries >= fewest}


_MINUTE = timedelta(minutes=1)
limit(
    Limit(
        kind="backlog",
        measure="jobs_waiting",
        above=100,
        lasting=5 * _MINUTE,
        below=60,
        calm=2 * _MINUTE,
        sentence="{value:.0f} jobs wait, and have for five minutes: they come in faster than they are done.",
    )
)
limit(
    Limit(
        kind="queue_full",
        measure="jobs_fill",
        above=0.99,
        lasting=timedelta(0),
        below=0.5,
        calm=2 * _MINUTE,
        sentence="So many jobs are unfinished that {subject} work is not taken any more. Records of phones are.",
    )
)
limit(
    Limit(
        kind="error_rate",
        measure="jobs_task_error_rate",
        above=0.2,
        lasting=2 * _MINUTE,
        below=0.05,
        calm=5 * _MINUTE,
        sentence="{value:.0%} of the tries of {subject} failed in the last quarter of an hour.",
    )
)
limit(
    Limit(
        kind=WORKER_SILENT,
        measure="worker_silence_seconds",
        above=SILENCE.total_seconds(),
        lasting=timedelta(0),
        below=30,
        calm=timedelta(seconds=30),
        sentence="No worker on {subject} has been heard from for {value:.0f} seconds.",
    )
)
