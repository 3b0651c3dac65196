"""Holds: whom every checkpoint sends to a desk first. Placed and lifted by leads and organisers; the latest wins.

Written under the lock of the roster's head, which carries them to the phones.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from checkin import records
from checkin.identity import Identities, groups
from checkin.models import HoldRecord, Person
from checkin.payloads import HOLDING, Hold, Release
from checkin.rules import HoldEntry, desk_after
from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup
from eventsync.sync.registry import Incoming
from eventsync.sync.streams import Changes

_COLUMNS = (
    "operation_id", "event", "person_id", "desk", "reason", "at", "seq", "by", "device", "received_at",
)  # fmt: skip
_RECORDS = Lookup(HoldRecord, ("person_id", "desk", "at", "seq", "operation_id"), by="person_id")


class Holds:
    """The holds and releases of one batch. `desks` is where the people of the batch must go first, and follows."""

    def __init__(self, fresh: Sequence[Incoming], desks: dict[str, str]) -> None:
        self._desks = desks
        self._rows: list[bulk.Row] = []
        holding = {each.payload.person for each in fresh if type(each.payload) in HOLDING}
        if holding:
            self._identities = Identities(fresh[0].author.event_id)
            self._said = entries_of(holding, self._identities)

    def record(self, operation: Incoming, *, event: str, by: str) -> None:
        payload: Hold | Release = operation.payload
        desk = payload.desk if isinstance(payload, Hold) else ""
        entry = HoldEntry(desk, operation.corrected_at, operation.seq, operation.id)
        entries = self._said.setdefault(self._identities.of(payload.person), [])
        entries.append(entry)
        self._desks |= dict.fromkeys(self._identities.group(payload.person), desk_after(entries))
        said = (desk, (payload.reason or "")[:500], entry.at, entry.seq, by, operation.author.id, operation.received_at)
        self._rows.append((operation.id, event, payload.person, *said))

    def write(self, event_id: UUID, changes: Changes) -> None:
        if not self._rows:
            return
        bulk.insert(HoldRecord, _COLUMNS, self._rows)
        people = groups(self._identities, {UUID(row[2]) for row in self._rows})
        bulk.update(Person, ("hold_desk",), [(self._desks[str(key)], key) for key in people], key=("id",))
        known = Person.objects.filter(event=event_id, id__in=people).values_list("id", flat=True)
        records.put_people(changes, event_id, sorted(known), self._identities)


def entries_of(people: Iterable[str], identities: Identities) -> dict[str, list[HoldEntry]]:
    """All that was ever said of these people in whatever row, by who they are."""
    found: dict[str, list[HoldEntry]] = {}
    for person, *entry in _RECORDS.rows({key for each in people for key in identities.group(each)}):
        found.setdefault(identities.of(person), []).append(HoldEntry(*entry))
    return found
