"""Pushes what is due of an event: claimed, sent, and written down, some at a time."""

import random
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.utils import timezone

from eventsync.jobs.alerts import alert
from eventsync.sync import epoch
from notifications import deliveries
from notifications.failing import keeping as failing
from notifications.failing.words import answer_of
from notifications.models import Channel, Delivery, Subscription
from notifications.push import payload, rules
from notifications.push.rules import Outcome
from notifications.rules import Importance, State

if TYPE_CHECKING:
    from notifications.push.posting import Answer, Push, Sender

    Said = dict[Delivery, tuple[Answer, Outcome]]

log = structlog.get_logger(__name__)

AT_ONCE = 100
UNWANTED = "This browser wants none any more."
SPAN = 30  # seconds that one job is at it; the next goes on


def send_due(event_id: UUID) -> int:
    """How many it took in hand. What a run had that died is sent again: a phone shows it once."""
    run, until, done = uuid4(), time.monotonic() + SPAN, 0
    deliveries.give_back(event_id, on=Channel.PUSH, now=timezone.now())
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
    now, addresses, life = timezone.now(), _addresses(mine), str(epoch.current())[:8]
    wanted = [each for each in mine if each.endpoint in addresses]
    said = _ask(sender, {each: _push(each, addresses[each.endpoint], life, now) for each in wanted})
    long = [each for each, (_, became) in said.items() if became.too_long]
    said |= _ask(sender, {each: _push(each, addresses[each.endpoint], life, now, short=True) for each in long})
    unwanted = [each.pk for each in mine if each not in said]
    with transaction.atomic():
        none = deliveries.unwanted(UNWANTED, now=now)
        deliveries.settle_all(unwanted, State.FAILED_PERM, by=run, now=now, error=UNWANTED, **none)
        _write_accepted(said, run)
        others = [(each, *found) for each, found in said.items() if found[1].state != State.ACCEPTED]
        failed = [_write(*each, addresses[each[0].endpoint].endpoint, run) for each in others]
        if any(failed):
            failing.tell(mine[0].notice.event_id, Channel.PUSH, now=now)
    for each, (answer, became) in said.items():
        log.info("push.sent", delivery=str(each.pk), status=answer.status, became=became.state.value)


def _ask(sender: "Sender", pushes: "Mapping[Delivery, Push]") -> "Said":
    by_key = {push.key: each for each, push in pushes.items()}
    answers = ((by_key[push.key], answer) for push, answer in sender.send(pushes.values()))
    return {each: (answer, judge(answer, tries=each.attempts)) for each, answer in answers}


def _addresses(mine: list[Delivery]) -> dict[str, Subscription]:
    event = mine[0].notice.event_id
    rows = Subscription.objects.filter(event=event, digest__in={each.endpoint for each in mine})
    return {each.digest: each for each in rows}


def _push(delivery: Delivery, to: Subscription, life: str, now: datetime, *, short: bool = False) -> "Push":
    from notifications.push.posting import Push  # noqa: PLC0415 - the same

    return Push(
        key=delivery.pk,
        endpoint=to.endpoint,
        p256dh=to.p256dh,
        auth=to.auth,
        body=payload.short(delivery, life) if short else payload.payload(delivery, life),
        ttl=rules.ttl(expires_at=delivery.notice.expires_at, now=now),
        urgency=rules.URGENCY[Importance(delivery.notice.importance)],
        topic=rules.topic(payload.tag_of(delivery)),
    )


def judge(answer: "Answer", *, tries: int) -> Outcome:
    """`tries`: with this one."""
    if answer.unreadable:
        return Outcome(State.FAILED_PERM, gone=True)
    now, dice = timezone.now(), random.random()  # noqa: S311 - no secret
    return rules.outcome(answer.status, retry_after=answer.retry_after, tries=tries, now=now, dice=dice)


def _write_accepted(said: "Said", run: UUID) -> None:
    """Nearly all are, and alike: one statement for them."""
    now, alike = timezone.now(), defaultdict(list)
    for each, (answer, became) in said.items():
        if became.state == State.ACCEPTED:
            alike[answer.status].append(each.pk)
    for status, keys in alike.items():
        deliveries.settle_all(keys, State.ACCEPTED, by=run, now=now, accepted_at=now, status=status, error="")


def _write(delivery: Delivery, answer: "Answer", became: Outcome, endpoint: str, run: UUID) -> bool:
    """Whether it failed for good, and somebody is to look at it: not where the browser wants none any more."""
    now, text = timezone.now(), answer.text[:200]
    times = {"due_at": now + became.wait} if became.wait else {}
    unwanted = became.gone and not answer.unreadable
    said = deliveries.noted(delivery, answer_of(status=answer.status, error=text), now=now)
    said |= {"status": answer.status, "error": text, **times}
    said |= deliveries.unwanted(UNWANTED, now=now) if unwanted else {}
    written = deliveries.settle(delivery.pk, became.state, by=run, now=now, **said)
    if became.gone:
        Subscription.objects.filter(event=delivery.notice.event_id, digest=delivery.endpoint).delete()
    if became.ours:
        refused(endpoint, answer, now)
    return written and became.state == State.FAILED_PERM and not unwanted


def refused(endpoint: str, answer: "Answer", now: datetime) -> None:
    """Somebody must look at what we send."""
    host = urlsplit(endpoint).netloc
    message = f"{host} refuses our pushes ({answer.status}). {answer.text}"[:1000]
    alert(kind="push_refused", subject=host, message=message, now=now)
