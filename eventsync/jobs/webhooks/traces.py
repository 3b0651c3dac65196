"""What webhooks add to a trace: what was to go where, and what became of it."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from uuid import UUID

from django.db.models import Q

from eventsync.jobs.models import DomainEvent
from eventsync.jobs.rights import SEE_SENDING
from eventsync.jobs.rules import Partition
from eventsync.jobs.seeing.registry import Step, trace
from eventsync.jobs.seeing.traces import MOST
from eventsync.jobs.webhooks.models import Sending


@trace
def of_sendings(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    """Found by the domain event that each tells of; a test tells of none, and its id is its correlation."""
    told = DomainEvent.objects.filter(Q(correlation__in=ids) | Q(pk__in=ids)).values_list("pk", flat=True)[:MOST]
    mine = Q(domain_event__in=list(told)) | Q(pk__in=ids)
    rows = list(Sending.objects.filter(mine).select_related("webhook").order_by("pk")[:MOST])
    return [step for row in rows for step in _way(row)], {row.correlation for row in rows}


def _way(row: Sending) -> Iterator[Step]:
    page = ("admin:jobs_sending_change", str(row.pk))
    whose = (SEE_SENDING, Partition(row.webhook.event_id))
    yield Step(row.created_at, "Sending", f"It is to go to {row.webhook}.", page, *whose)
    if row.taken_at is not None:
        yield Step(row.taken_at, "Sending", f"{row.webhook} took it: {row.status}.", page, *whose)
    if row.discarded_at is not None:
        yield Step(row.discarded_at, "Sending", f"It is not to go to {row.webhook} any more.", page, *whose)
