"""Proposing a correction; once another person has agreed to it, the job is owed again, under its id, with that payload.

The job is locked before its approval is. Whatever else takes a job out of the dead ends what waits (`queue`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

from django.db import transaction

from eventsync.ids import uuid7
from eventsync.jobs.approvals import deciding, kinds
from eventsync.jobs.corrections import rules
from eventsync.jobs.corrections.ending import let_go
from eventsync.jobs.corrections.models import Correction
from eventsync.jobs.corrections.queries import CORRECTION, approvals_of, in_place_of
from eventsync.jobs.models import Approval, ApprovalState, Job
from eventsync.jobs.queue import content_of, replay
from eventsync.jobs.rules import Matter, Partition, Somebody

WITHIN = timedelta(days=7)
PAGE = "/control/corrections/"

NOT_DEAD = "Nothing was asked for: somebody dealt with it meanwhile."
NO_PAYLOAD = "It carries nothing that could be corrected."
UNCHANGED = "Nothing is other than before. To have it done again as it is, replay it."
NO_REASON = "Say why it should be this."
OWED = "Nothing was done: the same is owed by a newer job. Reject this, and discard the job."


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was asked for, and why. `about`: what must be other for that; "job": nothing can be."""

    about: Literal["payload", "reason", "job"]
    told: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a job would be done with, in the place of what it is done with now."""

    original: str
    corrected: str


def payload_of(job: Job) -> str | None:
    """What it would be done with now, exactly; None: it carries nothing but the id of its subject."""
    content = content_of(job.task)
    stored = content.stored(job.subject) if content else None
    return None if stored is None else in_place_of(stored, task=job.task, subject=job.subject)


def check(job: Job, typed: str) -> Change | Refused:
    """Whether what was typed can take the place of the payload."""
    content, before = content_of(job.task), payload_of(job)
    if content is None or before is None:
        return Refused("job", NO_PAYLOAD)
    try:
        corrected = rules.read(typed)
    except rules.Unreadable as error:
        return Refused("payload", str(error))
    if rules.same(before, corrected):
        return Refused("payload", UNCHANGED)
    problem = content.problem(job.subject, corrected)
    return Refused("payload", problem) if problem else Change(before, corrected)


@transaction.atomic
def propose(job_id: UUID, *, typed: str, reason: str, by: Somebody, now: datetime) -> Correction | Refused:
    """Asks another person than `by`. Another one that waits for the same job gives way to it."""
    job = Job.objects.select_for_update().filter(pk=job_id, state=Job.State.DEAD).first()
    if job is None:
        return Refused("job", NOT_DEAD)
    change = check(job, typed)
    if isinstance(change, Refused):
        return change
    if not reason.strip():
        return Refused("reason", NO_REASON)
    if told := _asked_before(job, change.corrected):
        return Refused("payload", told)
    let_go(job.pk)
    correction = Correction.objects.create(
        id=UUID(uuid7(now)), job=job, original=change.original, corrected=change.corrected, reason=reason.strip()[:300]
    )
    deciding.ask(CORRECTION, correction.pk, by=by, now=now, within=WITHIN)
    return correction


def _asked_before(job: Job, corrected: str) -> str:
    alike = [each for each in job.corrections.all() if rules.same(each.corrected, corrected)]
    for approval in approvals_of(alike).values():
        if approval.state == ApprovalState.REQUESTED:
            return f"{approval.asked_name} has asked for exactly this: it waits for another person."
    return ""


def _describe(correction_id: UUID) -> Matter | None:
    """By hashes, for the list of what waits is for more people than the payload."""
    about = Correction.objects.filter(pk=correction_id)
    jobs = Job.objects.select_for_update().filter(pk__in=list(about.values_list("job", flat=True)))
    job, correction = jobs.filter(state=Job.State.DEAD).first(), about.first()
    if job is None or correction is None:
        return None
    told = {"correction": str(correction.pk), "job": str(job.pk), "task": job.task}
    texts = {"original": correction.original, "corrected": correction.corrected}
    hashes = {f"{name}_sha256": sha256(text.encode()).hexdigest() for name, text in texts.items()}
    whose = Partition(job.event_id, job.venue_id)
    return Matter(f"Run {job.task} once more, with another payload.", told | hashes, whose)


def _agreed(approval: Approval, now: datetime) -> None:
    correction = Correction.objects.select_related("job").get(pk=approval.subject)
    correction.applied_at = now
    correction.save(update_fields=["applied_at"])
    if not replay(correction.job_id, now=now):
        raise deciding.Impossible(OWED)
    if content := content_of(correction.job.task):
        content.revive(correction.job.subject)


def _over(approval: Approval, now: datetime) -> None:
    """The job stays as it is: dead, or what somebody else made of it."""


kinds.register(
    CORRECTION,
    kinds.Kind(describe=_describe, agreed=_agreed, over=_over, page=lambda correction: f"{PAGE}{correction}/"),
)
