"""Activities as somebody saw them; and what they moved last at an event, which their session keeps to take it back."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse

from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import moving
from eventsync.schedule.plan.moving import Former, Mark, Outlook, Restored
from eventsync.sync.admin import as_id


def day_address(event: Event, at: datetime, activity: UUID | None = None) -> str:
    """The page of the day on which this moment is; there, this activity."""
    day = at.astimezone(ZoneInfo(event.tz)).date()
    place = f"#activity-{activity}" if activity else ""
    return f"{reverse('admin:schedule_event_day', args=[event.pk])}?date={day}{place}"


def remember(request: HttpRequest, event: Event, what: Outlook) -> None:
    former = [each.former for each in what.moves]
    request.session[_key(event)] = [
        (str(each.id), each.version, each.start.isoformat(), each.end.isoformat()) for each in former
    ]


def remembered(request: HttpRequest, event: Event) -> int:
    """How many activities could be taken back."""
    return len(request.session.get(_key(event), ()))


def undo(request: HttpRequest, event: Event, *, among: Collection[UUID]) -> Restored:
    """Once: what is taken back, or was overtaken, is not asked for again."""
    stored: list[Any] = request.session.pop(_key(event), [])
    former = [
        Former(UUID(key), version, datetime.fromisoformat(start), datetime.fromisoformat(end))
        for key, version, start, end in stored
    ]
    return moving.take_back(event, former, among=among)


def marks_of(rows: Iterable[Activity]) -> str:
    """Activities as somebody looks at them, for a form."""
    return " ".join(f"{row.pk}:{row.version}" for row in rows)


def marks_in(text: str) -> list[Mark]:
    """What `marks_of` wrote; what else is there is left out."""
    parts = [part.partition(":") for part in text.split()]
    found = [(as_id(key), version) for key, _, version in parts]
    return [Mark(key, int(version)) for key, version in found if key and version.isdecimal() and len(version) < 10]


def _key(event: Event) -> str:
    return f"moved:{event.pk}"
