"""Jobs that wait for a person: the approvals of a task whose policy demands one."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from eventsync.jobs import steps
from eventsync.jobs.approvals import deciding, kinds
from eventsync.jobs.approvals.models import Approval, ApprovalState
from eventsync.jobs.chores import chore
from eventsync.jobs.models import Job
from eventsync.jobs.queue import APPROVAL, policy_of, wake
from eventsync.jobs.rules import Matter, Partition


def _describe(job_id: UUID) -> Matter | None:
    """Of a task that demands nobody any more, or is gone, a person decides by its bare name: nothing is forgotten."""
    jobs = Job.objects.filter(id=job_id)
    job = jobs.select_for_update().filter(state=Job.State.WAITING_APPROVAL).first()
    job = job or jobs.filter(state=Job.State.RUNNING).first()
    if job is None:
        return None
    demand = policy_of(job.task).approval
    matter = demand.describe(job.subject) if demand else Matter(f"Run {job.task} once.", {})
    if matter is None:
        return None
    content = {"task": job.task, "subject": str(job.subject), "content": matter.content}
    return Matter(matter.sentence, content, Partition(job.event_id, job.venue_id))


def _agreed(approval: Approval, now: datetime) -> None:
    if _waiting(approval).update(state=Job.State.AVAILABLE, error=""):
        steps.changed("approved", approval.subject)
    transaction.on_commit(wake)


def _over(approval: Approval, now: datetime) -> None:
    state, error = Job.State.CANCELLED, deciding.NOTHING_LEFT
    if approval.state == ApprovalState.EXPIRED:
        state, error = Job.State.EXPIRED, "Nobody approved it in time."
    elif approval.state == ApprovalState.REJECTED:
        error = f"Rejected by {approval.decided_name}: {approval.reason}"
    if _waiting(approval).update(state=state, error=error, finished_at=now):
        steps.changed(state, approval.subject)


def _waiting(approval: Approval) -> QuerySet[Job]:
    return Job.objects.filter(id=approval.subject, state=Job.State.WAITING_APPROVAL)


kinds.register(APPROVAL, kinds.Kind(describe=_describe, agreed=_agreed, over=_over))
chore(every=timedelta(seconds=30))(deciding.sweep)
