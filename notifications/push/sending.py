"""Pushes what is due of an event: claimed, sent, and written down, some at a time."""

import random
import time
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.utils import timezone

from eventsync.jobs.alerts import alert
from notifications import deliveries
from notifications.models import Channel, Delivery, Subscription
from notifications.push import payload, rules
from notifications.push.rules import Outcome
from notifications.rules import Importance, State

if TYPE_CHECKING:
    from notifications.push.posting import Answer, Push, Sender

log = structlog.get_logger(__name__)

AT_ONCE = 100
UNWANTED = "This browser wants none any more."
SPAN = 30  # seconds that one job is at it; the next goes on


def send_due(event_id: UUID) -> int:
    """How many it took in hand. What a run had that died is sent again: a phone shows it once."""
    run, until, done = uuid4(), time.monotonic() + SPAN, 0
    deliveries.give_back(now=timezone.now())
    if not deliveries.any_due(event_id, on=Channel.PUSH, now=timezone.now()):
        return 0
    from notifications.push.posting import Sender  # noqa: PLC0415 - each command would wait for aiohttp and pywebpush

    with Sender(at=int(timezone.now().timestamp())) as sender:
        while time.monotonic() < until:
            mine = deliveries.claim(event_id, on=Channel.PUSH, by=run, most=AT_ONCE, now=timezone.now())
            if not mine:
                break
            _send(sender, mine, run)
            done += len(mine)
    return done


def _send(sender: "Sender", mine: list[Delivery], run: UUID) -> None:
    """Written down all at once: where that cannot be, all are sent again."""
    now, addresses = timezone.now(), _addresses(mine)
    by_key = {each.pk: each for each in mine}
    pushes = [_push(each, addresses[each.endpoint], now) for each in mine if each.endpoint in addresses]
    said = {by_key[push.key]: answer for push, answer in sender.send(pushes)}
    long = [each for each, answer in said.items() if _judge(each, answer).too_long]
    fewer = [_push(each, addresses[each.endpoint], now, short=True) for each in long]
    said |= {by_key[push.key]: answer for push, answer in sender.send(fewer)}
    with transaction.atomic():
        for each in mine:
            if each in said:
                _write(each, said[each], addresses[each.endpoint].endpoint, run)
            else:
                deliveries.settle(each.pk, State.FAILED_PERM, by=run, now=now, error=UNWANTED)


def _addresses(mine: list[Delivery]) -> dict[str, Subscription]:
    event = mine[0].notice.event_id
    rows = Subscription.objects.filter(event=event, digest__in={each.endpoint for each in mine})
    return {each.digest: each for each in rows}


def _push(delivery: Delivery, to: Subscription, now: datetime, *, short: bool = False) -> "Push":
    from notifications.push.posting import Push  # noqa: PLC0415 - the same

    return Push(
        key=delivery.pk,
        endpoint=to.endpoint,
        p256dh=to.p256dh,
        auth=to.auth,
        body=payload.short(delivery) if short else payload.payload(delivery),
        ttl=rules.ttl(expires_at=delivery.notice.expires_at, now=now),
        urgency=rules.URGENCY[Importance(delivery.notice.importance)],
        topic=rules.topic(payload.tag_of(delivery)),
    )


def _judge(delivery: Delivery, answer: "Answer") -> Outcome:
    if answer.unreadable:
        return Outcome(State.FAILED_PERM, gone=True)
    now, dice = timezone.now(), random.random()  # noqa: S311 - no secret
    return rules.outcome(answer.status, retry_after=answer.retry_after, tries=delivery.attempts, now=now, dice=dice)


def _write(delivery: Delivery, answer: "Answer", endpoint: str, run: UUID) -> None:
    now, became = timezone.now(), _judge(delivery, answer)
    accepted = became.state == State.ACCEPTED
    said = {"status": answer.status, "error": "" if accepted else answer.text[:200]}
    times = {"accepted_at": now} if accepted else {"due_at": now + became.wait} if became.wait else {}
    deliveries.settle(delivery.pk, became.state, by=run, now=now, **said, **times)
    log.info("push.sent", delivery=str(delivery.pk), status=answer.status, became=became.state.value)
    if became.gone:
        Subscription.objects.filter(event=delivery.notice.event_id, digest=delivery.endpoint).delete()
    if became.ours:
        _alert(endpoint, answer, now)


def _alert(endpoint: str, answer: "Answer", now: datetime) -> None:
    host = urlsplit(endpoint).netloc
    message = f"{host} refuses our pushes ({answer.status}). {answer.text}"[:1000]
    alert(kind="push_refused", subject=host, message=message, now=now)
