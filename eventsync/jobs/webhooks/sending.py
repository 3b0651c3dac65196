"""Each domain event goes to each webhook that hears of it: once it is taken it is done, until then it is tried again.

One after the other for each webhook, so that it hears of things in order; a webhook makes nobody else wait. One that
failed for three days, or says that it is gone, is switched off; what happens then waits until somebody switches it on.
Few jobs of each webhook wait at a time, and the rest as rows: one that takes nothing must not make the queue long.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from eventsync.ids import uuid7
from eventsync.jobs import spans
from eventsync.jobs.alerts import alert, clear_all
from eventsync.jobs.chores import chore
from eventsync.jobs.corrections.contents import Content
from eventsync.jobs.corrections.queries import in_place_of
from eventsync.jobs.models import UNCLAIMED, UNFINISHED, DomainEvent, Job
from eventsync.jobs.publishing import carrier
from eventsync.jobs.queue import Permanent, cancel, enqueue, replay, task, when_ended
from eventsync.jobs.rules import RETRIES, Partition, Policy
from eventsync.jobs.webhooks.envelope import CONTENT_TYPE, around, envelope, problem_with
from eventsync.jobs.webhooks.models import UNTAKEN, Sending, Webhook
from eventsync.jobs.webhooks.signing import signed
from eventsync.rows.lookup import any_row

if TYPE_CHECKING:
    from eventsync.jobs.webhooks.posting import Answer

log = structlog.get_logger(__name__)

SEND = "webhooks.send"  # the job
OFF = "webhook_off"  # the alert
GONE = 410
AT_ONCE = 20  # jobs of one webhook
_HOURS = (1, 2, 4, 8, 12, 23, 23)
POLICY = Policy(
    retries=(*RETRIES, timedelta(minutes=5), timedelta(minutes=30), *(timedelta(hours=each) for each in _HOURS)),
    ordered=True,
    announced=False,  # or what is sent would be told, and sent
)


class NotTaken(Exception):
    """The other side did not say that it has it."""


@carrier
def carry(rows: Sequence[DomainEvent]) -> None:
    """Writes what each webhook hears of, in the publisher's transaction, which waits for nobody. Mostly none does."""
    if not any_row(Webhook):
        return
    for webhook in Webhook.objects.all():
        heard = [row for row in rows if _hears(webhook, row)]
        if heard:
            _write(webhook, [_sending(webhook, row) for row in heard])


def _hears(webhook: Webhook, row: DomainEvent) -> bool:
    return webhook.event_id in {None, row.event_id} and (not webhook.names or row.name in webhook.names)


def _sending(webhook: Webhook, row: DomainEvent) -> Sending:
    now = timezone.now()
    return Sending(
        id=UUID(uuid7(now)),
        webhook=webhook,
        domain_event=row,
        correlation=row.correlation,
        body=envelope(row),
        created_at=now,
    )


def _write(webhook: Webhook, sendings: Iterable[Sending]) -> None:
    """They are owed after the commit: the turn that their order needs is not held while a publisher is at work."""
    Sending.objects.bulk_create(sendings)
    transaction.on_commit(partial(_owe_more, webhook), robust=True)


@transaction.atomic
def _owe_more(webhook: Webhook) -> None:
    """The oldest first, as many as there is room for."""
    if webhook.off_at is None and (room := _room(webhook)) > 0:
        _enqueue(webhook, _unowed(webhook).order_by("id")[:room])


def _unowed(webhook: Webhook) -> QuerySet[Sending]:
    return Sending.objects.filter(UNTAKEN, webhook=webhook, owed_at=None)


def _room(webhook: Webhook) -> int:
    mine = Job.objects.filter(task=SEND, partition=webhook.partition, state__in=UNFINISHED, finished_at=None)
    return AT_ONCE - mine.count()


def _enqueue(webhook: Webhook, sendings: Iterable[Sending]) -> None:
    for each in sendings:
        whose = Partition(webhook.event_id, name=webhook.partition)
        enqueue(SEND, each.id, partition=whose, correlation=each.correlation, dedupe=str(each.id))
        Sending.objects.filter(id=each.id, owed_at=None).update(owed_at=timezone.now())


