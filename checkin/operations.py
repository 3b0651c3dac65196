"""The operations of the door: arrive, leave, void, refuse (docs/protocol.md, section 8)."""

from collections.abc import Sequence
from typing import Any

from checkin import models, records
from checkin.batch_page import Page
from checkin.payloads import Passage, Refusal, Voiding
from checkin.references import doors
from eventsync.sync.registry import Incoming, Outcome, registry
from eventsync.sync.streams import Changes


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


_DOOR = ("door", "lead", "kiosk", "control")
_KINDS: dict[str, type[Any]] = {
    "checkin.arrive": Passage,
    "checkin.leave": Passage,
    "checkin.void": Voiding,
    "checkin.refuse": Refusal,
}
for _name, _payload in _KINDS.items():
    registry.operation(_name, payload=_payload, profiles=_DOOR, family=Attendance)
