"""A code on its way to a number or an address, within the event's budget."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.core.mail import EmailMessage
from django.utils import timezone

from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from notifications.budgets import keeping
from notifications.carrying import Became
from notifications.confirming import codes
from notifications.confirming.rules import LIFE, State
from notifications.mail.sending import Mails
from notifications.mail.words import headers_of
from notifications.models import Channel, Confirmation
from notifications.pages.words import WORDS
from notifications.rules import Importance
from notifications.rules import State as Delivered
from notifications.sms import rules, sending
from notifications.sms.gateways import Message, gateway

log = structlog.get_logger(__name__)

RETRIES = tuple(timedelta(seconds=each) for each in (5, 20, 60))


class NotSent(Exception):
    """The gateway or the mail server took no code just now."""


@task(codes.CODE, Policy(announced=False, retries=RETRIES, expires_after=LIFE))
def send_code(key: UUID) -> None:
    """Whoever dies in the middle of it sends the same code again."""
    row = Confirmation.objects.select_related("recipient__event").filter(pk=key, state=State.ASKED).first()
    if row is None:
        return
    event_id, channel, text = row.recipient.event_id, Channel(row.channel), _text(row)
    units = rules.segments(text) if channel == Channel.SMS else 1
    if not keeping.take(event_id, channel, [(units, Importance.NORMAL)], now=timezone.now())[0]:
        codes.failed(row)
        return
    became = _sent_by_sms(row, text) if channel == Channel.SMS else _sent_by_mail(row, text)
    log.info("code.sent", confirmation=str(key), channel=row.channel, status=became.status, became=became.state.value)
    if became.state in {Delivered.ACCEPTED, Delivered.UNCERTAIN}:
        codes.sent(row)
        return
    keeping.give_back(event_id, channel, units)
    if became.state == Delivered.FAILED_TEMP:
        raise NotSent(became.error)
    codes.failed(row)


def _text(row: Confirmation) -> str:
    said = WORDS[row.recipient.language]["code_text"].format(code=codes.code_of(row))
    return rules.plain(f"{row.recipient.event.name}\n{said}")


def _sent_by_sms(row: Confirmation, text: str) -> Became:
    with gateway() as through:
        [answer] = through.send([Message(key=row.pk, to=row.address, text=text, ttl=int(LIFE.total_seconds()))])
    return sending.judged(answer, tries=1)


def _sent_by_mail(row: Confirmation, text: str) -> Became:
    event, _, said = text.partition("\n")
    headers = headers_of(row.pk, row.recipient.language)
    message = EmailMessage(subject=f"{event}: {said}", body=f"{said}\n", to=[row.address], headers=headers)
    with Mails() as server:
        return server.post(message, tries=1)
