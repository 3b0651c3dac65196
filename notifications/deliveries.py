"""Deliveries on their way: each step is a conditional update, so that of two workers one takes it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from notifications.models import Channel, Delivery, Recipient
from notifications.rules import WAITING, Importance, State, ways_to

Row = TypeVar("Row")
_ORDER = Case(*(When(notice__importance=each.value, then=Value(at)) for at, each in enumerate(Importance)))
AT_ONCE = 250  # people
LEASE = timedelta(minutes=2)  # longer than all that is claimed at once can take
LATE = timedelta(minutes=5)  # longer than anything waits for its turn


def move(rows: "QuerySet[Delivery]", to: State, *, now: datetime, **columns: Any) -> int:
    """Moves those that can get there; how many did."""
    free = {"claim": None, "claimed_at": None}
    return rows.filter(state__in=ways_to(to)).update(state=to, changed_at=now, **(free | columns))


def due(event_id: UUID, *, now: datetime) -> "QuerySet[Delivery]":
    """The pushes of an event that are to go out now, what matters most first."""
    ready = Delivery.objects.filter(state__in=(State.QUEUED, State.FAILED_TEMP), due_at__lte=now)
    return ready.filter(notice__event=event_id, channel=Channel.PUSH).order_by(_ORDER, "due_at", "pk")


def claim(event_id: UUID, *, by: UUID, most: int, now: datetime) -> list[Delivery]:
    """Takes up to so many that are due, for one run of a worker; those whose time is over expire instead."""
    expire(event_id, now=now)
    keys = list(due(event_id, now=now).values_list("pk", flat=True)[:most])
    with transaction.atomic():
        claimed = {"claim": by, "claimed_at": now, "attempts": F("attempts") + 1}
        move(Delivery.objects.filter(pk__in=keys), State.SENDING, now=now, **claimed)
    mine = Delivery.objects.filter(pk__in=keys, state=State.SENDING, claim=by)
    return list(mine.select_related("notice__event", "recipient").order_by("due_at", "pk"))


def settle(key: UUID, to: State, *, by: UUID, now: datetime, **columns: Any) -> bool:
    """What became of one that this run has; False when it has not any more, or its phone has said more meanwhile."""
    return move(Delivery.objects.filter(pk=key, claim=by), to, now=now, **columns) == 1


def expire(event_id: UUID, *, now: datetime) -> int:
    over = Delivery.objects.filter(state__in=WAITING, notice__event=event_id, notice__expires_at__lte=now)
    return move(over, State.EXPIRED, now=now)


def give_back(*, now: datetime) -> int:
    """What a run had that ended before it was through is queued again: a phone shows it once all the same."""
    return move(Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - LEASE), State.QUEUED, now=now)


def supersede(rows: "QuerySet[Delivery]", *, now: datetime) -> int:
    return move(rows.filter(channel=Channel.PUSH), State.SUPERSEDED, now=now)


def next_due(event_id: UUID) -> datetime | None:
    """When the next one of an event is to go out."""
    waiting = Delivery.objects.filter(state__in=WAITING, notice__event=event_id, channel=Channel.PUSH)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def any_due(event_id: UUID, *, now: datetime) -> bool:
    return due(event_id, now=now).exists()


def left(*, now: datetime) -> list[UUID]:
    """The events of which something should have gone out a while ago, or is in hand for too long."""
    late = Q(state__in=WAITING, due_at__lt=now - LATE) | Q(state=State.SENDING, claimed_at__lt=now - LEASE)
    rows = Delivery.objects.filter(late, channel=Channel.PUSH)
    return list(rows.order_by().values_list("notice__event", flat=True).distinct())


def heard(key: UUID, said: State, *, now: datetime) -> bool:
    """A phone says that it showed a notice, or that somebody opened or read it; False when that is no news."""
    return move(Delivery.objects.filter(pk=key), said, now=now) == 1


def counted(recipients: Sequence[Recipient], *, since: datetime) -> dict[UUID, int]:
    """How many pushes each was sent since then: one for each notice, however many browsers they have."""
    sent = Delivery.objects.filter(recipient__in=recipients, channel=Channel.PUSH, accepted_at__gte=since)
    found = sent.order_by().values_list("recipient", "notice").distinct()
    return Counter(recipient for recipient, _ in found)


def parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """As many at a time as hold nobody up."""
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))
