"""Keeping the conflicts as they follow from the ledger and from what leads did. Idempotent; any order, the same.

Every function that writes runs with the head of `conflicts:{event}` locked before anything is read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson

from checkin import models, records
from checkin.conflicts.rules import Act, Arrival, Claim, Found, Standing, contradictions, standing
from checkin.identity import Identities, owners
from checkin.ledger import CHUNK, identified_among
from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup
from eventsync.sync.streams import Changes
from eventsync.sync.wire import write_time

COLUMNS = (
    "id", "event", "what", "subject", "checkpoint", "window", "slot", "since", "state", "owner", "resolution", "body",
)  # fmt: skip
_ARRIVALS = Lookup(
    models.AttendanceRecord,
    (
        "subject", "verb", "voided", "checkpoint__venue__event__apart_minutes", "operation_id", "checkpoint",
        "checkpoint__venue", "checkpoint__distant", "checkpoint__policy", "window", "at", "seq", "by", "credential",
        "person_id", "phone",
    ),
    by="subject",
    within="checkpoint",
)  # fmt: skip
_STORED = Lookup(models.Conflict, ("id", "event", "body"), by="subject")
_ACTS = Lookup(
    models.ConflictAct,
    ("conflict_id", "verb", "resolution", "note", "seen", "at", "seq", "operation_id", "by"),
    by="conflict_id",
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One of them, as it should be: what it is about, and what was done. It is of a subject, or of a slot."""

    id: str
    event: str
    found: Found
    standing: Standing
    subject: str = ""
    slot: str = ""

    @property
    def row(self) -> bulk.Row:
        first, now = self.found.arrivals[0], self.standing
        body = orjson.dumps(self.body).decode()
        said = (first.checkpoint, first.window, self.slot, first.at, now.state, now.owner, now.resolution, body)
        return (self.id, self.event, self.found.what, self.subject, *said)

    @property
    def body(self) -> dict[str, Any]:
        first = self.found.arrivals[0]
        slot = {"slot": self.slot} if self.slot else {}
        return {
            "id": self.id, "what": self.found.what, "checkpoint": first.checkpoint, "window": first.window, **slot,
            "people": [records.subject_id(each) for each in self._subjects if each[0] == "p"],
            "operations": [_told(each) for each in self.found.arrivals], "since": write_time(first.at),
            **{name: value for name, value in self.standing._asdict().items() if value},
        }  # fmt: skip

    @property
    def _subjects(self) -> list[str]:
        return [each.subject for each in self.found.arrivals if isinstance(each, Claim)] or [self.subject]


def _told(record: Arrival | Claim) -> dict[str, str]:
    told = {"id": record.id, "checkpoint": record.checkpoint, "at": write_time(record.at), "by": record.by}
    return told | ({"phone": record.phone} if record.phone else {}) | _whose(record)


def _whose(record: Arrival | Claim) -> dict[str, str]:
    """Who has a place, or by what code somebody was let in."""
    if isinstance(record, Claim):
        return {"person" if record.subject[0] == "p" else "credential": records.subject_id(record.subject)}
    return {"credential": record.credential} if record.credential else {}


def settle(event_id: UUID, subjects: Collection[str], changes: Changes) -> None:
    """Makes the conflicts of these subjects what they should be now."""
    if subjects:
        changes.require(records.conflicts_stream(event_id))
        stored = {key: body for key, event, body in _rows(_STORED, subjects) if event == str(event_id)}
        write(event_id, derived(event_id, subjects), stored, changes)