def _body(sending_id: UUID) -> str | None:
    return Sending.objects.filter(id=sending_id).values_list("body", flat=True).first()


def _problem(sending_id: UUID, said: str) -> str:
    return problem_with(Sending.objects.select_related("domain_event").get(id=sending_id), said)


def revive(sending_id: UUID) -> bool:
    """Its webhook hears of it, and of all that waits; False when it was on."""
    sending = Sending.objects.select_related("webhook").filter(id=sending_id).first()
    return sending is not None and switch_on(sending.webhook)


@task(SEND, POLICY, Content(stored=_body, problem=_problem, revive=revive))
def send(sending_id: UUID) -> None:
    """Nothing, when it is over or its webhook is off by now."""
    sending = Sending.objects.select_related("webhook").filter(UNTAKEN, id=sending_id).first()
    if sending is None or sending.webhook.off_at is not None:
        return
    status = _go(sending)
    if status == GONE:
        raise Permanent("It says that it is gone for good (410).")
    if not 200 <= status < 300:
        raise NotTaken(f"It answered {status}.")


def _go(sending: Sending) -> int:
    """The HTTP status that came back, which is noted with what it said. Raises when none did, and notes that."""
    from eventsync.jobs.webhooks.posting import NeverSent, NotSent  # noqa: PLC0415 - each command would wait for aiohttp

    try:
        answer = _post(sending)
    except NeverSent as error:
        _note(sending, status=None, answer=str(error))
        raise Permanent(str(error)) from None
    except NotSent as error:
        _note(sending, status=None, answer=str(error))
        raise
    _note(sending, status=answer.status, answer=answer.text, taken_at=timezone.now() if answer.taken else None)
    return answer.status


def _post(sending: Sending) -> "Answer":
    from eventsync.jobs.webhooks.posting import post  # noqa: PLC0415 - the same

    now, body = timezone.now(), in_place_of(sending.body, task=SEND, subject=sending.pk).encode()
    headers = signed(secret=sending.webhook.secret, key=str(sending.id), at=int(now.timestamp()), body=body)
    with _trying(sending) as span:
        traced = {"content-type": CONTENT_TYPE, "traceparent": span.traceparent, **headers}
        answer = post(sending.webhook.url, body=body, headers=traced)
        span.says["http.response.status_code"] = answer.status
        span.failed = "" if answer.taken else str(answer.status)
        return answer


def _note(sending: Sending, **said: object) -> None:
    """What came of the last time that it went out, for whoever looks."""
    Sending.objects.filter(id=sending.id, taken_at=None).update(**said)


@contextmanager
def _trying(sending: Sending) -> Iterator[spans.Span]:
    """One line of the log for each time that it goes out, and one span."""
    about = {"eventsync.webhook": str(sending.webhook_id), "eventsync.sending": str(sending.id)}
    with spans.span("webhook", {"http.request.method": "POST", **about}, kind="CLIENT") as here:
        began = time.monotonic()
        try:
            yield here
        finally:
            status = here.says.get("http.response.status_code")
            taken = status is not None and not here.failed
            (log.info if taken else log.warning)(
                "webhook.sent",
                webhook=str(sending.webhook_id),
                sending=str(sending.id),
                status=status,
                taken=taken,
                ms=round((time.monotonic() - began) * 1000, 1),
            )


@chore(every=timedelta(minutes=1))
def owe_what_was_left(now: datetime) -> None:
    """What was not owed after its commit, or was written just when the last before it ended."""
    for webhook in Webhook.objects.filter(off_at=None, id__in=Sending.objects.filter(owed_at=None).values("webhook")):
        _owe_more(webhook)


@when_ended
def go_on(job: Job, state: str) -> None:
    """What cannot be sent to a webhook is no reason to try the next."""
    sending = Sending.objects.select_related("webhook").filter(id=job.subject).first() if job.task == SEND else None
    if sending is None:
        return
    if state == Job.State.DONE:
        _owe_more(sending.webhook)
    elif sending.domain_event_id or job.failures < POLICY.attempts:  # that a test is not taken keeps nothing back
        error = job.tries.order_by("-number").values_list("error", flat=True).first() or ""
        days = "It did not take what was sent for three days. " if job.failures >= POLICY.attempts else ""
        switch_off(sending.webhook, why=f"{days}{error}"[:500], by_itself=True)


