"""What approvals add to a trace: who asked for another person, what that one said, and who looked at it afterwards."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from uuid import UUID

from django.db.models import Q

from eventsync.jobs.approvals import kinds
from eventsync.jobs.approvals.models import Approval, ApprovalState
from eventsync.jobs.corrections.queries import CORRECTION
from eventsync.jobs.rights import SEE_APPROVAL
from eventsync.jobs.rules import Partition
from eventsync.jobs.seeing.registry import Step, trace
from eventsync.jobs.seeing.traces import MOST


@trace
def of_approvals(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    """Found by what they began with, or by what they are about. Those of corrections are told of with these."""
    about = Q(correlation__in=ids) | Q(kind__in=kinds.names(), subject__in=ids)
    rows = list(Approval.objects.filter(about).exclude(kind=CORRECTION).order_by("pk")[:MOST])
    return [step for row in rows for step in _way(row)], {row.correlation for row in rows if row.correlation}


def _way(row: Approval) -> Iterator[Step]:
    page = ("admin:jobs_approval_change", str(row.pk))
    whose = (SEE_APPROVAL, Partition(row.event_id, row.venue_id))
    changed = " It changed meanwhile." if row.state == ApprovalState.INVALIDATED else ""
    words = f"{row.asked_name} asked for another person: {row.sentence}{changed}"
    yield Step(row.asked_at, "Approval", words, page, *whose)
    if row.decided_at is not None:
        said = ApprovalState.FORCED if row.state == ApprovalState.REVIEWED else ApprovalState(row.state)
        said = ApprovalState.GRANTED if said == ApprovalState.INVALIDATED else said
        words = f"{said.label}, by {row.decided_name}. {row.reason}".strip()
        yield Step(row.decided_at, "Approval", words, page, *whose)
    elif row.state == ApprovalState.EXPIRED:
        yield Step(row.expires_at, "Approval", "Nobody decided in time.", page, *whose)
    if row.reviewed_at is not None:
        yield Step(row.reviewed_at, "Approval", f"Reviewed, by {row.reviewed_name}. {row.review}", page, *whose)
