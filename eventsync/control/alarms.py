"""Holds measures against their limits: an alert when one is above for too long, and its end when all is well."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, transaction

from eventsync.control.models import Standing
from eventsync.jobs.alerts import alert, clear_all
from eventsync.jobs.models import Alert
from eventsync.jobs.seeing import rules
from eventsync.jobs.seeing.registry import limits, measures
from eventsync.jobs.seeing.rules import Limit

log = logging.getLogger(__name__)


def watch(*, now: datetime, of: Sequence[Limit] = limits) -> None:
    """One limit that cannot be held against its measure keeps none of the others from it."""
    for each in of:
        try:
            _hold(each, now=now)
        except DatabaseError as error:
            log.warning("The limit %s was not looked at: %s", each.kind, error)


def _hold(limit: Limit, *, now: datetime) -> None:
    """What is well need not be remembered. What is not measured any more is well; but of another machine, this one
    cannot say so."""
    measure = measures[limit.measure]
    by_subject = {" ".join(subject).strip()[:200]: value for subject, value in measure.read(now).items()}
    known = set(Standing.objects.filter(kind=limit.kind).values_list("subject", flat=True))
    above = {subject for subject, value in by_subject.items() if value > limit.above}
    for subject in sorted(above | (known & by_subject.keys() if measure.here else known)):
        hold_one(limit, subject, by_subject.get(subject, 0), now=now)


@transaction.atomic
def hold_one(limit: Limit, subject: str, value: float, *, now: datetime) -> None:
    """What is the case with one subject. Under a lock: several workers hold the same measures against their limits."""
    Standing.objects.get_or_create(kind=limit.kind, subject=subject)
    row = Standing.objects.select_for_update().filter(kind=limit.kind, subject=subject).first()
    if row is None:  # another worker found it well just now
        return
    before = rules.Standing(row.alerting, row.since, row.seen)
    after = rules.judge(limit, before, value=value, now=now)
    row.alerting, row.since, row.seen = after.alerting, after.since, after.seen
    if after.alerting or after.since:
        row.save(update_fields=["alerting", "since", "seen"])
    else:
        row.delete()
    if after.alerting and not before.alerting:
        message = limit.sentence.format(value=value, subject=subject or "all")
        alert(kind=limit.kind, subject=subject, message=message, now=now)
    elif after.alerting:
        _note(limit, subject, value, now=now)
    elif before.alerting:
        clear_all(kind=limit.kind, subject=subject, now=now)


def _note(limit: Limit, subject: str, value: float, *, now: datetime) -> None:
    """It is still so. Who said that it was dealt with is not told again before it was well in between."""
    message = limit.sentence.format(value=value, subject=subject or "all")
    waiting = Alert.objects.filter(kind=limit.kind, subject=subject, cleared_at=None)
    if value > limit.above:
        waiting.update(message=message, last_at=now)
