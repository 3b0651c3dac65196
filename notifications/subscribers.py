"""Which facts become notices."""

from eventsync.jobs.models import DomainEvent
from eventsync.jobs.publishing import subscribe
from eventsync.jobs.rules import Policy
from eventsync.schedule.events import ScheduleUpdated
from notifications.plan import telling


@subscribe("notifications.hear_of_release", ScheduleUpdated, Policy(ordered=True))
def hear_of_release(fact: ScheduleUpdated, row: DomainEvent) -> None:
    assert fact.event is not None
    telling.hear(fact.event, number=fact.number, at=row.occurred_at)
