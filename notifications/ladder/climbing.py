"""From a critical notice that nobody looked at to a text message, and from there to a call by a person.

Done twice it does no more: each rung is a row that is there once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from eventsync.jobs.alerts import alert
from eventsync.jobs.rules import Partition
from notifications import deliveries
from notifications.addresses import address_of, digest_of
from notifications.ladder import calls
from notifications.ladder.rules import Known, Rung, rungs
from notifications.models import CallTask, Channel, Delivery, Notice, Recipient
from notifications.owing import owe_climbing, owe_delivering
from notifications.rules import SEEN, Importance, State, Why

LATE = timedelta(minutes=1)
_OPEN = {State.QUEUED, State.HELD, State.SENDING, State.FAILED_TEMP, State.ACCEPTED, State.UNCERTAIN}


def begin(notice: Notice, people: Sequence[Recipient], *, now: datetime) -> None:
    """Once it was said to some people: somebody looks when the first rung is due. Only what is critical climbs."""
    if notice.importance == Importance.CRITICAL:
        dues = {at for _, known in _known(notice, people) for at in rungs(known, now=now).values()}
        if dues:
            owe_climbing(notice.pk, notice.event_id, max(min(dues), now))


def climb(notice_id: UUID, *, now: datetime) -> None:
    """Takes the rungs whose time has come, with some people at a time, and owes itself for the next ones."""
    notice = Notice.objects.select_related("event").filter(pk=notice_id, importance=Importance.CRITICAL).first()
    if notice is None:
        return
    later: set[datetime] = set()
    for people in deliveries.parts([whom for whom, _ in _known(notice)]):
        later |= _climb(notice, people, now=now)
    if later:
        owe_climbing(notice.pk, notice.event_id, min(later))


def left(*, now: datetime) -> list[Notice]:
    """Notices of which somebody should have been told on the next rung a while ago, and was not."""
    live = Notice.objects.filter(importance=Importance.CRITICAL, expires_at__gt=now, made_at__lt=now - LATE)
    return [each for each in live.select_related("event") if _is_late(each, now)]


def _is_late(notice: Notice, now: datetime) -> bool:
    dues = (at for _, known in _known(notice) for at in rungs(known, now=now).values())
    return any(at < now - LATE for at in dues)


@transaction.atomic
def _climb(notice: Notice, people: Sequence[Recipient], *, now: datetime) -> set[datetime]:
    """When the next rungs are due."""
    list(Recipient.objects.select_for_update().filter(pk__in=[each.pk for each in people]).order_by("pk"))
    due: dict[Rung, list[Recipient]] = defaultdict(list)
    later = set()
    for whom, known in _known(notice, people):
        for rung, at in rungs(known, now=now).items():
            if at <= now:
                due[rung].append(whom)
            else:
                later.add(at)
    _text(notice, due[Rung.TEXT], now=now)
    _call(notice, due[Rung.CALL], now=now)
    return later


def _text(notice: Notice, people: Sequence[Recipient], *, now: datetime) -> None:
    new = {"notice": notice, "channel": Channel.SMS, "state": State.QUEUED, "why": Why.CRITICAL}
    rows = [
        Delivery(recipient=each, endpoint=digest_of(each.phone), due_at=now, changed_at=now, **new) for each in people
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        owe_delivering(notice.event_id, now, on=Channel.SMS)


def _call(notice: Notice, people: Sequence[Recipient], *, now: datetime) -> None:
    owners = calls.owners_for(notice.event, len(people))
    new = {"notice": notice, "due_at": now, "made_at": now, "changed_at": now}
    rows = [CallTask(recipient=whom, owner_id=owner, **new) for whom, owner in zip(people, owners, strict=True)]
    CallTask.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        waiting = calls.waiting(notice).count()
        message = f"Nobody said that they read “{notice}”: call {waiting} of those who were to hear it."
        of = Partition(notice.event_id)
        alert(kind="calls_waiting", subject=str(notice.pk), message=message, now=now, of=of)


def _known(notice: Notice, people: Sequence[Recipient] | None = None) -> Iterator[tuple[Recipient, Known]]:
    """Of all who were told and have a number: there is no rung for others, nor for who found it in the list."""
    told = Delivery.objects.filter(notice=notice, channel=Channel.IN_APP).exclude(why=Why.EARLIER)
    hearers = Recipient.objects.filter(deliveries__in=told).exclude(phone="")
    found = list(hearers if people is None else hearers.filter(pk__in=[each.pk for each in people]))
    states: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    rows = Delivery.objects.filter(notice=notice, recipient__in=[each.pk for each in found])
    for whose, channel, state in rows.order_by().values_list("recipient", "channel", "state"):
        states[whose].add((channel, state))
    called = set(CallTask.objects.filter(notice=notice).values_list("recipient", flat=True))
    for each in found:
        yield each, _of(notice, each, states[each.pk], called=each.pk in called)


def _of(notice: Notice, recipient: Recipient, states: set[tuple[str, str]], *, called: bool) -> Known:
    return Known(
        said_at=notice.made_at,
        until=notice.expires_at,
        pushed=any(channel == Channel.PUSH and state in _OPEN for channel, state in states),
        shown=any(state in SEEN for _, state in states),
        read=any(state == State.ACKNOWLEDGED for _, state in states),
        texts=settings.SMS.on and bool(address_of(recipient, Channel.SMS)),
        number=bool(recipient.phone),
        texted=any(channel == Channel.SMS for channel, _ in states),
        called=called,
    )
