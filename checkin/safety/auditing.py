"""Who read or changed whose safety data. Written in the transaction of what it tells of."""

from datetime import datetime
from uuid import UUID

from checkin.models import Person, SafetyAccess, SafetyAct
from eventsync.jobs.rules import Somebody


def note(
    act: SafetyAct, person: Person, *, by: Somebody, now: datetime, kind: str = "", version: int | None = None
) -> None:
    note_of(act, person.event_id, person.pk, by=by, now=now, kind=kind, version=version)


def note_of(
    act: SafetyAct,
    event_id: UUID,
    person_id: UUID | None,
    *,
    by: Somebody,
    now: datetime,
    kind: str = "",
    version: int | None = None,
) -> None:
    """As `note`, of whoever has this id, or of nobody knows whom."""
    SafetyAccess.objects.create(
        event_id=event_id,
        person_id=person_id,
        act=act,
        kind=kind,
        version=version,
        by=by.key,
        by_name=by.name[:200],
        at=now,
    )
