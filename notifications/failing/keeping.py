"""Deliveries that failed for good, until nobody need look at them any more; and the alerts of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from eventsync.jobs.alerts import alert, clear_settled
from eventsync.jobs.chores import chore
from eventsync.jobs.models import Alert
from eventsync.jobs.rules import Partition
from notifications.failing.rules import MISSED
from notifications.failing.words import alert_of
from notifications.ladder.rules import Call
from notifications.models import CallTask, Channel, Delivery
from notifications.rules import State

KIND = "notice_failed"  # the alert
WAITS = Q(state=State.FAILED_PERM, closed_at=None)
OVER = "It is of no use any more."
NEWER = "A newer one says it."


def waiting() -> "QuerySet[Delivery]":
    return Delivery.objects.filter(WAITS)


def close(rows: "QuerySet[Delivery]", why: str, *, now: datetime, by: str = "") -> int:
    """Of those that wait for somebody: nobody need look at them any more. How many they were."""
    return rows.filter(WAITS).update(closed_at=now, closed_by=by[:150], closed_why=why[:300])


def close_useless(rows: "QuerySet[Delivery]", *, now: datetime) -> int:
    """Those that nothing would be won by sending again. How many they were."""
    return sum(close(found, why, now=now) for why, found in _useless(rows, now))


def _useless(rows: "QuerySet[Delivery]", now: datetime) -> "Iterator[tuple[str, QuerySet[Delivery]]]":
    theirs = {"notice": OuterRef("notice"), "recipient": OuterRef("recipient")}
    yield OVER, rows.filter(notice__expires_at__lte=now).exclude(error=MISSED)
    read = Delivery.objects.filter(state=State.ACKNOWLEDGED, **theirs)
    yield "They have read it elsewhere.", rows.filter(Exists(read))
    called = CallTask.objects.filter(state=Call.REACHED, **theirs)
    yield "Somebody has called them.", rows.filter(Exists(called))
    gone = Q(channel=Channel.SMS, recipient__phone="") | Q(channel=Channel.EMAIL, recipient__email="")
    yield "They have taken that number or address away.", rows.filter(gone)


def tell(event_id: UUID, channel: str, *, now: datetime) -> None:
    """Raises the alert of an event and channel, or counts it up: some failed at once, however many. In the transaction
    in which that is written down."""
    rows = waiting().filter(notice__event=event_id, channel=channel)
    message = alert_of(rows.select_related("notice__event").latest("changed_at"), rows.count())
    alert(kind=KIND, subject=channel, message=message[:1000], now=now, of=Partition(event_id))


def calm(event_id: UUID, channel: str, *, now: datetime, by: str = "") -> None:
    """Ends the alert when nothing of this event and channel waits any more."""
    clear_settled(KIND, _is_left, now=now, by=by, subject=channel, event_id=event_id)


@chore(every=timedelta(minutes=1))
def end_what_is_over(now: datetime) -> None:
    """Of what time, the family itself or a call has settled nobody is bothered any more.

    What failed because its time was over waits for a person: nobody could have seen it before.
    """
    with transaction.atomic():
        close_useless(waiting(), now=now)
        clear_settled(KIND, _is_left, now=now)


def _is_left(row: Alert) -> bool:
    return waiting().filter(notice__event=row.event_id, channel=row.subject).exists()
