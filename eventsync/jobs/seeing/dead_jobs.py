"""Jobs that failed for good, as dead letters."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.models import DomainEvent, Job
from eventsync.jobs.queue import cancel, replay
from eventsync.jobs.rights import OF_PLACE, SEE_JOB, STEER_JOB
from eventsync.jobs.rules import canonical
from eventsync.jobs.seeing.letters import Contents, Fate, Letter, Source, Try, first_line, help_of, register, too_late
from eventsync.jobs.webhooks.sending import SEND

DEAD = Q(state=Job.State.DEAD)
_FATES = {
    Job.State.DEAD: Fate.FAILED,
    Job.State.RETRY_WAIT: Fate.FAILED,
    Job.State.WAITING_APPROVAL: Fate.WELL,  # it is another person's turn
    Job.State.DONE: Fate.WELL,
    Job.State.CANCELLED: Fate.WELL,  # somebody decided
    Job.State.EXPIRED: Fate.WELL,
}


def _rows() -> QuerySet[Job]:
    return Job.objects.exclude(task=SEND)


def tell(job: Job) -> Letter:
    told = help_of(job.task)
    return Letter(
        key=str(job.pk),
        at=job.finished_at or job.created_at,
        what=told.what,
        why=first_line(job.error),
        owner=told.owner,
        step=told.step,
        state=job.get_state_display(),
        whom=told.whom,
        place=job.partition,
        correlation=job.correlation or job.pk,
    )


def _unfold(job: Job) -> Contents:
    fact = DomainEvent.objects.filter(pk=job.subject).first()
    owed = {"task": job.task, "subject": str(job.subject), "partition": job.partition}
    return Contents(
        payload=fact.body if fact else canonical(owed),
        facts=[*facts_of(job), *([("Domain event", f"{fact.name}, version {fact.version}")] if fact else [])],
        tries=list(tries_of(job)),
        links=[("This job in the list of jobs", reverse("admin:jobs_job_change", args=[job.pk]))],
    )


def facts_of(job: Job) -> list[tuple[str, str]]:
    return [
        ("Task", job.task),
        ("Works on", str(job.subject)),
        ("Id", str(job.pk)),
        ("Correlation", str(job.correlation or "")),
        ("Partition", job.partition),
        ("Owed since", f"{job.created_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]


def tries_of(job: Job) -> Iterator[Try]:
    for attempt in job.tries.all():
        yield Try(attempt.began_at, f"Try {attempt.number} on {attempt.worker}: {attempt.error or 'no error.'}")


def fates_of(keys: Sequence[str]) -> Mapping[str, Fate]:
    found = Job.objects.filter(pk__in=keys).values_list("pk", "state")
    return {str(key): _FATES.get(Job.State(state), Fate.WAITING) for key, state in found}


def _replay(job: Job, by: str, now: datetime) -> Answer:
    if replay(job.pk, now=now):
        return Answer(done=True, told="It is owed again, under the same id.")
    return settled(job)


def _discard(job: Job, by: str, reason: str, now: datetime) -> Answer:
    if cancel_dead(job, by, reason, now):
        return Answer(done=True, told="Discarded. It is kept in the list of jobs, with your reason.")
    return settled(job)


def cancel_dead(job: Job, by: str, reason: str, now: datetime) -> bool:
    """One that somebody replayed meanwhile is left alone."""
    return cancel(job.pk, why=f"Discarded by {by}: {reason}", now=now, by=by, among=[Job.State.DEAD])


def settled(job: Job) -> Answer:
    """Why nothing was done."""
    job.refresh_from_db()
    if job.state == Job.State.DEAD:
        return Answer(done=False, told="Nothing was done: the same is owed by a newer job. Discard this one.")
    return too_late(job.get_state_display())


register(
    Source(
        kind="job",
        one="job of the server",
        many="jobs of the server",
        sees=SEE_JOB,
        acts=STEER_JOB,
        belongs=OF_PLACE,
        rows=_rows,
        waits=DEAD,
        at="finished_at",
        words=("task", "error", "partition"),
        ids=("pk", "subject", "correlation"),
        tell=tell,
        unfold=_unfold,
        replay=_replay,
        discard=_discard,
        fates=fates_of,
    )
)
