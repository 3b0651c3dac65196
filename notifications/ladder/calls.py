"""Calls that somebody is to make: whose they are, what came of them, and when they are over."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q, QuerySet

from eventsync.access.ranks import Rank
from eventsync.jobs.alerts import clear_all
from eventsync.schedule.models import Event
from notifications.ladder.rules import ENDS, Call, Outcome, again_at, shared_out
from notifications.models import CallTask, Notice, Recipient

ABOVE = (Rank.LEAD, Rank.MANAGER, Rank.OWNER)


def callers(event: Event, *ranks: Rank) -> "QuerySet[Any]":
    """Who may be asked to call: those who have one of these ranks at the whole event."""
    roles = {"staff_roles__event": event, "staff_roles__venue": None, "staff_roles__rank__in": ranks or ABOVE}
    return get_user_model().objects.filter(is_active=True, is_staff=True, **roles).order_by("username")


def owners_for(event: Event, count: int) -> list[int | None]:
    """Who is to make so many new calls: leads of the event, each as many as the others; where there is none, nobody."""
    people = callers(event, Rank.LEAD) or callers(event)
    has = Counter(CallTask.objects.filter(notice__event=event, state=Call.OPEN).values_list("owner", flat=True))
    return shared_out(count, {each.pk: has[each.pk] for each in people})


def waiting(notice: Notice) -> "QuerySet[CallTask]":
    return CallTask.objects.filter(notice=notice, state=Call.OPEN)


def assign(key: UUID, *, owner: int, now: datetime) -> bool:
    """Says who is to call; False when nobody has to any more."""
    return CallTask.objects.filter(pk=key, state=Call.OPEN).update(owner=owner, changed_at=now) == 1


@transaction.atomic
def note(key: UUID, outcome: Outcome, *, tries: int, now: datetime) -> bool:
    """What came of a try. `tries`: how many there were when somebody began to call; False when somebody said it, or the
    call was over, meanwhile."""
    task = CallTask.objects.filter(pk=key, state=Call.OPEN, tries=tries)
    end = ENDS.get(outcome)
    then = {"state": end.value} if end else {"due_at": again_at(tries + 1, now=now)}
    if task.update(tries=F("tries") + 1, last=outcome.value, changed_at=now, **then) == 0:
        return False
    row = CallTask.objects.select_related("notice").get(pk=key)
    if outcome == Outcome.WRONG_NUMBER:
        _forget_number(row)
    _calm(row.notice, now=now)
    return True


def _forget_number(row: CallTask) -> None:
    """Somebody else has it: they must not read or be told any of this."""
    Recipient.objects.filter(pk=row.recipient_id).update(phone="")


def read(notice: Notice, recipient_id: UUID, *, now: datetime) -> None:
    """They said that they read it: nobody need call."""
    if waiting(notice).filter(recipient=recipient_id).update(state=Call.READ, changed_at=now):
        _calm(notice, now=now)


@transaction.atomic
def end(*, now: datetime) -> int:
    """Calls about what is of no use any more, and to whoever took their number away."""
    nothing = Q(notice__expires_at__lte=now) | Q(recipient__phone="")
    over = CallTask.objects.filter(nothing, state=Call.OPEN).select_related("notice")
    notices = {each.notice for each in over}
    count = CallTask.objects.filter(pk__in=[each.pk for each in over]).update(state=Call.OVER, changed_at=now)
    for each in notices:
        _calm(each, now=now)
    return count


def _calm(notice: Notice, *, now: datetime) -> None:
    if not waiting(notice).exists():
        clear_all(kind="calls_waiting", subject=str(notice.pk), now=now)
