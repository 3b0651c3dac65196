"""Whether what is derived is what the ledger says: presence, headcounts and records, all folded again from nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

import orjson

from checkin import models, records
from checkin.ledger import Book, Counts, Key, credential_subject, identified_among, person_subject, put_headcount
from checkin.rules import Presence
from eventsync.schedule.models import Event
from eventsync.sync.models import Change
from eventsync.sync.streams import Changes

KINDS = ("checkpoint", "headcount", "person", "presence")

K = TypeVar("K")
V = TypeVar("V")


def differences(event: Event) -> Iterator[str]:
    """A sentence for everything of this event that is not as it follows from the ledger and the roster."""
    checkpoints = models.Checkpoint.objects.filter(venue__event=event).select_related("venue__event")
    doors = {door.id: door for door in checkpoints.prefetch_related("windows")}
    book = Book({key: door.policy for key, door in doors.items()})
    book.load(set(models.AttendanceRecord.objects.filter(event=event).values_list("subject", flat=True)) - {""})
    yield from _subjects(event)
    yield from _voided(event, book)
    folded = {key: presence for key in book.entries if (presence := book.fold(key))}
    identified = identified_among(event.id, {key.subject for key in folded})
    yield from _compare(
        "Presence", _stored_presence(doors), {k: (v, k.subject in identified) for k, v in folded.items()}
    )
    counts = _headcounts(book, folded, identified)
    yield from _compare("Headcount", _stored_headcounts(doors), counts)
    yield from _streams(event, doors, folded, counts)


def _compare(what: str, stored: Mapping[K, V], right: Mapping[K, V]) -> Iterator[str]:
    for key in sorted(stored.keys() | right.keys(), key=str):
        if stored.get(key) != right.get(key):
            yield f"{what} of {key}: stored {stored.get(key)}, but the ledger gives {right.get(key)}."


def _subjects(event: Event) -> Iterator[str]:
    """Each record must count for whom its code belongs to now."""
    owners = dict(models.Credential.objects.filter(event=event).values_list("digest", "person_id"))
    rows = models.AttendanceRecord.objects.filter(event=event, verb__in=["arrive", "leave", "refuse"])
    columns = ("operation_id", "subject", "person_id", "credential")
    for operation, subject, person, digest in rows.values_list(*columns).iterator():
        owner = person or owners.get(digest)
        right = person_subject(owner) if owner else credential_subject(digest)
        if subject != right:
            yield f"Record {operation} counts for {subject}, but it is {right}'s."


def _voided(event: Event, book: Book) -> Iterator[str]:
    rows = models.AttendanceRecord.objects.filter(event=event, verb="void")
    voids = {(str(target), checkpoint) for target, checkpoint in rows.values_list("refers_to", "checkpoint_id")}
    for key, entries in book.entries.items():
        for operation in entries:
            right = (operation, key.checkpoint) in voids
            if (operation in book.voided) != right:
                yield f"Record {operation} is {'not ' if right else ''}marked as undone, and should be the opposite."


def _stored_presence(doors: Mapping[UUID, Any]) -> dict[Key, tuple[Presence, bool]]:
    columns = (
        "checkpoint_id", "window", "subject", "state", "since", "by", "operation_id", "duplicates", "identified",
    )  # fmt: skip
    rows = models.Presence.objects.filter(checkpoint__in=doors).values_list(*columns)
    return {
        Key(*key): (Presence(state, since, by, str(operation), duplicates), identified)
        for *key, state, since, by, operation, duplicates, identified in rows.iterator()
    }


def _stored_headcounts(doors: Mapping[UUID, Any]) -> dict[tuple[UUID, str], Counts]:
    columns = ("checkpoint_id", "window", "present", "unidentified", "voided")
    rows = models.Headcount.objects.filter(checkpoint__in=doors).values_list(*columns)
    return {(checkpoint, window): Counts(*counts) for checkpoint, window, *counts in rows}


def _headcounts(book: Book, folded: Mapping[Key, Presence], identified: set[str]) -> dict[tuple[UUID, str], Counts]:
    counts: dict[tuple[UUID, str], Counts] = {}
    for key, entries in book.entries.items():
        count = counts.setdefault((key.checkpoint, key.window), Counts())
        count.count(folded.get(key), identified=key.subject in identified, sign=1)
        count.voided += sum(entry.verb == "arrive" and entry.id in book.voided for entry in entries.values())
    return counts


class _Wanted(Changes):
    """What streams should hold, from the very functions that write to them."""

    def __init__(self, streams: Iterable[str]) -> None:
        super().__init__({})
        self.bodies: dict[str, dict[tuple[str, str], Any]] = {stream: {} for stream in streams}

    def put(self, stream: str, kind: str, key: str, body: object) -> None:
        self.bodies[stream][kind, key] = body


def _streams(
    event: Event,
    doors: Mapping[UUID, models.Checkpoint],
    folded: Mapping[Key, Presence],
    counts: Mapping[tuple[UUID, str], Counts],
) -> Iterator[str]:
    """What devices read must be what the rows say, record by record."""
    wanted = _Wanted(map(records.attendance_stream, records.venue_ids(event.id)))
    for door in doors.values():
        records.put_checkpoint(wanted, door)
    for key, presence in folded.items():
        stream = records.attendance_stream(doors[key.checkpoint].venue_id)
        wanted.put(stream, "presence", records.presence_key(*key), records.presence_body(*key, presence))
    for (checkpoint, window), count in counts.items():
        put_headcount(wanted, doors[checkpoint].venue_id, checkpoint, window, count)
    wanted.bodies[records.roster_stream(event.id)] = dict(_people(event))
    for stream, bodies in wanted.bodies.items():
        rows = Change.objects.filter(stream=stream, deleted=False, kind__in=KINDS)
        stored = {(kind, key): orjson.loads(body) for kind, key, body in rows.values_list("kind", "key", "body")}
        yield from _compare(f"Stream {stream}: record", stored, bodies)


def _people(event: Event) -> Iterator[tuple[tuple[str, str], Any]]:
    digests: dict[UUID, list[str]] = {}
    active = models.Credential.objects.filter(event=event, state=models.CredentialState.ACTIVE)
    for person, digest in active.values_list("person_id", "digest"):
        digests.setdefault(person, []).append(digest)
    rows = models.Person.objects.filter(event=event).values("id", *records.SHOWN)
    for row in rows.iterator():
        yield ("person", str(row["id"])), records.person_body(row, digests.get(row["id"], []))
