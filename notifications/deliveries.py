"""Deliveries on their way: each step is a conditional update, so that of two workers one takes it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When

from notifications.failing import keeping as failing
from notifications.failing.rules import MISSED
from notifications.ladder import calls
from notifications.models import Channel, Delivery, Notice, Recipient
from notifications.rules import SEEN, WAITING, Importance, State, Why, ways_to

Row = TypeVar("Row")
_ORDER = Case(*(When(notice__importance=each.value, then=Value(at)) for at, each in enumerate(Importance)))
_NOTICES = Prefetch("notice", Notice.objects.select_related("event"))  # each once, however many it goes to
MOST_UNSURE = 3  # times that somebody gets the same text message for their safety, at worst
MOST_TRIED = 20  # answers that are kept of one
AT_ONCE = 250  # people
LEASE = timedelta(minutes=2)  # longer than all that is claimed at once can take
LATE = timedelta(minutes=5)  # longer than anything waits for its turn


def move(rows: "QuerySet[Delivery]", to: State, *, now: datetime, **columns: Any) -> int:
    """Moves those that can get there; how many did."""
    free = {"claim": None, "claimed_at": None}
    return rows.filter(state__in=ways_to(to)).update(state=to, changed_at=now, **(free | columns))


def due(event_id: UUID, *, on: str, now: datetime) -> "QuerySet[Delivery]":
    """Those of an event that are to go out now on a channel, what matters most first."""
    ready = Delivery.objects.filter(state__in=(State.QUEUED, State.FAILED_TEMP), due_at__lte=now)
    return ready.filter(notice__event=event_id, channel=on).order_by(_ORDER, "due_at", "pk")


def claim(event_id: UUID, *, on: str, by: UUID, most: int, now: datetime) -> list[Delivery]:
    """Takes up to so many that are due, for one run of a worker; those whose time is over expire instead."""
    expire(event_id, now=now)
    keys = list(due(event_id, on=on, now=now).values_list("pk", flat=True)[:most])
    with transaction.atomic():
        claimed = {"claim": by, "claimed_at": now, "attempts": F("attempts") + 1}
        move(Delivery.objects.filter(pk__in=keys), State.SENDING, now=now, **claimed)
    mine = Delivery.objects.filter(pk__in=keys, state=State.SENDING, claim=by)
    whole = mine.select_related("recipient").prefetch_related(_NOTICES)
    return list(whole.order_by(_ORDER, "due_at", "pk"))


def settle(key: UUID, to: State, *, by: UUID, now: datetime, **columns: Any) -> bool:
    """What became of one that this run has; False when it has not any more, or its phone has said more meanwhile."""
    return settle_all([key], to, by=by, now=now, **columns) == 1


def settle_all(keys: Sequence[UUID], to: State, *, by: UUID, now: datetime, **columns: Any) -> int:
    """The same of several of which the same became; of how many it is true."""
    return move(Delivery.objects.filter(pk__in=keys, claim=by), to, now=now, **columns)


def noted(delivery: Delivery, said: str, *, now: datetime) -> dict[str, Any]:
    """The columns that keep what was answered at a try that failed."""
    return {"tried": [*(delivery.tried or ()), {"at": now.isoformat(), "said": said}][-MOST_TRIED:]}


def unwanted(why: str, *, now: datetime) -> dict[str, Any]:
    """The columns of one that failed because they want none there any more: nobody need look at it."""
    return {"closed_at": now, "closed_why": why}


def expire(event_id: UUID, *, now: datetime) -> int:
    """What is of no use any more. What nobody took in time failed, and somebody hears of it, unless they saw it
    elsewhere."""
    over = Delivery.objects.filter(state__in=WAITING, notice__event=event_id, notice__expires_at__lte=now)
    late = Q(state=State.FAILED_TEMP) | Q(state=State.QUEUED, due_at__lt=F("notice__expires_at") - LATE)
    seen = Delivery.objects.filter(notice=OuterRef("notice"), recipient=OuterRef("recipient"), state__in=SEEN)
    missed = over.filter(late, ~Exists(seen))
    for channel in list(missed.order_by().values_list("channel", flat=True).distinct()):
        _miss(missed.filter(channel=channel), event_id, channel, now)
    return move(over, State.EXPIRED, now=now)


@transaction.atomic
def _miss(rows: "QuerySet[Delivery]", event_id: UUID, channel: str, now: datetime) -> None:
    if move(rows, State.FAILED_PERM, now=now, error=MISSED):
        failing.tell(event_id, channel, now=now)


def give_back(event_id: UUID, *, on: str, now: datetime) -> int:
    """What a run had that ended before it was through is queued again: a phone shows it once all the same.

    A text message may have gone out, and would be there twice. Only what whoever asks will send now: of another event
    or channel nobody would know that it waits.
    """
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - LEASE, notice__event=event_id, channel=on)
    if on == Channel.SMS:
        return move(lost, State.UNCERTAIN, now=now, due_at=now)
    return move(lost, State.QUEUED, now=now)


def send_again(event_id: UUID, *, on: str, now: datetime) -> int:
    """Text messages of which nobody knows whether they arrived, where somebody's safety may depend on it."""
    unsure = Delivery.objects.filter(_unsure(now), notice__event=event_id, channel=on, due_at__lte=now)
    return move(unsure, State.QUEUED, now=now, why=Why.AGAIN.value)


