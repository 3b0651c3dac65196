"""What the control room makes of domain events: no record is kept aside in silence."""

from collections import Counter
from datetime import datetime

from django.db.models import QuerySet

from eventsync.jobs.alerts import alert
from eventsync.jobs.models import DomainEvent
from eventsync.jobs.publishing import subscribe
from eventsync.jobs.rules import Partition, Policy, Priority
from eventsync.jobs.seeing.letters import explain
from eventsync.sync.events import OperationReopened, OperationsQuarantined
from eventsync.sync.letters import help_of
from eventsync.sync.models import Quarantined, Resolution

KIND = "quarantined"  # the alert
_POLICY = Policy(priority=Priority.CORE)
_TOLD_AT_ONCE = "handler_error"  # by an alert of its own


@subscribe("control.alert_quarantined", OperationsQuarantined, _POLICY)
def alert_quarantined(fact: OperationsQuarantined, row: DomainEvent) -> None:
    came = Quarantined.objects.filter(operation_id__in=fact.operations)
    _alert(came.exclude(code=_TOLD_AT_ONCE), now=row.occurred_at)


@subscribe("control.alert_reopened", OperationReopened, _POLICY)
def alert_reopened(fact: OperationReopened, row: DomainEvent) -> None:
    """Unless it was settled since. One that a handler failed on, too: nothing failed just now that would say so."""
    _alert(Quarantined.objects.filter(pk=fact.quarantined, resolution=Resolution.OPEN), now=row.occurred_at)


def _alert(aside: QuerySet[Quarantined], *, now: datetime) -> None:
    """One alert for each reason and place, counted up."""
    found = aside.order_by().values_list("code", "device__event_id", "device__venue_id")
    for (code, event, venue), count in sorted(Counter(found).items(), key=str):
        told = help_of(code)
        more = f" {count} came at once." if count > 1 else ""
        message = f"{told.what}{more} It waits in the inbox. {told.owner}: {told.step}"
        alert(kind=KIND, subject=code, message=message, now=now, of=Partition(event, venue))


for _task in ("control.alert_quarantined", "control.alert_reopened"):
    explain(
        _task,
        what="Records were kept aside, and no alert says so.",
        owner="Whoever runs the server",
        step="Replay it. The records wait in the inbox in any case: look there.",
        whom="The people whom those records are about.",
    )
