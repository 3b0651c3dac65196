"""Alerts: rows that a person sees in admin until somebody says that they are dealt with."""

import logging
from datetime import datetime

from django.db import DatabaseError
from django.db.models import F

from eventsync.jobs.models import Alert

log = logging.getLogger(__name__)


def alert(*, kind: str, subject: str, message: str, now: datetime) -> None:
    """Raises an alert; an open one of this kind about this subject is counted up and gets the new message.

    Joins the caller's transaction: an alert about something that did not happen is not raised.
    """
    new = {"message": message, "first_at": now, "last_at": now}
    row, created = Alert.objects.get_or_create(kind=kind, subject=subject, handled_at=None, defaults=new)
    if not created:
        Alert.objects.filter(pk=row.pk).update(message=message, count=F("count") + 1, last_at=now)


def alert_if_possible(*, kind: str, subject: str, message: str, now: datetime) -> None:
    """As `alert`, after a commit: that it cannot be raised must not undo an answer that holds without it."""
    try:
        alert(kind=kind, subject=subject, message=message, now=now)
    except DatabaseError:
        log.exception("No alert of %s could be raised about %s", kind, subject)


def handle(*, alert_id: int, by: str, now: datetime) -> bool:
    """Says that an alert is dealt with; False when somebody has said so before. The next one like it is a new row."""
    waiting = Alert.objects.filter(pk=alert_id, handled_at=None)
    return waiting.update(handled_at=now, handled_by=by) == 1