def switch_off(webhook: Webhook, *, why: str, by_itself: bool = False) -> bool:
    """False when it is off already. What waits goes on waiting, and is owed to nobody."""
    now = timezone.now()
    with transaction.atomic():
        if not Webhook.objects.filter(id=webhook.id, off_at=None).update(off_at=now, off_why=why):
            return False
        for job in Job.objects.filter(task=SEND, partition=webhook.partition, state__in=UNCLAIMED):
            cancel(job.id, why="The webhook was switched off.", now=now)
        if by_itself:
            _alert(webhook, why, now)
    return True


def _alert(webhook: Webhook, why: str, now: datetime) -> None:
    message = f"Nothing is sent to {webhook} any more. {why} What happens meanwhile waits. Switch it on once it works."
    alert(kind=OFF, subject=str(webhook.id), message=message, now=now, of=Partition(webhook.event_id))


def switch_on(webhook: Webhook) -> bool:
    """False when it is on. Everything that it has not taken is owed to it, the oldest first."""
    with transaction.atomic():
        if not Webhook.objects.filter(id=webhook.id).exclude(off_at=None).update(off_at=None, off_why=""):
            return False
        webhook.refresh_from_db()
        _replay_dead(partition=webhook.partition)
        webhook.sendings.filter(UNTAKEN).update(owed_at=None)
        _owe_more(webhook)
        clear_all(kind=OFF, subject=str(webhook.id), now=timezone.now())
    return True


def send_again(sending: Sending) -> bool:
    """Owes it once more, under the same id, though it was taken; what waits there for its next try is tried now, too,
    before it. False when its webhook is off."""
    if sending.webhook.off_at is not None:
        return False
    with transaction.atomic():
        there = Q(partition=sending.webhook.partition) | Q(subject=sending.id)
        Job.objects.filter(there, task=SEND, state=Job.State.RETRY_WAIT).update(due_at=timezone.now())
        Sending.objects.filter(id=sending.id).update(taken_at=None, discarded_at=None, status=None, answer="")
        _replay_dead(subject=sending.id)
        _enqueue(sending.webhook, [sending])
    return True


def _replay_dead(**of: object) -> None:
    """What waits under the same words is not owed twice: a job that failed for good goes on, with all its attempts."""
    for key in Job.objects.filter(task=SEND, state=Job.State.DEAD, **of).values_list("pk", flat=True):
        replay(key, now=timezone.now())


@transaction.atomic
def try_again(job_id: UUID, *, now: datetime) -> bool:
    """A job that failed for good, and switches its webhook on; False when it is not dead any more."""
    if done := replay(job_id, now=now):
        revive(Job.objects.get(id=job_id).subject)
    return done


@transaction.atomic
def give_up(job_id: UUID, *, why: str, by: str, now: datetime) -> bool:
    """Takes a job back, and what it was to send; False when it neither waits nor failed."""
    if done := cancel(job_id, why=why, by=by, now=now):
        of_it = Job.objects.filter(id=job_id).values("subject")
        Sending.objects.filter(UNTAKEN, id__in=of_it).update(discarded_at=now)
    return done


def discard(sending: Sending, *, now: datetime) -> bool:
    """Says that this one is never to be sent, so that those after it can be; False when it is over."""
    return Sending.objects.filter(UNTAKEN, id=sending.id).update(discarded_at=now) == 1


def send_test(webhook: Webhook) -> Sending:
    """A message that says nothing but that messages arrive. It waits for none that was not taken."""
    now = timezone.now()
    key = uuid7(now)
    body = around(key, "eventsync.test.v1", now, {"message": f"A test for {webhook}."})
    made = {"correlation": UUID(key), "body": json.dumps(body), "created_at": now, "owed_at": now}
    with transaction.atomic():
        sending = Sending.objects.create(id=UUID(key), webhook=webhook, **made)
        beside = Partition(webhook.event_id, name=f"webhook-test:{key}")
        enqueue(SEND, sending.id, partition=beside, correlation=sending.correlation, dedupe=key)
    return sending
