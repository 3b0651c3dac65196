"""Alerts of what was kept aside end when nobody has anything to decide about it any more."""

from datetime import datetime

from eventsync.control.subscribers import KIND
from eventsync.jobs.alerts import clear_settled
from eventsync.jobs.models import Alert
from eventsync.sync.models import Quarantined, Resolution


def end_settled(now: datetime) -> None:
    """Whoever settled the last of a reason at an event, and wherever; its phone may be at another venue by now."""
    clear_settled(KIND, _is_left, now=now)


def _is_left(row: Alert) -> bool:
    waiting = Quarantined.objects.filter(code=row.subject, resolution=Resolution.OPEN).order_by()
    return row.event_id in waiting.values_list("device__event_id", flat=True).distinct()
