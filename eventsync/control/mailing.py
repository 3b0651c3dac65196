"""Alerts by e-mail, to staff who asked for them: at most one in five minutes, wherever they are.

An e-mail says of what kind the alerts are and where to read on. What they say is read at the desk: it may be about
people.
"""

import smtplib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Manager, Q, QuerySet
from django.utils import timezone

from eventsync.access.scope import limit
from eventsync.control.models import AlertMails
from eventsync.jobs.alerts import alert, clear_all, name_of, page_of, unsilenced
from eventsync.jobs.models import Alert
from eventsync.jobs.queue import enqueue, task
from eventsync.jobs.rights import OF_PLACE, SEE_ALERT
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import explain
from eventsync.messaging import headers_of
from eventsync.schedule.models import Event

APART = timedelta(minutes=5)
SEND = "control.mail_alerts"
_UNSENT = "alert_mail_unsent"


@transaction.atomic
def begin(user: Any, *, now: datetime) -> None:
    """They are told of what comes from now on: what is open already is before their eyes."""
    mails, new = AlertMails.objects.get_or_create(user=user, defaults={"since": now})
    if new:
        mails.told_of.set(news(user, mails.told_of, now=now))


@transaction.atomic
def end(user: Any, *, now: datetime) -> None:
    for each in AlertMails.objects.filter(user=user):
        clear_all(kind=_UNSENT, subject=str(each.pk), now=now)
        each.delete()


def news(user: Any, told_of: "Manager[Alert]", *, now: datetime) -> list[Alert]:
    """What they may read, is open and not silenced, and they were not told of."""
    untold = unsilenced(now=now).exclude(pk__in=told_of.values("pk"))
    return list(limit(untold, user, SEE_ALERT, OF_PLACE).order_by("pk"))


def owe(*, now: datetime) -> None:
    """A job for each for whom there is something, unless they were written to a moment ago."""
    if not unsilenced(now=now).exists():
        return
    for each in _due(now):
        if news(each.user, each.told_of, now=now):
            with transaction.atomic():
                enqueue(SEND, each.pk, dedupe=str(each.pk))


def _due(now: datetime) -> "QuerySet[AlertMails]":
    """Of those who can be written to."""
    if not settings.MAIL.on:
        return AlertMails.objects.none()
    staff = AlertMails.objects.filter(user__is_active=True, user__is_staff=True).exclude(user__email="")
    return staff.filter(Q(tried_at=None) | Q(tried_at__lte=now - APART)).select_related("user")


@task(SEND, Policy(announced=False))
def send(key: UUID) -> None:
    """Whoever dies between the e-mail and the mark that it went out sends it again, five minutes later."""
    now = timezone.now()
    mails = _due(now).filter(pk=key).first()
    told = news(mails.user, mails.told_of, now=now) if mails else []
    if mails is None or not told or not _claim(mails, now):
        return
    try:
        _message(told, mails).send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        message = f"Alerts could not be sent to {mails.user} by e-mail ({type(error).__name__}). It is tried again."
        alert(kind=_UNSENT, subject=str(key), message=message, now=now)
        return
    with transaction.atomic():
        mails.told_of.add(*told)
        clear_all(kind=_UNSENT, subject=str(key), now=now)


def _claim(mails: AlertMails, now: datetime) -> bool:
    """False when another worker was quicker."""
    return AlertMails.objects.filter(pk=mails.pk, tried_at=mails.tried_at).update(tried_at=now) == 1


def _message(told: Sequence[Alert], mails: AlertMails) -> EmailMessage:
    found = Event.objects.filter(pk__in={each.event_id for each in told})
    places: dict[UUID | None, str] = {None: "the server", **dict(found.values_list("pk", "name"))}
    counted = Counter((each.kind, places.get(each.event_id, "an event")) for each in told)
    lines = [
        f"{name_of(kind)}, {place}{f' ({count} times)' if count > 1 else ''}\n"
        f"What to do: {settings.BASE_URL}{page_of(kind)}\n"
        for (kind, place), count in counted.items()
    ]
    end = f"See all, or stop these e-mails: {settings.BASE_URL}/control/health/\n"
    headers = headers_of(f"{mails.pk}.{told[-1].pk}")
    subject = f"EventSync: {len(told)} alert{'' if len(told) == 1 else 's'}"
    return EmailMessage(subject=subject, body="\n".join([*lines, end]), to=[mails.user.email], headers=headers)


explain(
    SEND,
    what="Alerts did not go out by e-mail to somebody who asked for them.",
    owner="Whoever runs the server",
    step="Say the alerts to them, mend the cause, then replay it.",
    whom="One member of the staff, who may not know of an alert.",
)
