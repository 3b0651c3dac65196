"""What notices leave to a worker. What concerns an event goes one after the other."""

from uuid import UUID

from django.utils import timezone

from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from notifications import deliveries
from notifications.plan import holding, telling

POLICY = Policy(ordered=True, announced=False)  # what it did is told by its rows


@task(telling.TELL, POLICY)
def tell(event_id: UUID) -> None:
    telling.tell(event_id, now=timezone.now())


@task(telling.DELIVER, POLICY)
def deliver(event_id: UUID) -> None:
    """Pushes what is due, and owes itself for what waits."""
    now = timezone.now()
    holding.let_go(event_id, now=now)
    if (at := deliveries.next_due(event_id)) and at > now:
        telling.owe_delivering(event_id, at)
