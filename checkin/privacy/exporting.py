"""All that is held of one person, for them to have."""

from datetime import datetime
from typing import Any

from django.db import transaction

from checkin.models import Person, SafetyAct
from checkin.privacy.finding import whom_of
from checkin.safety.auditing import note
from eventsync.jobs.rules import Somebody
from eventsync.privacy import telling
from eventsync.sync.wire import write_time

FORMAT = "eventsync-person"


@transaction.atomic
def export(person: Person, *, by: Somebody, now: datetime) -> dict[str, Any]:
    """Docs/privacy.md has its shape. Safety data is in it, so that it was read is noted with each row of theirs."""
    whom = whom_of(person)
    for row in Person.objects.filter(pk__in=whom.ids).order_by("pk"):
        note(SafetyAct.READ, row, by=by, now=now)
    return {
        "format": FORMAT,
        "version": telling.VERSION,
        "made_at": write_time(now),
        "event": {"id": str(person.event_id), "slug": person.event.slug, "name": person.event.name},
        "person": str(person.pk),
        "also": sorted(str(key) for key in whom.ids if key != person.pk),
        "holds": telling.told(whom),
    }
