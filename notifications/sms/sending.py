"""Text messages that are due, as notices on their way to a gateway."""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from eventsync.jobs.alerts import alert
from notifications.carrying import Became, Letter
from notifications.links import link_of
from notifications.models import Channel, Delivery
from notifications.push.rules import ttl
from notifications.rules import Importance
from notifications.sms import rules
from notifications.sms.gateways import Answer, Gateway, Message, gateway
from notifications.sms.words import text_of


class Texts:
    """Brings text messages to the gateway of the settings."""

    channel = Channel.SMS
    at_once = 10  # of what is in hand when a worker dies, nobody knows whether it arrived

    def __init__(self) -> None:
        self._open = ExitStack()
        self._gateway: Gateway | None = None

    def __enter__(self) -> Self:
        self._gateway = self._open.enter_context(gateway())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.__exit__(kind, error, at)

    def units(self, delivery: Delivery) -> int:
        return rules.segments(_text(delivery))

    def carry(self, letters: Sequence[Letter]) -> Sequence[Became]:
        assert self._gateway is not None
        answers = self._gateway.send([_message(each) for each in letters])
        return [judged(answer, tries=each.delivery.attempts) for each, answer in zip(letters, answers, strict=True)]


def _text(delivery: Delivery) -> str:
    notice = delivery.notice
    asks = rules.asks(Importance(notice.importance), must_acknowledge=notice.must_acknowledge)
    link = link_of(delivery.pk) if asks or notice.discreet else ""
    language, breaks = delivery.recipient.language, delivery.breaks_quiet
    return text_of(notice.shown, event=notice.event, language=language, link=link, breaks_quiet=breaks)


def _message(letter: Letter) -> Message:
    useful = ttl(expires_at=letter.delivery.notice.expires_at, now=timezone.now())
    return Message(key=letter.delivery.pk, to=letter.to, text=_text(letter.delivery), ttl=useful)


def judged(answer: Answer, *, tries: int) -> Became:
    """What became of a message. That the gateway takes none from us is an alert."""
    now, dice = timezone.now(), random.random()  # noqa: S311 - no secret
    became = rules.outcome(
        answer.status,
        gone=answer.gone,
        retry_after=answer.retry_after,
        tries=tries,
        now=now,
        dice=dice,
    )
    if became.ours:
        host = urlsplit(settings.SMS.url).netloc
        alert(kind="sms_refused", subject=host, message=f"{host} refuses our text messages ({answer.status}).", now=now)
    return Became(became.state, became.wait, answer.status, _told(answer))


def _told(answer: Answer) -> str:
    if answer.status is None:
        return "It was sent, and no answer came." if answer.gone else "The gateway could not be reached."
    code = f" ({answer.code})" if answer.code else ""
    return "" if 200 <= answer.status < 300 else f"The gateway answered {answer.status}{code}."
