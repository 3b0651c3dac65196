"""Keeps what somebody writes until it is sent. What goes out is exactly what was looked at: a version of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from eventsync.jobs.approvals import deciding
from eventsync.jobs.rules import Somebody
from eventsync.schedule.models import Event, Venue
from notifications.hand.rules import Stage, To
from notifications.hand.sending import APPROVAL, locked
from notifications.models import HandNotice
from notifications.rules import Importance

GOES = "It is on its way. Take it back before you change it."
OVERTAKEN = "Somebody else changed it meanwhile. Look at it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote. `reviewed`: the languages in which somebody who speaks them has read it."""

    to: To
    groups: Sequence[str] = ()
    venue: Venue | None = None
    importance: Importance
    texts: Mapping[str, Mapping[str, str]]
    reviewed: Sequence[str] = ()
    must_acknowledge: bool = False
    expires_at: datetime


@transaction.atomic
def write(key: UUID, event: Event, what: Written, *, version: int, by: Somebody, now: datetime) -> HandNotice | str:
    """The row, or why nothing was kept. `version`: the one that was changed; 0 for a new one, which is kept once.

    What waited for another person is not sent any more: they would agree to something else.
    """
    columns = _columns(what, by, now)
    _, new = HandNotice.objects.get_or_create(pk=key, defaults={"event": event, **columns})
    row = locked(key)
    if row.event_id != event.pk or row.version != max(version, 1):
        return OVERTAKEN
    if new or version == 0:
        return row
    if row.stage in {Stage.HELD, Stage.SENT}:
        return GOES
    deciding.end_for(APPROVAL, key)
    columns |= {"version": row.version + 1, "stage": Stage.WRITTEN.value}
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    return row


def _columns(what: Written, by: Somebody, now: datetime) -> dict[str, object]:
    return {
        "to": what.to.value,
        "groups": list(what.groups),
        "venue": what.venue,
        "importance": what.importance.value,
        "texts": {language: dict(said) for language, said in what.texts.items()},
        "reviewed": list(what.reviewed),
        "must_acknowledge": what.must_acknowledge,
        "expires_at": what.expires_at,
        "by": by.key,
        "by_name": by.name[:200],
        "written_at": now,
    }
