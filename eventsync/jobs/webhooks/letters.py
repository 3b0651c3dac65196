"""What a webhook did not take, as dead letters: the job that failed for good, with what it was to send."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.models import Job
from eventsync.jobs.queue import replay
from eventsync.jobs.rights import OF_WEBHOOK, SEE_SENDING, STEER_WEBHOOK
from eventsync.jobs.seeing.dead_jobs import DEAD, cancel_dead, facts_of, fates_of, settled, tell, tries_of
from eventsync.jobs.seeing.letters import Contents, Source, explain, register
from eventsync.jobs.webhooks.models import UNTAKEN, Sending
from eventsync.jobs.webhooks.sending import SEND, discard, revive

_GONE = "Its webhook was deleted."


def _rows() -> QuerySet[Job]:
    return Job.objects.filter(task=SEND)


def _unfold(job: Job) -> Contents:
    sending = _sending(job)
    return Contents(
        payload=sending.body if sending else "",
        facts=[*facts_of(job), *(_facts(sending) if sending else ())],
        tries=list(tries_of(job)),
        whom=f"Whoever needs what “{sending.webhook}” is told." if sending else _GONE,
        links=list(_links(sending)) if sending else (),
    )


def _sending(job: Job) -> Sending | None:
    return Sending.objects.select_related("webhook", "domain_event").filter(pk=job.subject).first()


def _facts(sending: Sending) -> Iterator[tuple[str, str]]:
    yield "Address", sending.webhook.url
    if sending.domain_event:
        yield "Domain event", sending.domain_event.name
    yield "Last answer", f"{sending.status or 'none'} {sending.answer}".strip()
    if sending.webhook.off_at:
        waiting = sending.webhook.sendings.filter(UNTAKEN).count()
        yield "Webhook", f"Off since {sending.webhook.off_at:%Y-%m-%d %H:%M} UTC; {waiting} wait in all."


def _links(sending: Sending) -> Iterator[tuple[str, str]]:
    yield "Its webhook", reverse("admin:jobs_webhook_change", args=[sending.webhook_id])
    yield "This sending", reverse("admin:jobs_sending_change", args=[sending.pk])


@transaction.atomic
def _replay(job: Job, by: str, now: datetime) -> Answer:
    """The same job goes on; a webhook that is off is switched on, and hears of all that waits, in order."""
    sending = _sending(job)
    if sending is None:
        return Answer(done=False, told=f"Nothing was done. {_GONE} Discard it.")
    if not replay(job.pk, now=now):
        return settled(job)
    if revive(sending.pk):
        return Answer(done=True, told=f"“{sending.webhook}” was switched on: this and all that waits is sent.")
    return Answer(done=True, told=f"It is sent to “{sending.webhook}” again, under the same id.")


@transaction.atomic
def _discard(job: Job, by: str, reason: str, now: datetime) -> Answer:
    if not cancel_dead(job, by, reason, now):
        return settled(job)
    sending = _sending(job)
    if sending:
        discard(sending, now=now)
    off = f" “{sending.webhook}” is still switched off." if sending and sending.webhook.off_at else ""
    return Answer(done=True, told=f"Discarded: it is not sent. It is kept, with your reason.{off}")


explain(
    SEND,
    what="Another system did not take what was sent to it.",
    owner="Whoever runs the other system",
    step="Ask them. Once it works, replay it: its webhook is switched on, and all that waits is sent.",
    whom="Whoever reads what the other system shows.",
)
register(
    Source(
        kind="webhook",
        one="message to another system",
        many="messages to other systems",
        sees=SEE_SENDING,
        acts=STEER_WEBHOOK,
        belongs=OF_WEBHOOK,
        rows=_rows,
        waits=DEAD,
        at="finished_at",
        words=("error",),
        ids=("pk", "subject", "correlation"),
        tell=tell,
        unfold=_unfold,
        replay=_replay,
        discard=_discard,
        fates=fates_of,
    )
)
