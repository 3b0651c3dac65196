"""The operations of the door: arrive, leave, void, refuse (docs/protocol.md, section 8)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from checkin import models, records
from checkin.batch_page import Page
from checkin.payloads import Passage, Refusal, Voiding
from checkin.references import doors
from eventsync.sync.registry import Incoming, Outcome, registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import is_id


class Attendance:
    """Applies a batch of the door's operations: a fact is never refused, at most flagged."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        self._named = {operation.payload.checkpoint for operation in operations}

    def streams(self) -> set[str]:
        """By the checkpoints' venues, which never change."""
        venues = models.Checkpoint.objects.filter(id__in=self._named).order_by().values_list("venue_id", flat=True)
        return set(map(records.attendance_stream, venues))

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        if not fresh:
            return []
        page = Page(doors(self._named), fresh)
        outcomes = [page.decide(operation) for operation in fresh]
        page.write(changes)
        return outcomes


@registry.affects
def person_named(event_id: UUID, members: dict[str, Any]) -> str:
    """Who a body of any shape is about, by a person's id or a code; empty when nobody on the roster is."""
    payload = members.get("payload")
    said = payload if isinstance(payload, dict) else {}
    people = models.Person.objects.filter(event=event_id)
    key = said.get("person")
    if isinstance(key, str) and is_id(key):
        return str(people.filter(id=key).first() or "")
    digest = said.get("credential")
    if not isinstance(digest, str) or "\0" in digest:
        return ""
    return str(people.filter(credentials__digest=digest).first() or "")


_DOOR = ("door", "lead", "kiosk", "control")
_KINDS: dict[str, type[Any]] = {
    "checkin.arrive": Passage,
    "checkin.leave": Passage,
    "checkin.void": Voiding,
    "checkin.refuse": Refusal,
}
for _name, _payload in _KINDS.items():
    registry.operation(_name, payload=_payload, profiles=_DOOR, family=Attendance)
