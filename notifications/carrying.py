"""Text messages and e-mails on their way: claimed, paid for, given to whoever brings them, and written down."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.utils import timezone

from notifications import deliveries
from notifications.addresses import digest_of, is_on, typed_by
from notifications.budgets import keeping
from notifications.failing import keeping as failing
from notifications.failing.rules import OFF
from notifications.models import Channel, Delivery
from notifications.rules import State

log = structlog.get_logger(__name__)

SPAN = 30  # seconds that one job is at it; the next goes on
UNWANTED = "They want none any more, or at another number or address."
NO_MONEY = "The budget has no room for it."
_NOT_SENT = {State.FAILED_TEMP, State.FAILED_PERM}


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery, and where it goes."""

    delivery: Delivery
    to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a letter. `wait`: until it is looked at again. `error`: in our words, for those of the other side
    may name whom it was for."""

    state: State
    wait: timedelta | None = None
    status: int | None = None
    error: str = ""


class Carrier(AbstractContextManager["Carrier"], Protocol):
    """Brings letters on one channel. `at_once`: no more than it brings within a minute, whatever happens."""

    channel: Channel
    at_once: int

    def units(self, delivery: Delivery) -> int:
        """How many messages it is billed as."""

    def carry(self, letters: Sequence[Letter]) -> Sequence[Became]:
        """Each has an answer, in their order."""


def send_due(event_id: UUID, carrier: Carrier) -> int:
    """How many it took in hand."""
    run, until, done = uuid4(), time.monotonic() + SPAN, 0
    deliveries.give_back(event_id, on=carrier.channel, now=timezone.now())
    deliveries.send_again(event_id, on=carrier.channel, now=timezone.now())
    if not deliveries.any_due(event_id, on=carrier.channel, now=timezone.now()):
        return 0
    with carrier:
        while time.monotonic() < until:
            mine = deliveries.claim(event_id, on=carrier.channel, by=run, most=carrier.at_once, now=timezone.now())
            if not mine:
                break
            _send(carrier, mine, run)
            done += len(mine)
    return done


def _send(carrier: Carrier, mine: list[Delivery], run: UUID) -> None:
    letters = _paid(carrier, _possible(_wanted(mine, run), run), run)
    _write_all(list(zip(letters, carrier.carry(letters), strict=True)), run)


def _wanted(mine: list[Delivery], run: UUID) -> list[Letter]:
    found = [Letter(each, typed_by(each.recipient, each.channel)) for each in mine]
    wanted = [each for each in found if each.to and digest_of(each.to) == each.delivery.endpoint]
    others, now = [each.delivery.pk for each in found if each not in wanted], timezone.now()
    if others:
        said = {"error": UNWANTED, **deliveries.unwanted(UNWANTED, now=now)}
        deliveries.settle_all(others, State.FAILED_PERM, by=run, now=now, **said)
    return wanted


@transaction.atomic
def _possible(letters: list[Letter], run: UUID) -> list[Letter]:
    """None where somebody switched it off, by mistake or not, while they waited: people must hear of that."""
    if not letters or is_on(letters[0].delivery.channel):
        return letters
    first, keys, now = letters[0].delivery, [each.delivery.pk for each in letters], timezone.now()
    if deliveries.settle_all(keys, State.FAILED_PERM, by=run, now=now, status=None, error=OFF):
        failing.tell(first.notice.event_id, first.channel, now=now)
    return []


@transaction.atomic
def _paid(carrier: Carrier, letters: list[Letter], run: UUID) -> list[Letter]:
    """Those for which there is money; it is taken before they go out, for whoever dies cannot say that they did."""
    if not letters:
        return []
    now, event_id = timezone.now(), letters[0].delivery.notice.event_id
    for each in letters:
        each.delivery.units = carrier.units(each.delivery)
    wanted = [(each.delivery.units, each.delivery.notice.importance) for each in letters]
    paid = keeping.take(event_id, carrier.channel, wanted, now=now)
    for each, fits in zip(letters, paid, strict=True):
        if fits:
            Delivery.objects.filter(pk=each.delivery.pk, claim=run).update(units=each.delivery.units)
        else:
            deliveries.settle(each.delivery.pk, State.OVER_BUDGET, by=run, now=now, error=NO_MONEY)
    return [each for each, fits in zip(letters, paid, strict=True) if fits]


def _write_all(answered: Sequence[tuple[Letter, Became]], run: UUID) -> None:
    """What went out first, each by itself: whatever happens to the others, it does not go out again."""
    for letter, became in answered:
        if became.state not in _NOT_SENT:
            with transaction.atomic():
                _write(letter.delivery, became, run)
    _write_failed([each for each in answered if each[1].state in _NOT_SENT], run)


@transaction.atomic
def _write_failed(answered: Sequence[tuple[Letter, Became]], run: UUID) -> None:
    """With the alert of those that failed for good, so that none is without."""
    failed = [letter.delivery for letter, became in answered if _write(letter.delivery, became, run)]
    if failed:
        failing.tell(failed[0].notice.event_id, failed[0].channel, now=timezone.now())


def _write(delivery: Delivery, became: Became, run: UUID) -> bool:
    """Whether it failed for good."""
    now = timezone.now()
    times: dict[str, datetime] = {"due_at": now + became.wait} if became.wait else {}
    if became.state in {State.ACCEPTED, State.UNCERTAIN}:
        times["accepted_at"] = now
    said: dict[str, Any] = {"status": became.status, "error": became.error}
    if became.state != State.ACCEPTED:
        said |= deliveries.noted(delivery, became.error, now=now)
    written = deliveries.settle(delivery.pk, became.state, by=run, now=now, **said, **times)
    if written and became.state in _NOT_SENT:
        keeping.give_back(delivery.notice.event_id, Channel(delivery.channel), delivery.units)
        Delivery.objects.filter(pk=delivery.pk).update(units=0)
    told = {"channel": delivery.channel, "status": became.status, "became": became.state.value}
    log.info("notice.carried", delivery=str(delivery.pk), **told)
    return written and became.state == State.FAILED_PERM
