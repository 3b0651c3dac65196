"""The ledger in memory: the records of some subjects, what they fold to, and writing what changed.

Every function here runs with the attendance heads of the venues concerned locked.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, cast
from uuid import UUID

from checkin import models, records
from checkin.rules import Entry, Policy, Presence, Verb, fold
from eventsync.sync import bulk
from eventsync.sync.streams import Changes

CHUNK = 500


class Key(NamedTuple):
    """Whose presence: a subject at one checkpoint, in one window."""

    checkpoint: UUID
    window: str
    subject: str


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

    policies: Mapping[UUID, str]
    entries: dict[Key, dict[str, Entry]] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)

    def load(self, subjects: Iterable[str]) -> None:
        """Adds all records of these subjects, at whatever checkpoint that has a policy here."""
        wanted = sorted(set(subjects))
        columns = ("operation_id", "checkpoint_id", "window", "subject", "verb", "at", "seq", "by", "voided")
        for start in range(0, len(wanted), CHUNK):
            rows = models.AttendanceRecord.objects.filter(subject__in=wanted[start : start + CHUNK]).order_by()
            for operation_id, checkpoint, window, subject, verb, at, seq, by, voided in rows.values_list(*columns):
                if checkpoint in self.policies and verb in {"arrive", "leave"}:
                    entry = Entry(cast(Verb, verb), at, seq, str(operation_id), by)
                    self.add(Key(checkpoint, window, subject), entry, voided=voided)

    def add(self, key: Key, entry: Entry, *, voided: bool) -> None:
        self.entries.setdefault(key, {})[entry.id] = entry
        if voided:
            self.voided.add(entry.id)

    def fold(self, key: Key) -> Presence | None:
        policy = cast(Policy, self.policies[key.checkpoint])
        return fold(policy=policy, entries=self.entries.get(key, {}).values(), voided=self.voided)

    def unvoided_arrivals(self, key: Key) -> int:
        entries = self.entries.get(key, {}).values()
        return sum(entry.verb == "arrive" and entry.id not in self.voided for entry in entries)


@dataclass
class Sheet:
    """What a transaction does to presence: noted before, folded after, written once."""

    noted: set[Key] = field(default_factory=set)
    counts: dict[tuple[UUID, str], Counts] = field(default_factory=dict)

    def note(self, key: Key, presence: Presence | None, *, identified: bool) -> None:
        """Takes what a key folded to before out of the counts; only the first note of a key does anything."""
        if key not in self.noted:
            self.noted.add(key)
            self.counts_of(key).count(presence, identified=identified, sign=-1)

    def counts_of(self, key: Key) -> Counts:
        return self.counts.setdefault((key.checkpoint, key.window), Counts())

    def write(self, book: Book, *, identified: Collection[str], venues: Mapping[UUID, UUID], changes: Changes) -> None:
        """Writes presence, headcounts and their records. `identified`: the subjects on the roster by now."""
        after = {key: book.fold(key) for key in sorted(self.noted, key=str)}
        for key, presence in after.items():
            self.counts_of(key).count(presence, identified=key.subject in identified, sign=1)
        _write_presence(after, identified)
        for key, presence in after.items():
            _put_presence(changes, records.attendance_stream(venues[key.checkpoint]), key, presence)
        _write_headcounts(self.counts, venues, changes)


def _put_presence(changes: Changes, stream: str, key: Key, presence: Presence | None) -> None:
    name = records.presence_key(*key)
    if presence is None:
        changes.delete(stream, "presence", name)
    else:
        changes.put(stream, "presence", name, records.presence_body(*key, presence))


def _write_presence(after: Mapping[Key, Presence | None], identified: Collection[str]) -> None:
    columns = ("checkpoint", "window", "subject", "identified", "state", "since", "by", "operation_id", "duplicates")
    rows = [
        (*key, key.subject in identified, held.state, held.since, held.by, held.operation, held.duplicates)
        for key, held in after.items()
        if held is not None
    ]
    bulk.upsert(models.Presence, columns, rows, key=("subject", "checkpoint", "window"))
    gone = {key for key, held in after.items() if held is None}
    stored = models.Presence.objects.filter(subject__in={key.subject for key in gone})
    columns_of_key = ("checkpoint_id", "window", "subject")
    doomed = [row for row, *key in stored.values_list("id", *columns_of_key) if Key(*key) in gone]
    models.Presence.objects.filter(id__in=doomed).delete()


def _write_headcounts(deltas: Mapping[tuple[UUID, str], Counts], venues: Mapping[UUID, UUID], changes: Changes) -> None:
    checkpoints = {checkpoint for checkpoint, _ in deltas}
    columns = ("checkpoint_id", "window", "present", "unidentified", "voided")
    stored = {
        (checkpoint, window): Counts(*counts)
        for checkpoint, window, *counts in models.Headcount.objects.filter(checkpoint__in=checkpoints).values_list(
            *columns
        )
    }
    rows = []
    for (checkpoint, window), delta in deltas.items():
        old = stored.get((checkpoint, window))
        if old is not None and delta == Counts():
            continue
        old = old or Counts()  # a window that nobody is in any more has its row in every order of arrival
        now = Counts(old.present + delta.present, old.unidentified + delta.unidentified, old.voided + delta.voided)
        rows.append((checkpoint, window, now.present, now.unidentified, now.voided))
        put_headcount(changes, venues[checkpoint], checkpoint, window, now)
    bulk.upsert(
        models.Headcount,
        ("checkpoint", "window", "present", "unidentified", "voided"),
        rows,
        key=("checkpoint", "window"),
    )


def put_headcount(changes: Changes, venue: UUID, checkpoint: UUID, window: str, counts: Counts) -> None:
    body = {
        "checkpoint": str(checkpoint),
        "window": window,
        "present": counts.present,
        "unidentified": counts.unidentified,
        "voided": counts.voided,
    }
    changes.put(records.attendance_stream(venue), "headcount", f"{checkpoint}/{window}", body)


def person_subject(person_id: UUID | str) -> str:
    return "p" + str(person_id).replace("-", "")


def credential_subject(digest: str) -> str:
    return "c" + digest


def identified_among(event_id: UUID, subjects: Iterable[str]) -> set[str]:
    """Which of these subjects are people of the event."""
    ids = [UUID(subject[1:]) for subject in subjects if subject[0] == "p"]
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        people = models.Person.objects.filter(id__in=ids[start : start + CHUNK])
        found |= {person_subject(id) for id, event in people.values_list("id", "event_id") if event == event_id}
    return found
