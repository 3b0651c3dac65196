"""Whoever leads a venue has an alert early that something elsewhere will make them late, until it is over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from eventsync.jobs.alerts import alert, clear_settled, reword
from eventsync.jobs.models import Alert
from eventsync.jobs.rules import Partition
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.plan import late
from eventsync.schedule.plan.late import HeldUp

KIND = "running_late"


def messages(event: Event, *, now: datetime) -> dict[UUID, str]:
    """What there is to say to each venue: of what is not over, the first, and how much more there is."""
    venues: dict[UUID, list[HeldUp]] = {}
    for each in late.held_up(event, now=now):
        if each.end > now:
            venues.setdefault(each.row.place.venue_id, []).append(each)
    return {venue: _message(*found) for venue, found in venues.items()}


@contextmanager
def telling(event: Event, *, now: datetime) -> Iterator[list[Venue]]:
    """What is written into the draft here is an alert at other venues that it makes late: these, once it is done."""
    alerted, before = list[Venue](), messages(event, now=now)
    with transaction.atomic():
        yield alerted
        alerted += alert_venues(event, before, now=now)


def alert_venues(event: Event, before: dict[UUID, str], *, now: datetime) -> list[Venue]:
    """An alert at each venue to which there is something else to say than `before`; these venues."""
    news = {venue: said for venue, said in messages(event, now=now).items() if said != before.get(venue)}
    for venue, said in news.items():
        alert(kind=KIND, subject=str(venue), message=said, now=now, of=Partition(event.pk, venue))
    return list(Venue.objects.filter(pk__in=news).order_by("name"))


@transaction.atomic
def keep_true(now: datetime) -> None:
    """Ends those of which all is over, away or on time after all, and says the others as they are by now."""
    said = _said(now)
    clear_settled(KIND, lambda row: said(row) is not None, now=now)
    for row in Alert.objects.filter(kind=KIND, cleared_at=None):
        reword(alert_id=row.pk, message=said(row) or row.message)


def _said(now: datetime) -> Callable[[Alert], str | None]:
    @cache
    def of(event: UUID) -> dict[UUID, str]:
        return messages(Event.objects.get(pk=event), now=now)

    return lambda row: of(row.event_id).get(row.venue_id) if row.event_id and row.venue_id else None


def _message(first: HeldUp, *more: HeldUp) -> str:
    row, by = first.row, first.by
    start = row.start.astimezone(ZoneInfo(row.event.tz))
    late = f"will probably begin {_minutes(first.minutes)} late: {by.title} ({by.place}) ends late."
    rest = f" {len(more)} more here will be late." if more else ""
    return f"{row.title} ({row.place}), planned for {start:%A, %H:%M}, {late}{rest}"


def _minutes(count: int) -> str:
    return f"{count} minute{'' if count == 1 else 's'}"