def _unsure(now: datetime) -> Q:
    critical = Q(notice__importance=Importance.CRITICAL, notice__expires_at__gt=now)
    return critical & Q(state=State.UNCERTAIN, attempts__lt=MOST_UNSURE)


def _to_come(now: datetime) -> Q:
    return Q(state__in=WAITING) | _unsure(now)


def supersede(rows: "QuerySet[Delivery]", *, now: datetime) -> int:
    return move(rows.exclude(channel=Channel.IN_APP), State.SUPERSEDED, now=now)


def next_due(event_id: UUID, *, on: str, now: datetime) -> datetime | None:
    """When the next one of an event is to go out on a channel."""
    waiting = Delivery.objects.filter(_to_come(now), notice__event=event_id, channel=on)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def any_due(event_id: UUID, *, on: str, now: datetime) -> bool:
    return due(event_id, on=on, now=now).exists()


def left(*, now: datetime) -> list[tuple[UUID, str]]:
    """The events and channels of which something should have gone out a while ago, or is in hand for too long."""
    late = (_to_come(now) & Q(due_at__lt=now - LATE)) | Q(state=State.SENDING, claimed_at__lt=now - LEASE)
    rows = Delivery.objects.filter(late)
    return list(rows.order_by().values_list("notice__event", "channel").distinct())


@transaction.atomic
def heard(delivery: Delivery, to: State, *, now: datetime) -> bool:
    """A phone says that it showed a notice, or that somebody opened or read it; False when that is no news.

    What is shown is shown in one place. Who has read it has read it wherever it went, and is told it no more.
    """
    rows = Delivery.objects.filter(notice=delivery.notice_id, recipient=delivery.recipient_id)
    news = move(rows.filter(pk=delivery.pk) if to == State.DISPLAYED else rows, to, now=now) > 0
    # A phone may be quicker than whoever writes down that it went out, or ours is the answer that was lost.
    rows.filter(pk=delivery.pk, state__in=SEEN, accepted_at=None).update(accepted_at=now)
    if to == State.ACKNOWLEDGED:
        supersede(rows, now=now)
        calls.read(delivery.notice, delivery.recipient_id, now=now)
    return news


def counted(recipients: Sequence[Recipient], *, since: datetime) -> dict[UUID, int]:
    """How much each was sent since then, or is about to be: one for each notice, on however many ways it goes."""
    gone, goes = Q(accepted_at__gte=since), Q(state__in=(State.QUEUED, State.SENDING, State.FAILED_TEMP))
    sent = Delivery.objects.filter(gone | goes, recipient__in=recipients)
    found = sent.exclude(channel=Channel.IN_APP).order_by().values_list("recipient", "notice").distinct()
    return Counter(recipient for recipient, _ in found)


def parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """As many at a time as hold nobody up."""
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))
