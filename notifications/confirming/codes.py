"""From a number or an address that somebody typed in to one that is theirs. Until then nothing else goes there."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from eventsync.jobs.alerts import alert, clear_all
from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition
from notifications.addresses import digest_of, number_of
from notifications.confirming import rules
from notifications.confirming.rules import OPEN, Refusal, State
from notifications.models import Channel, Confirmation, Recipient
from notifications.models.recipients import NUMBER

CODE = "notifications.code"
FIELDS = {Channel.SMS: "phone", Channel.EMAIL: "email"}
_NAMES = {Channel.SMS: "numbers", Channel.EMAIL: "e-mail addresses"}
_CHECKS: dict[Channel, tuple[Callable[[str], None], Refusal]] = {
    Channel.SMS: (RegexValidator(NUMBER), Refusal.NO_NUMBER),
    Channel.EMAIL: (validate_email, Refusal.NO_ADDRESS),
}


def code_of(row: Confirmation) -> str:
    """It is kept nowhere: only the server can make it."""
    return rules.code_from(salted_hmac("notifications.code", str(row.pk), algorithm="sha256").hexdigest())


def waiting(recipient: Recipient, channel: Channel, *, now: datetime) -> Confirmation | None:
    """The code that somebody can type in now."""
    return _open(recipient, channel).filter(asked_at__gt=now - rules.LIFE, tries__lt=rules.TRIES).first()


def last(recipient: Recipient, channel: Channel) -> Confirmation | None:
    """The newest that was asked for, whatever became of it."""
    return Confirmation.objects.filter(recipient=recipient, channel=channel).order_by("-asked_at").first()


@transaction.atomic
def ask(recipient: Recipient, channel: Channel, typed: str, *, now: datetime) -> Refusal | None:
    """Has a code sent there. None: it is on its way."""
    address = number_of(typed) if channel == Channel.SMS else typed.strip()
    check, refusal = _CHECKS[channel]
    try:
        check(address)
    except ValidationError:
        return refusal
    Recipient.objects.select_for_update().get(pk=recipient.pk)
    if _open(recipient, channel).filter(address=address, asked_at__gt=now - rules.TWICE).exists():
        return None
    if _too_many(recipient, digest_of(address), now) or _too_many_at_event(recipient, channel, now):
        return Refusal.TOO_MANY
    _end(_open(recipient, channel), State.OVER)
    new = {"channel": channel, "address": address, "digest": digest_of(address), "state": State.ASKED, "asked_at": now}
    row = Confirmation.objects.create(recipient=recipient, **new)
    enqueue(CODE, row.pk, partition=Partition(recipient.event_id))
    return None


def _too_many(recipient: Recipient, digest: str, now: datetime) -> bool:
    rows = Confirmation.objects.filter(recipient__event=recipient.event_id)
    hour = rows.filter(recipient=recipient, asked_at__gt=now - rules.HOUR)
    day = rows.filter(digest=digest, asked_at__gt=now - rules.DAY)
    return hour.count() >= rules.OF_PHONE or day.count() >= rules.TO_ADDRESS


def _too_many_at_event(recipient: Recipient, channel: Channel, now: datetime) -> bool:
    """Leads hear of it: nobody else at the event can have a code either."""
    most, event = rules.AT_EVENT[channel], recipient.event
    rows = Confirmation.objects.filter(recipient__event=event, channel=channel, asked_at__gt=now - rules.HOUR)
    asked, subject = rows.count(), f"{channel} {event.pk}"
    if asked < most:
        if asked < most / 2:  # not at each code while about as many are asked for as may be
            clear_all(kind="codes_many", subject=subject, now=now)
        return False
    told = f"{most} codes for {_NAMES[channel]} were asked for at {event} within an hour. Whoever asks now has to wait."
    alert(kind="codes_many", subject=subject, message=told, now=now, of=Partition(event.pk))
    return True


@transaction.atomic
def confirm(recipient: Recipient, channel: Channel, typed: str, *, now: datetime) -> Refusal | None:
    """None: they are reached there from now on, and nobody else at this event is, for a number rings in one place.

    A code that was right counts again when its button is pressed twice.
    """
    row = waiting(recipient, channel, now=now)
    if row is None:
        return None if _is_done(recipient, channel, typed) else Refusal.OVER
    _alone_with(recipient.event_id, row.digest)
    # Counted before anybody looks, so that of many tries at once none is free.
    if not _open(recipient, channel).filter(pk=row.pk, tries__lt=rules.TRIES).update(tries=F("tries") + 1):
        return Refusal.OVER
    if not _is(row, typed):
        return Refusal.WRONG
    _reach(recipient, FIELDS[channel], row.address)
    _end(_open(recipient, channel), State.DONE)
    return None


def _alone_with(event_id: UUID, digest: str) -> None:
    """Two phones of one family may confirm one number at once: all that wait for it are locked, in one order."""
    rows = Confirmation.objects.filter(recipient__event=event_id, digest=digest)
    list(rows.select_for_update(of=("self",)).order_by("pk"))


def _reach(recipient: Recipient, field: str, address: str) -> None:
    others = Recipient.objects.filter(event=recipient.event_id, **{f"{field}__iexact": address})
    others.exclude(pk=recipient.pk).update(**{field: ""})
    Recipient.objects.filter(pk=recipient.pk).update(**{field: address})


def _is_done(recipient: Recipient, channel: Channel, typed: str) -> bool:
    row, field = last(recipient, channel), FIELDS[channel]
    reached = Recipient.objects.filter(pk=recipient.pk).exclude(**{field: ""}).exists()
    return reached and row is not None and row.state == State.DONE and _is(row, typed)


def _is(row: Confirmation, typed: str) -> bool:
    return constant_time_compare(rules.digits_of(typed), code_of(row))


@transaction.atomic
def take_away(recipient: Recipient, channel: Channel) -> None:
    """Nobody writes there any more; what still waits for it goes nowhere."""
    Recipient.objects.filter(pk=recipient.pk).update(**{FIELDS[channel]: ""})
    _end(_open(recipient, channel), State.OVER)


def _open(recipient: Recipient, channel: Channel) -> "QuerySet[Confirmation]":
    return Confirmation.objects.filter(recipient=recipient, channel=channel, state__in=OPEN)


def _end(rows: "QuerySet[Confirmation]", state: State) -> None:
    rows.update(state=state, address="")


def sent(row: Confirmation) -> None:
    Confirmation.objects.filter(pk=row.pk, state=State.ASKED).update(state=State.SENT)


def failed(row: Confirmation) -> None:
    _end(Confirmation.objects.filter(pk=row.pk, state__in=OPEN), State.FAILED)