def write(event_id: UUID, right: Iterable[Conflict], stored: Mapping[str, str], changes: Changes) -> None:
    """Puts those that are right in the place of those that are stored. `stored`: their bodies, by id."""
    stream = records.conflicts_stream(event_id)
    wanted = {each.id: each for each in right}
    rows = [each.row for each in wanted.values()]
    bulk.upsert(models.Conflict, COLUMNS, [row for row in rows if stored.get(row[0]) != row[-1]], key=("id",))
    if gone := sorted(stored.keys() - wanted.keys()):
        models.Conflict.objects.filter(id__in=gone).delete()
    for key in gone:
        changes.delete(stream, "conflict", key)
    for each in wanted.values():
        changes.put(stream, "conflict", each.id, each.body)


def derived(event_id: UUID, subjects: Iterable[str]) -> Iterable[Conflict]:
    """What the conflicts of these subjects should be, from the ledger and the acts alone."""
    arrivals, apart = _arrivals(event_id, subjects)
    identified = identified_among(event_id, arrivals)
    merges = Identities(event_id).in_force()
    found = {
        str(uuid5(event_id, f"{each.name}/{subject}")): (subject, each)
        for subject, said in arrivals.items()
        for each in contradictions(identified=subject in identified, arrivals=said, apart=apart, merges=merges)
    }
    standings = standings_of({key: each for key, (_, each) in found.items()})
    for key, (subject, each) in found.items():
        yield Conflict(key, str(event_id), each, standings[key], subject=subject)


def _arrivals(event_id: UUID, subjects: Iterable[str]) -> tuple[dict[str, list[Arrival]], timedelta]:
    """The unvoided ones by subject, and within how many minutes nobody is at two distant places."""
    found: dict[str, list[Arrival]] = {}
    apart = 0
    doors = models.Checkpoint.objects.filter(venue__event=event_id).order_by()
    places = list(map(str, doors.values_list("id", flat=True)))
    for subject, verb, voided, minutes, *said in _rows(_ARRIVALS, subjects, within=places):
        if verb == "arrive" and not voided:
            found.setdefault(subject, []).append(_arrival(*said))
            apart = minutes
    return _in_their_rows(event_id, found), timedelta(minutes=apart)


def _arrival(key: str, checkpoint: str, venue: str, distant: bool, policy: str, *rest: Any) -> Arrival:  # noqa: FBT001
    return Arrival(key, checkpoint, venue, bool(distant), policy != "in_out", *rest)


def _in_their_rows(event_id: UUID, arrivals: Mapping[str, list[Arrival]]) -> dict[str, list[Arrival]]:
    """Those of a code are in the row of whoever has it."""
    coded = {each.credential for said in arrivals.values() for each in said if not each.person}
    owned = owners(event_id, coded)
    return {
        subject: [each._replace(person=each.person or owned.get(each.credential, "")) for each in said]
        for subject, said in arrivals.items()
    }


def standings_of(found: Mapping[str, Found]) -> dict[str, Standing]:
    """How far each of these is, by the id of the conflict."""
    acts = _acts(found)
    return {key: standing(each.arrivals, acts.get(key, ())) for key, each in found.items()}


def _acts(conflicts: Iterable[str]) -> dict[str, list[Act]]:
    acts: dict[str, list[Act]] = {}
    for conflict, verb, resolution, note, seen, *order in _rows(_ACTS, conflicts):
        known = None if seen is None else seen.split()
        acts.setdefault(conflict, []).append(Act(verb, resolution, note, known, *order))
    return acts


def _rows(lookup: Lookup, keys: Iterable[str], *, within: Sequence[str] = ()) -> Iterable[tuple[Any, ...]]:
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), CHUNK):
        yield from lookup.rows(wanted[start : start + CHUNK], within=within)


def stored(event_id: UUID) -> Mapping[str, tuple[Any, ...]]:
    """The rows as they are, by id, in the shape of `Conflict.row`."""
    found = models.Conflict.objects.filter(event=event_id)
    names = [name if name not in {"event", "checkpoint"} else f"{name}_id" for name in COLUMNS]
    return {
        str(row[0]): (str(row[0]), str(row[1]), *row[2:4], str(row[4]), *row[5:]) for row in found.values_list(*names)
    }
