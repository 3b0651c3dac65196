"""The ledger in memory: the records of some subjects, what they fold to, and writing what changed.

Every function here runs with the attendance heads of the venues concerned locked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, cast
from uuid import UUID

from django.db.models import QuerySet

from checkin import models, records
from checkin.rules import Entry, Policy, Presence, Verb, fold
from eventsync.rows import bulk
from eventsync.rows.lookup import Answer, Lookup
from eventsync.sync.streams import Changes

CHUNK = 500


class Key(NamedTuple):
    """Whose presence: a subject at one checkpoint, in one window."""

    checkpoint: str
    window: str
    subject: str


class Place(NamedTuple):
    """A slot of a checkpoint, in one window: for one person."""

    checkpoint: str
    window: str
    slot: str


_RECORDS = Lookup(
    models.AttendanceRecord,
    ("operation_id", "checkpoint", "window", "subject", "verb", "at", "seq", "by", "slot", "phone", "voided"),
    by="subject",
    within="checkpoint",
)
_HEADCOUNTS = Lookup(
    models.Headcount, ("checkpoint", "window", "present", "unidentified", "voided"), by="checkpoint"
)  # fmt: skip
_PEOPLE = Lookup(models.Person, ("id", "event"), by="id")


@dataclass(slots=True)
class Counts:
    """What a headcount is made of."""

    present: int = 0
    unidentified: int = 0
    voided: int = 0

    def count(self, presence: Presence | None, *, identified: bool, sign: Literal[1, -1]) -> None:
        if presence is None or presence.state != "present":
            return
        if identified:
            self.present += sign
        else:
            self.unidentified += sign


@dataclass
class Book:
    """The arrive and leave records of the keys that were loaded, by operation id."""

    policies: Mapping[str, str]
    entries: dict[Key, dict[str, Entry]] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)

    def load(self, subjects: Iterable[str]) -> None:
        """Adds all records of these subjects at the checkpoints that have a policy here."""
        rows = _of_subjects(subjects, self.policies)
        for operation_id, checkpoint, window, subject, verb, at, seq, by, slot, phone, voided in rows:
            if verb in {"arrive", "leave"}:
                entry = Entry(cast(Verb, verb), at, seq, operation_id, by, slot, phone)
                self.add(Key(checkpoint, window, subject), entry, voided=voided)

    def add(self, key: Key, entry: Entry, *, voided: bool) -> None:
        self.entries.setdefault(key, {})[entry.id] = entry
        if voided:
            self.voided.add(entry.id)

    def fold(self, key: Key) -> Presence | None:
        entries = self.entries.get(key)
        if not entries:
            return None
        policy = cast(Policy, self.policies[key.checkpoint])
        return fold(policy=policy, entries=entries.values(), voided=self.voided)

    def unvoided_arrivals(self, key: Key) -> int:
        entries = self.entries.get(key)
        if not entries:
            return 0
        return sum(entry.verb == "arrive" and entry.id not in self.voided for entry in entries.values())


@dataclass
class Sheet:
    """What a transaction does to presence: noted before, folded after, written once."""

    noted: dict[Key, Presence | None] = field(default_factory=dict)  # in the order of the operations
    counts: dict[tuple[str, str], Counts] = field(default_factory=dict)

    def note(self, key: Key, presence: Presence | None, *, identified: bool) -> None:
        """Takes what a key folded to before out of the counts; only the first note of a key does anything."""
        if key not in self.noted:
            self.noted[key] = presence
            self.counts_of(key).count(presence, identified=identified, sign=-1)

    def counts_of(self, key: Key) -> Counts:
        place = (key.checkpoint, key.window)
        return self.counts.get(place) or self.counts.setdefault(place, Counts())

    def write(
        self, book: Book, *, identified: Collection[str], streams: Mapping[str, str], changes: Changes
    ) -> set[Place]:
        """Writes presence, headcounts and their records. `identified`: the subjects on the roster by now;
        `streams`: where each checkpoint's attendance is seen. Answers the places that others have, or by other records.
        """
        after = {key: book.fold(key) for key in self.noted}
        for key, presence in after.items():
            self.counts_of(key).count(presence, identified=key.subject in identified, sign=1)
        _write_presence(after, identified)
        for key, presence in after.items():
            _put_presence(changes, streams[key.checkpoint], key, presence)
        _write_headcounts(self.counts, streams, changes)
        return {
            place
            for key, presence in after.items()
            if (presence and presence.slot) or ((before := self.noted[key]) and before.slot)
            for place in _moved(key, self.noted[key], presence)
        }


def _moved(key: Key, before: Presence | None, after: Presence | None) -> Iterator[Place]:
    """The places that one of them holds and the other does not, or by another record."""
    for held, other in ((before, after), (after, before)):
        if held and held.holds and held != other:
            yield Place(key.checkpoint, key.window, held.slot)


def presences_of(rows: QuerySet[models.Presence]) -> Iterator[tuple[Key, tuple[Presence, bool]]]:
    """What is stored of each place, and whether its subject is identified."""
    columns = (
        "checkpoint_id", "window", "subject", "identified", "state", "since", "by", "operation_id", "duplicates",
        "slot", "phone",
    )  # fmt: skip
    for checkpoint, window, subject, identified, *held in rows.values_list(*columns):
        state, since, by, operation, duplicates, slot, phone = held
        presence = Presence(state, since, by, str(operation), duplicates, slot or "", phone)
        yield Key(str(checkpoint), window, subject), (presence, identified)


def _put_presence(changes: Changes, stream: str, key: Key, presence: Presence | None) -> None:
    name = records.presence_key(*key)
    if presence is None:
        changes.delete(stream, "presence", name)
    else:
        changes.put(stream, "presence", name, records.presence_body(*key, presence))


def _write_presence(after: Mapping[Key, Presence | None], identified: Collection[str]) -> None:
    columns = (
        "checkpoint", "window", "subject", "identified", "state", "since", "by", "operation_id", "duplicates", "slot",
        "phone",
    )  # fmt: skip
    rows = [
        (*key, key.subject in identified, *held[:5], held.slot or None, held.phone)
        for key, held in after.items()
        if held is not None
    ]
    bulk.upsert(models.Presence, columns, rows, key=Key._fields)
    bulk.delete(models.Presence, [key for key, held in after.items() if held is None], key=Key._fields)


def _write_headcounts(deltas: Mapping[tuple[str, str], Counts], streams: Mapping[str, str], changes: Changes) -> None:
    columns = ("checkpoint", "window", "present", "unidentified", "voided")
    stored = {
        (checkpoint, window): Counts(*counts)
        for checkpoint, window, *counts in _HEADCOUNTS.rows({checkpoint for checkpoint, _ in deltas})
    }
    rows = []
    for (checkpoint, window), delta in deltas.items():
        old = stored.get((checkpoint, window))
        if old is not None and delta == Counts():
            continue
        old = old or Counts()  # a window that nobody is in any more has its row in every order of arrival
        now = Counts(old.present + delta.present, old.unidentified + delta.unidentified, old.voided + delta.voided)
        rows.append((checkpoint, window, now.present, now.unidentified, now.voided))
        put_headcount(changes, streams[checkpoint], checkpoint, window, now)
    bulk.upsert(models.Headcount, columns, rows, key=("checkpoint", "window"))


def put_headcount(changes: Changes, stream: str, checkpoint: str, window: str, counts: Counts) -> None:
    body = {
        "checkpoint": checkpoint,
        "window": window,
        "present": counts.present,
        "unidentified": counts.unidentified,
        "voided": counts.voided,
    }
    changes.put(stream, "headcount", f"{checkpoint}/{window}", body)


def person_subject(person_id: UUID | str) -> str:
    return "p" + str(person_id).replace("-", "")


def credential_subject(digest: str) -> str:
    return "c" + digest


def identified_among(event_id: UUID, subjects: Iterable[str]) -> set[str]:
    """Which of these subjects are people of the event."""
    ids = [subject[1:] for subject in subjects if subject[0] == "p"]
    of_event = str(event_id)
    return {
        person_subject(person)
        for start in range(0, len(ids), CHUNK)
        for person, event in _PEOPLE.rows(ids[start : start + CHUNK])
        if event == of_event
    }


def records_about(subjects: Collection[str], *, event_id: UUID | None = None) -> "QuerySet[models.AttendanceRecord]":
    """All records of these subjects, in no order. The index that finds them begins with the checkpoint, so that what is
    written at a door lies together; there are few checkpoints.
    """
    doors = models.Checkpoint.objects.order_by()
    places = doors.filter(venue__event=event_id) if event_id else doors
    return models.AttendanceRecord.objects.filter(checkpoint__in=places.values("id"), subject__in=subjects).order_by()


def _of_subjects(subjects: Iterable[str], checkpoints: Collection[str]) -> Iterator[Answer]:
    wanted = sorted(set(subjects))
    for start in range(0, len(wanted), CHUNK):
        yield from _RECORDS.rows(wanted[start : start + CHUNK], within=checkpoints)
