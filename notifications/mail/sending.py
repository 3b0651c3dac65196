"""E-mails that are due, by whatever backend of Django's is set."""

import random
import smtplib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from eventsync.jobs.alerts import alert, clear_all
from notifications.carrying import Became, Letter
from notifications.mail import rules
from notifications.mail.words import message_of
from notifications.models import Channel, Delivery
from notifications.push.rules import TRIES
from notifications.rules import State

_AWAY = "mail_away"
# They are about us, not about whom an e-mail is for.
_OURS = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
)


class Mails:
    """Brings e-mails to the mail server, one after the other by one connection."""

    channel = Channel.EMAIL
    at_once = 5

    def __init__(self) -> None:
        self._server: BaseEmailBackend | None = None
        self._took_one = False

    def __enter__(self) -> Self:
        self._server = get_connection()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self._server.close()
        if self._took_one:
            clear_all(kind=_AWAY, subject=settings.MAIL.host, now=timezone.now())

    def units(self, delivery: Delivery) -> int:
        return 1

    def carry(self, letters: Sequence[Letter]) -> Sequence[Became]:
        return [self.post(message_of(each.delivery, each.to), tries=each.delivery.attempts) for each in letters]

    def post(self, message: EmailMessage, *, tries: int) -> Became:
        assert self._server is not None
        try:
            self._server.open()
            self._server.send_messages([message])
        except (smtplib.SMTPException, OSError) as error:
            self._server.close()
            return _judge(error, tries)
        except ValueError:  # an address that no server could read
            return Became(State.FAILED_PERM, error="Its address cannot be written in an e-mail.")
        self._took_one = True
        return Became(State.ACCEPTED)


def _judge(error: Exception, tries: int) -> Became:
    """Of what the server said only its number is kept: its words may repeat whom it was for."""
    code, ours = _code(error), isinstance(error, _OURS)
    now, dice = timezone.now(), random.random()  # noqa: S311 - no secret
    became = rules.outcome(code, ours=ours, tries=tries, now=now, dice=dice)
    host = settings.MAIL.host
    if ours:
        alert(kind="mail_refused", subject=host, message=f"{host} takes no e-mail from us ({code}).", now=now)
    elif code is None and tries >= TRIES:  # it is tried on, so nothing has failed for good that anybody would see
        message = (
            f"{host} cannot be reached. The same e-mail was tried {tries} times; what is over by then is not sent."
        )
        alert(kind=_AWAY, subject=host, message=message, now=now)
    told = f"The mail server answered {code}." if code else f"It could not be reached ({type(error).__name__})."
    return Became(became.state, became.wait, code, told)


def _code(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min((code for code, _ in error.recipients.values()), default=None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
