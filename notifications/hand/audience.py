"""Who is to hear of what somebody writes: counted before it goes, and told when it does."""

from collections.abc import Iterable
from uuid import UUID

from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan.queries import current
from notifications.hand.rules import Audience, To
from notifications.models import HandNotice, Recipient

EVERYBODY = Audience(None)


def audience_of(row: HandNotice) -> Audience:
    match To(row.to):
        case To.EVERYBODY:
            return EVERYBODY
        case To.GROUPS:
            return Audience(frozenset(row.groups))
        case To.VENUE:
            return _at(row.event, row.venue_id)
        case To.LEADERS:
            return Audience(frozenset(row.groups) or None, leaders=True)


def _at(event: Event, venue: UUID | None) -> Audience:
    """The groups that have something at a venue in the plan; everybody, where something is for everybody."""
    found = [each.groups for each in current(event).activities.values() if each.venue == str(venue)]
    return EVERYBODY if any(not groups for groups in found) else Audience(frozenset().union(*found))


def hearers(row: HandNotice) -> list[Recipient]:
    audience, people = audience_of(row), Recipient.objects.filter(event=row.event).prefetch_related("links")
    return [each for each in people if audience.has(each.hears_of, leads=each.leads)]


def groups_of(event: Event) -> list[str]:
    """The groups that the schedule knows, or of which anybody wants to hear."""
    rows: list[Iterable[str] | None] = [
        *Activity.objects.filter(event=event).order_by().values_list("groups", flat=True)
    ]
    rows += Recipient.objects.filter(event=event).order_by().values_list("groups", flat=True)
    return sorted({group for groups in rows for group in groups or ()})


def told(row: HandNotice) -> str:
    """“Finland and Norway”, as part of a sentence."""
    match To(row.to):
        case To.EVERYBODY:
            return "everybody"
        case To.GROUPS:
            return ", ".join(row.groups)
        case To.VENUE:
            return f"whoever has something at {row.venue}"
        case To.LEADERS:
            return f"leaders of {', '.join(row.groups)}" if row.groups else "leaders of all groups"
