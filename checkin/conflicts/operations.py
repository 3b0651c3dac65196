"""What leads do about conflicts: `checkin.own` and `checkin.resolve`."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from checkin import models, records
from checkin.conflicts.settling import settle_again
from checkin.events import ConflictsOwned, ConflictsResolved
from checkin.payloads import Digest
from eventsync.rows import bulk
from eventsync.sync.registry import Incoming, Kind, Outcome, Recorded, registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import Id

_COLUMNS = (
    "operation_id", "event", "conflict_id", "verb", "resolution", "note", "seen", "at", "seq", "by", "device",
    "received_at",
)  # fmt: skip


class Owning(msgspec.Struct, kw_only=True):
    """`checkin.own`: whoever acts looks after it."""

    conflict: Id


class Resolving(msgspec.Struct, kw_only=True):
    """`checkin.resolve`. `operations`: the records that whoever decides has seen; absent: whatever they are.

    `withdraw`: the digests of codes on a wrong wrist, which are taken out of use.
    """

    conflict: Id
    resolution: Literal["same_person", "wristband_swapped", "shared", "reopened"]
    note: str | None = None
    operations: list[Id] | None = None
    withdraw: list[Digest] = []

    def __post_init__(self) -> None:
        if self.withdraw and self.resolution != "wristband_swapped":
            raise ValueError("only a swapped wristband withdraws codes")


class Acts:
    """Applies a batch of them. An act may come before its conflict: it is kept, and bears upon it once it is there."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        self._event_id: UUID = operations[0].author.event_id
        said = (each.payload for each in operations if isinstance(each.payload, Resolving))
        self._withdrawn = {digest for payload in said for digest in payload.withdraw}

    def streams(self) -> set[str]:
        """Withdrawing a code locks all attendance: an arrival by that code comes before it or is flagged."""
        if not self._withdrawn:
            return self._written()
        venues = records.venue_ids(self._event_id)
        return self._written().union(map(records.attendance_stream, venues))

    def _written(self) -> set[str]:
        rosters = records.people_streams(self._event_id) if self._withdrawn else frozenset()
        return {records.conflicts_stream(self._event_id), *rosters}

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        bulk.insert(models.ConflictAct, _COLUMNS, [_row(each) for each in fresh])
        settle_again(self._event_id, {each.payload.conflict for each in fresh}, changes)
        self._withdraw(fresh, changes)
        return [Recorded(frozenset(self._written()), each.flags) for each in fresh]

    def _withdraw(self, fresh: Sequence[Incoming], changes: Changes) -> None:
        """At once and once: an organiser may think better of it. Whose the codes are stays as it is."""
        if not self._withdrawn or not fresh:
            return
        active = models.CredentialState.ACTIVE
        codes = models.Credential.objects.filter(event=self._event_id, digest__in=self._withdrawn, state=active)
        owners = set(codes.values_list("person_id", flat=True))
        codes.update(state=models.CredentialState.REVOKED)
        records.put_people(changes, self._event_id, owners)


def _row(operation: Incoming) -> bulk.Row:
    payload: Owning | Resolving = operation.payload
    said: tuple[str, str, str | None] = ("", "", None)
    if isinstance(payload, Resolving):
        seen = None if payload.operations is None else " ".join(payload.operations)
        said = (payload.resolution, (payload.note or "")[:500], seen)
    author, verb = operation.author, operation.kind.removeprefix("checkin.")
    by = operation.actor or str(author)
    moment = (operation.corrected_at, operation.seq, by, author.id, operation.received_at)
    return (operation.id, author.event_id, payload.conflict, verb, *said, *moment)


_LEADING = ("lead", "control")
registry.operation(Kind("checkin.own", payload=Owning, profiles=_LEADING, family=Acts, fact=ConflictsOwned))
registry.operation(Kind("checkin.resolve", payload=Resolving, profiles=_LEADING, family=Acts, fact=ConflictsResolved))
