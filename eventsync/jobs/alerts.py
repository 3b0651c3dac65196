"""Alerts: rows that a person sees in admin until somebody says that they are dealt with."""

from datetime import datetime

from django.db.models import F

from eventsync.jobs.models import Alert


def alert(*, kind: str, subject: str, message: str, now: datetime) -> None:
    """Raises an alert; an open one of this kind about this subject is counted up and gets the new message.

    Joins the caller's transaction: an alert about something that did not happen is not raised.
    """
    new = {"message": message, "first_at": now, "last_at": now}
    row, created = Alert.objects.get_or_create(kind=kind, subject=subject, handled_at=None, defaults=new)
    if not created:
        Alert.objects.filter(pk=row.pk).update(message=message, count=F("count") + 1, last_at=now)
