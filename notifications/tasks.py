"""What notices leave to a worker. Two runs for one event may be at it at once: each takes what the other has not."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from eventsync.jobs.chores import chore
from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from notifications import carrying, deliveries, owing
from notifications.carrying import Carrier
from notifications.hand import sending as by_hand
from notifications.ladder import calls, climbing
from notifications.mail.sending import Mails
from notifications.models import Channel
from notifications.plan import holding, telling
from notifications.push import sending
from notifications.sms.sending import Texts

# What it did is told by its rows. Not in order, or what waits for the morning would keep back what goes out now.
POLICY = Policy(announced=False)


@task(telling.TELL, POLICY)
def tell(event_id: UUID) -> None:
    telling.tell(event_id, now=timezone.now())


@task(by_hand.SEND, POLICY)
def send_by_hand(key: UUID) -> None:
    by_hand.go(key, now=timezone.now())


@task(owing.DELIVER, POLICY)
def deliver(event_id: UUID) -> None:
    """Pushes what is due, and owes itself for what waits."""
    holding.let_go(event_id, now=timezone.now())
    sending.send_due(event_id)
    _owe_next(event_id, Channel.PUSH)


@task(owing.TEXT, POLICY)
def text(event_id: UUID) -> None:
    """The same, by text messages."""
    _carry(event_id, Texts())


@task(owing.MAIL, POLICY)
def mail(event_id: UUID) -> None:
    _carry(event_id, Mails())


@task(owing.CLIMB, POLICY)
def climb(notice_id: UUID) -> None:
    climbing.climb(notice_id, now=timezone.now())


def _carry(event_id: UUID, carrier: Carrier) -> None:
    holding.let_go(event_id, now=timezone.now())
    carrying.send_due(event_id, carrier)
    _owe_next(event_id, carrier.channel)


def _owe_next(event_id: UUID, channel: Channel) -> None:
    now = timezone.now()
    if (at := deliveries.next_due(event_id, on=channel, now=now)) is not None:
        owing.owe_delivering(event_id, max(at, now), on=channel)


@chore(every=timedelta(minutes=1))
def owe_what_was_left(now: datetime) -> None:
    """Of an event whose job failed for good, or was cancelled."""
    for event_id, channel in deliveries.left(now=now):
        owing.owe_delivering(event_id, now, on=channel)


@chore(every=timedelta(minutes=1))
def climb_what_was_left(now: datetime) -> None:
    """The same for what is critical; and nobody calls about what is of no use any more."""
    for notice in climbing.left(now=now):
        owing.owe_climbing(notice.pk, notice.event_id, now)
    calls.end(now=now)
