"""Alerts: rows that people see until what they are about is well again. Grouped by kind and subject, and counted."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet

from eventsync.jobs.models import Alert
from eventsync.jobs.rules import WHOLE_SERVER, Partition

log = logging.getLogger(__name__)

RUNBOOK = "/control/runbook/"
Hear = Callable[[], None]
_hearers: list[Hear] = []


def when_changed(hear: Hear) -> Hear:
    """Registers who hears after a commit, once, that alerts changed. What it raises harms nobody."""
    _hearers.append(hear)
    return hear


def alert(*, kind: str, subject: str, message: str, now: datetime, of: Partition = WHOLE_SERVER) -> None:
    """Raises an alert; an open one of this kind about this subject is counted up and gets the new message.

    `of`: whose leads see it; by default only who runs the server does.
    Joins the caller's transaction: an alert about something that did not happen is not raised. A silence lasts as long
    as somebody said, also when the alert was cleared in between.
    """
    like = {"kind": kind, "subject": subject, "event_id": of.event, "venue_id": of.venue}
    new = {"message": message, "first_at": now, "last_at": now} | _silence(like, now)
    raised = False
    while not raised:
        row, raised = Alert.objects.get_or_create(**like, cleared_at=None, defaults=new)
        if not raised:  # unless somebody cleared it just now, without having seen this
            still_open = Alert.objects.filter(pk=row.pk, cleared_at=None)
            raised = still_open.update(message=message, count=F("count") + 1, last_at=now) == 1
    _tell()


def _changed(rows: int) -> bool:
    if rows:
        _tell()
    return rows > 0


def _tell() -> None:
    for hear in _hearers:
        if not any(hear in owed for owed in connection.run_on_commit):
            transaction.on_commit(hear, robust=True)


def _silence(like: dict[str, Any], now: datetime) -> dict[str, object]:
    before = Alert.objects.filter(**like, silenced_until__gt=now).order_by("-pk").first()
    return {"silenced_until": before.silenced_until, "silenced_by": before.silenced_by} if before else {}


def alert_if_possible(*, kind: str, subject: str, message: str, now: datetime, of: Partition = WHOLE_SERVER) -> None:
    """As `alert`, after a commit: that it cannot be raised must not undo an answer that holds without it."""
    try:
        alert(kind=kind, subject=subject, message=message, now=now, of=of)
    except DatabaseError:
        log.exception("No alert of %s could be raised about %s", kind, subject)


def acknowledge(*, alert_id: int, by: str, now: datetime) -> bool:
    """Says that somebody looks after it; False when somebody did, or when it is cleared."""
    waiting = Alert.objects.filter(pk=alert_id, acknowledged_at=None, cleared_at=None)
    return _changed(waiting.update(acknowledged_at=now, acknowledged_by=by))


def reword(*, alert_id: int, message: str) -> bool:
    """Says it as it is by now, as no news; False when it says so already, or is cleared."""
    rows = Alert.objects.filter(pk=alert_id, cleared_at=None).exclude(message=message)
    return _changed(rows.update(message=message))


def silence(*, alert_id: int, by: str, now: datetime, span: timedelta) -> bool:
    """Bothers nobody with it, nor with the next one like it, for so long; False when it is cleared."""
    found = Alert.objects.filter(pk=alert_id, cleared_at=None)
    return _changed(found.update(silenced_until=now + span, silenced_by=by))


def clear(*, alert_id: int, by: str, now: datetime) -> bool:
    """Says that it is dealt with; False when it is cleared already. The next one like it is a new row."""
    return _changed(Alert.objects.filter(pk=alert_id, cleared_at=None).update(cleared_at=now, cleared_by=by))


def clear_all(*, kind: str, subject: str, now: datetime, by: str = "") -> None:
    """What was measured has been well for a while; or what it is about was dealt with, `by` somebody."""
    alike = Alert.objects.filter(kind=kind, subject=subject, cleared_at=None)
    _changed(alike.update(cleared_at=now, cleared_by=by[:150]))


@transaction.atomic
def clear_settled(kind: str, is_left: Callable[[Alert], bool], *, now: datetime, by: str = "", **about: Any) -> None:
    """Ends those of this kind, and `about` this, of which nothing is left to decide. Who asks at once takes turns.

    One that is raised meanwhile waits for the lock, and is a new row.
    """
    for row in Alert.objects.select_for_update(no_key=True).filter(kind=kind, cleared_at=None, **about):
        if not is_left(row):
            clear(alert_id=row.pk, by=by[:150], now=now)


def unsilenced(*, now: datetime) -> QuerySet[Alert]:
    """What somebody must look at now: neither cleared nor silenced, acknowledged or not."""
    return Alert.objects.filter(Q(silenced_until=None) | Q(silenced_until__lte=now), cleared_at=None)


def describe(row: Alert, *, now: datetime) -> str:
    if row.cleared_at:
        return f"Dealt with by {row.cleared_by}" if row.cleared_by else "Well again by itself"
    state = f"Acknowledged by {row.acknowledged_by}" if row.acknowledged_at else "Open"
    silenced = row.silenced_until is not None and row.silenced_until > now
    return f"{state}, silenced until {row.silenced_until:%Y-%m-%d %H:%M} UTC" if silenced else state


def name_of(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def page_of(kind: str) -> str:
    """Where the runbook says what to do about alerts of this kind."""
    return f"{RUNBOOK}#{kind}"
