"""Who read or changed whose safety data. Written in the transaction of what it tells of."""

from datetime import datetime

from checkin.models import Person, SafetyAccess, SafetyAct
from eventsync.jobs.rules import Somebody


def note(
    act: SafetyAct, person: Person, *, by: Somebody, now: datetime, kind: str = "", version: int | None = None
) -> None:
    SafetyAccess.objects.create(
        event_id=person.event_id,
        person_id=person.pk,
        act=act,
        kind=kind,
        version=version,
        by=by.key,
        by_name=by.name[:200],
        at=now,
    )
