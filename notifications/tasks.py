"""What notices leave to a worker. Two runs for one event may be at it at once: each takes what the other has not."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from eventsync.jobs.chores import chore
from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from notifications import deliveries
from notifications.hand import sending as by_hand
from notifications.plan import holding, telling
from notifications.push import sending

# What it did is told by its rows. Not in order, or what waits for the morning would keep back what goes out now.
POLICY = Policy(announced=False)


@task(telling.TELL, POLICY)
def tell(event_id: UUID) -> None:
    telling.tell(event_id, now=timezone.now())


@task(by_hand.SEND, POLICY)
def send_by_hand(key: UUID) -> None:
    by_hand.go(key, now=timezone.now())


@task(telling.DELIVER, POLICY)
def deliver(event_id: UUID) -> None:
    """Pushes what is due, and owes itself for what waits."""
    now = timezone.now()
    holding.let_go(event_id, now=now)
    sending.send_due(event_id)
    if (at := deliveries.next_due(event_id, now=now)) is not None:
        telling.owe_delivering(event_id, max(at, now))


@chore(every=timedelta(minutes=1))
def owe_what_was_left(now: datetime) -> None:
    """Of an event whose job failed for good, or was cancelled."""
    for event_id in deliveries.left(now=now):
        telling.owe_delivering(event_id, now)
