"""Budgets: what goes out is taken from them before, and given back when it certainly did not go out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from eventsync.jobs.alerts import alert, clear_all
from eventsync.jobs.rules import Partition
from eventsync.schedule.models import Event
from notifications.budgets.rules import Budget, Level
from notifications.models import Channel, ChannelBudget
from notifications.rules import Importance

LIMITS = {Channel.SMS: 1_000, Channel.EMAIL: 20_000}  # until organisers say otherwise
_SAID = {
    Level.HALF: "Half of the budget of {event} for {channel} is used: {used} of {limit}.",
    Level.LOW: "The budget of {event} for {channel} is nearly used up: {used} of {limit}. What is left is for what is "
    "critical.",
    Level.SPENT: "The budget of {event} for {channel} is used up: {used} of {limit}. Not even what is critical goes "
    "out.",
}
_NAMES = {Channel.SMS: "text messages", Channel.EMAIL: "e-mails"}
Wanted = tuple[int, str]
"""How many messages something counts for, and its importance."""


def budget_of(event_id: UUID, channel: Channel) -> ChannelBudget:
    """That of an event; made where there is none. Locked, in the caller's transaction."""
    ChannelBudget.objects.get_or_create(event_id=event_id, channel=channel, defaults={"limit": LIMITS[channel]})
    return ChannelBudget.objects.select_for_update().get(event=event_id, channel=channel)


@transaction.atomic
def take(event_id: UUID, channel: Channel, wanted: Sequence[Wanted], *, now: datetime) -> list[bool]:
    """Of each whether it may go out; what may is counted."""
    row = budget_of(event_id, channel)
    before, answers = Budget(row.limit, row.used), []
    told: set[Level] = set()
    for units, importance in wanted:
        critical = importance == Importance.CRITICAL
        fits = units <= Budget(row.limit, row.used).room(critical=critical)
        answers.append(fits)
        if fits:
            row.used += units
        else:
            told.add(Level.SPENT if critical else Level.LOW)
    row.save(update_fields=["used"])
    told |= Budget(row.limit, row.used).levels - before.levels
    for level in (each for each in Level if each in told):
        _alert(row, level, now)
    return answers


def give_back(event_id: UUID, channel: Channel, units: int) -> None:
    row = ChannelBudget.objects.filter(event=event_id, channel=channel)
    row.update(used=Greatest(F("used") - units, 0))


def _alert(row: ChannelBudget, level: Level, now: datetime) -> None:
    event = Event.objects.get(pk=row.event_id)
    message = _SAID[level].format(event=event, channel=_NAMES[Channel(row.channel)], used=row.used, limit=row.limit)
    alert(kind=level, subject=_subject(row), message=message, now=now, of=Partition(row.event_id))


def _subject(row: ChannelBudget) -> str:
    return f"{row.channel} {row.event_id}"


def calm(row: ChannelBudget, *, now: datetime, by: str) -> None:
    """After somebody changed the limit: alerts of what is not so any more are over."""
    for level in set(Level) - Budget(row.limit, row.used).levels:
        clear_all(kind=level, subject=_subject(row), now=now, by=by)
