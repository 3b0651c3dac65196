"""What jobs add to a trace: domain events, jobs, each try of them, replays, corrections, alerts."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db.models import Q

from eventsync.jobs.alerts import describe
from eventsync.jobs.burying import DEAD_LETTER
from eventsync.jobs.corrections.queries import approvals_of
from eventsync.jobs.models import Alert, Approval, Correction, DomainEvent, Job
from eventsync.jobs.rights import SEE_ALERT, SEE_JOB, SEE_SENDING
from eventsync.jobs.rules import Partition
from eventsync.jobs.seeing.letters import REPLAYED
from eventsync.jobs.seeing.registry import Step, trace
from eventsync.jobs.webhooks.sending import SEND

MOST = 200  # of each: a story is read by a person


@trace
def of_domain_events(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    rows = DomainEvent.objects.filter(Q(correlation__in=ids) | Q(pk__in=ids))[:MOST]
    return [_published(row) for row in rows], {row.correlation for row in rows}


def _published(row: DomainEvent) -> Step:
    page = ("admin:jobs_domainevent_change", str(row.pk))
    venue = UUID(row.partition) if row.partition not in {"", str(row.event_id)} else None
    words = f"{row.name}, version {row.version}"
    return Step(row.occurred_at, "Domain event", words, page, SEE_JOB, Partition(row.event_id, venue))


@trace
def of_jobs(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    jobs = list(Job.objects.filter(Q(correlation__in=ids) | Q(pk__in=ids)).prefetch_related("tries")[:MOST])
    steps = [step for job in jobs for step in _life(job)]
    return steps, {job.correlation for job in jobs if job.correlation}


def _life(job: Job) -> Iterator[Step]:
    page = ("admin:jobs_job_change", str(job.pk))

    def step(at: datetime, what: str, words: str) -> Step:
        return Step(at, what, words, page, *_whose(job))

    yield step(job.created_at, "Job", f"{job.task} is owed.")
    for attempt in job.tries.all():
        name = f"{job.task}, try {attempt.number}"
        yield step(attempt.began_at, "Try", f"{name} begins on {attempt.worker}.")
        if attempt.ended_at is not None and attempt.error:
            yield step(attempt.ended_at, "Try", f"{name} failed: {_line(attempt.error)}")
    if job.finished_at is not None:
        yield step(job.finished_at, "Job", f"{job.task}: {job.get_state_display()}. {_line(job.error)}".strip())


def _whose(job: Job) -> tuple[str, Partition]:
    """By what right its steps are seen, and of whom they are."""
    return SEE_SENDING if job.task == SEND else SEE_JOB, Partition(job.event_id, job.venue_id)


@trace
def of_replays(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    """Each by whom and when; the job keeps its id."""
    jobs = {str(job.pk): job for job in Job.objects.filter(Q(correlation__in=ids) | Q(pk__in=ids))[:MOST]}
    said = LogEntry.objects.filter(object_id__in=list(jobs), change_message__startswith=REPLAYED)
    rows = said.select_related("user").order_by("pk")[:MOST]
    return [_replayed(row, jobs[str(row.object_id)]) for row in rows], set()


def _replayed(row: LogEntry, job: Job) -> Step:
    told = row.change_message.removeprefix(REPLAYED)
    words = f"{job.task}, by {row.user.get_username()}.{told}"
    return Step(row.action_time, "Replay", words, ("admin:jobs_job_change", str(job.pk)), *_whose(job))


@trace
def of_corrections(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    rows = Correction.objects.filter(Q(job__correlation__in=ids) | Q(job__in=ids)).select_related("job")[:MOST]
    asked = approvals_of(rows)
    return [step for row in rows if row.pk in asked for step in _decided(row, asked[row.pk])], set()


def _decided(row: Correction, approval: Approval) -> Iterator[Step]:
    page = ("correction", str(row.pk))
    words = f"{approval.asked_name} proposed another payload for {row.job.task}: {row.reason}"
    yield Step(approval.asked_at, "Correction", words, page, *_whose(row.job))
    if approval.decided_at is not None:
        told = f"{approval.get_state_display()}, by {approval.decided_name}. {approval.reason}"
        yield Step(approval.decided_at, "Correction", told.strip(), page, *_whose(row.job))


@trace
def of_alerts(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    """Those about one of these ids, and those about a task of which one of their jobs is dead."""
    dead = Job.objects.filter(Q(correlation__in=ids) | Q(pk__in=ids), state=Job.State.DEAD)
    about = Q(subject__in=[str(each) for each in ids])
    rows = Alert.objects.filter(about | Q(kind=DEAD_LETTER, subject__in=dead.values("task")))[:MOST]
    return [_raised(row) for row in rows], set()


def _raised(row: Alert) -> Step:
    words, page = f"{row.message} ({describe(row, now=row.last_at)})", ("admin:jobs_alert_change", str(row.pk))
    return Step(row.last_at, "Alert", words, page, SEE_ALERT, Partition(row.event_id, row.venue_id))


def _line(text: str) -> str:
    return text.partition("\n")[0][:200]
