"""Whoever leads a venue hears early that something elsewhere will make them late: by an alert, until it is over."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from eventsync.jobs.alerts import alert, clear_settled
from eventsync.jobs.models import Alert, DomainEvent
from eventsync.jobs.publishing import subscribe
from eventsync.jobs.rules import Partition
from eventsync.schedule.events import DelayExpected
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import late

KIND = "running_late"


@subscribe("schedule.warn_of_delay", DelayExpected)
def warn(fact: DelayExpected, row: DomainEvent) -> None:
    """One alert about the first activity; when it becomes later still, it is the same alert."""
    first = Activity.objects.filter(pk=fact.activities[0]).select_related("event", "place").first()
    if first is None:
        return
    start = first.start.astimezone(ZoneInfo(first.event.tz))
    more = len(fact.activities) - 1
    message = (
        f"{first.title} ({first.place}), planned for {start:%A, %H:%M}, can probably begin {fact.minutes} minutes late"
        f"{f', and {more} more here will be late' if more else ''}. What comes before it is late."
    )
    of = Partition(fact.event, fact.venue)
    alert(kind=KIND, subject=fact.activities[0], message=message, now=row.occurred_at, of=of)


def end_settled(now: datetime) -> None:
    """Those about what is over, gone, or will be on time after all."""
    clear_settled(KIND, _is_left(now), now=now)


def _is_left(now: datetime) -> Callable[[Alert], bool]:
    @cache
    def still_late(event: UUID) -> set[str]:
        of = Event.objects.get(pk=event)
        on = {str(key) for key in Activity.objects.filter(event=of, end__gt=now).values_list("pk", flat=True)}
        return on & late.behind(of).keys()

    return lambda row: row.event_id is not None and row.subject in still_late(row.event_id)
