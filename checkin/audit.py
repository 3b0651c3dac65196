"""Whether what is derived is what the ledger says: presence, headcounts and records, all folded again from nothing."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

import orjson

from checkin import holds, models, records
from checkin.conflicts import places, projection
from checkin.identity import Identities
from checkin.ledger import (
    Book,
    Counts,
    Key,
    credential_subject,
    identified_among,
    person_subject,
    presences_of,
    put_headcount,
)
from checkin.rules import Presence, desk_after
from eventsync.schedule.models import Event
from eventsync.sync.models import Change
from eventsync.sync.streams import Changes

KINDS = ("checkpoint", "conflict", "guardian", "headcount", "merged", "person", "presence")

K = TypeVar("K")
V = TypeVar("V")


def differences(event: Event) -> Iterator[str]:
    """A sentence for everything of this event that is not as it follows from the ledger and the roster."""
    checkpoints = models.Checkpoint.objects.filter(venue__event=event).select_related("venue__event")
    doors = {str(door.id): door for door in checkpoints.prefetch_related("windows")}
    book = Book({key: door.policy for key, door in doors.items()})
    book.load(set(models.AttendanceRecord.objects.filter(event=event).values_list("subject", flat=True)) - {""})
    identities = Identities(event.id)
    yield from _subjects(event, identities)
    yield from _voided(event, book)
    folded = {key: presence for key in book.entries if (presence := book.fold(key))}
    identified = identified_among(event.id, {key.subject for key in folded})
    yield from _compare(
        "Presence", _stored_presence(doors), {k: (v, k.subject in identified) for k, v in folded.items()}
    )
    counts = _headcounts(book, folded, identified)
    yield from _compare("Headcount", _stored_headcounts(doors), counts)
    yield from _streams(event, doors, folded, counts, identities)
    yield from _compare("Hold of", *_holds(event, identities))
    yield from _compare("Conflict", *_conflicts(event, book))
    yield from _compare("Merge of", *_merged(event, identities))
    yield from _compare("Walk-in", *_walk_ins(event))


def _compare(what: str, stored: Mapping[K, V], right: Mapping[K, V]) -> Iterator[str]:
    for key in sorted(stored.keys() | right.keys(), key=str):
        if stored.get(key) != right.get(key):
            yield f"{what} of {key}: stored {stored.get(key)}, but the ledger gives {right.get(key)}."


def _subjects(event: Event, identities: Identities) -> Iterator[str]:
    """Each record must count for whom its code belongs to now."""
    owners = dict(models.Credential.objects.filter(event=event).values_list("digest", "person_id"))
    rows = models.AttendanceRecord.objects.filter(event=event, verb__in=["arrive", "leave", "refuse"])
    columns = ("operation_id", "subject", "person_id", "credential")
    for operation, subject, person, digest in rows.values_list(*columns).iterator():
        owner = person or owners.get(digest)
        right = person_subject(identities.of(str(owner))) if owner else credential_subject(digest)
        if subject != right:
            yield f"Record {operation} counts for {subject}, but it is {right}'s."


def _merged(event: Event, identities: Identities) -> tuple[dict[str, str], dict[str, str]]:
    """Who is merged into whom, as it is stored and as it follows from what was said."""
    people = {str(key): str(into or key) for key, into in event.people.values_list("id", "merged_into")}
    right = {person: identities.of(person) for person in people}
    return people, right


def _walk_ins(event: Event) -> tuple[dict[str, bool], dict[str, bool]]:
    said = models.ListRecord.objects.filter(event=event).values_list("verb", "person_id").distinct()
    by_verb: dict[str, set[UUID]] = {}
    for verb, person in said:
        by_verb.setdefault(verb, set()).add(person)
    right = by_verb.get("register", set()) - by_verb.get("confirm", set())
    people = dict(event.people.values_list("id", "walk_in"))
    return {str(key): said for key, said in people.items() if said}, {str(key): True for key in right & people.keys()}


def _holds(event: Event, identities: Identities) -> tuple[dict[str, str], dict[str, str]]:
    """Who is on hold, as it is stored and as it follows from what was said."""
    people = {str(key): desk for key, desk in event.people.values_list("id", "hold_desk").iterator()}
    said = models.HoldRecord.objects.filter(event=event).values_list("person_id", flat=True).distinct()
    entries = holds.entries_of({str(key) for key in said}, identities)
    right = {person: desk for person in people if (desk := desk_after(entries.get(identities.of(person), [])))}
    return {person: desk for person, desk in people.items() if desk}, right


def _conflicts(event: Event, book: Book) -> tuple[dict[str, Any], dict[str, Any]]:
    """As they are stored, and as the ledger makes them. Swapped wristbands are left out: a worker looks for those."""
    derived = [
        *projection.derived(event.id, {key.subject for key in book.entries}),
        *places.derived(event.id, places.taken(event.id)),
    ]
    right = {each.id: each.row for each in derived}
    both = projection.stored(event.id), right
    at_once = [{key: row for key, row in rows.items() if row[2] != "swapped_wristband"} for rows in both]
    return at_once[0], at_once[1]


def _voided(event: Event, book: Book) -> Iterator[str]:
    rows = models.AttendanceRecord.objects.filter(event=event, verb="void")
    voids = {(str(target), str(checkpoint)) for target, checkpoint in rows.values_list("refers_to", "checkpoint_id")}
    passages = ((id, key.checkpoint, id in book.voided) for key, entries in book.entries.items() for id in entries)
    for operation, checkpoint, marked in chain(passages, _refusals(event)):
        right = (operation, checkpoint) in voids
        if marked != right:
            yield f"Record {operation} is {'not ' if right else ''}marked as undone, and should be the opposite."


def _refusals(event: Event) -> Iterator[tuple[str, str, bool]]:
    rows = models.AttendanceRecord.objects.filter(event=event, verb="refuse")
    for operation, checkpoint, marked in rows.values_list("operation_id", "checkpoint_id", "voided"):
        yield str(operation), str(checkpoint), marked


def _stored_presence(doors: Mapping[str, models.Checkpoint]) -> dict[Key, tuple[Presence, bool]]:
    return dict(presences_of(models.Presence.objects.filter(checkpoint__in=[door.id for door in doors.values()])))


def _stored_headcounts(doors: Mapping[str, models.Checkpoint]) -> dict[tuple[str, str], Counts]:
    columns = ("checkpoint_id", "window", "present", "unidentified", "voided")
    rows = models.Headcount.objects.filter(checkpoint__in=[door.id for door in doors.values()]).values_list(*columns)
    return {(str(checkpoint), window): Counts(*counts) for checkpoint, window, *counts in rows}


def _headcounts(book: Book, folded: Mapping[Key, Presence], identified: set[str]) -> dict[tuple[str, str], Counts]:
    counts: dict[tuple[str, str], Counts] = {}
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

    def delete(self, stream: str, kind: str, key: str) -> None:
        """Nothing is wanted there."""


def _streams(
    event: Event,
    doors: Mapping[str, models.Checkpoint],
    folded: Mapping[Key, Presence],
    counts: Mapping[tuple[str, str], Counts],
    identities: Identities,
) -> Iterator[str]:
    """What devices read must be what the rows say, record by record."""
    venues = map(records.attendance_stream, records.venue_ids(event.id))
    wanted = _Wanted([*sorted(records.people_streams(event.id)), records.guardians_stream(event.id), *venues])
    for door in doors.values():
        records.put_checkpoint(wanted, door)
    for key, presence in folded.items():
        stream = records.attendance_stream(doors[key.checkpoint].venue_id)
        wanted.put(stream, "presence", records.presence_key(*key), records.presence_body(*key, presence))
    for (checkpoint, window), count in counts.items():
        stream = records.attendance_stream(doors[checkpoint].venue_id)
        put_headcount(wanted, stream, checkpoint, window, count)
    people = event.people.order_by().values_list("id", flat=True)
    records.put_people(wanted, event.id, people, identities)
    guarded = models.Guardian.objects.filter(person__event=event).values_list("person_id", flat=True)
    records.put_guardians(wanted, event.id, guarded)
    wanted.bodies[records.conflicts_stream(event.id)] = {
        ("conflict", str(key)): orjson.loads(body)
        for key, body in models.Conflict.objects.filter(event=event).values_list("id", "body")
    }
    records.put_merged(wanted, event.id, people, identities)
    for stream, bodies in wanted.bodies.items():
        rows = Change.objects.filter(stream=stream, deleted=False, kind__in=KINDS)
        stored = {(kind, key): orjson.loads(body) for kind, key, body in rows.values_list("kind", "key", "body")}
        yield from _compare(f"Stream {stream}: record", stored, bodies)
