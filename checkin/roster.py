"""Changing who is expected and what they carry: the one way in for admin, imports and commands.

Presence depends on it (a code that was unknown may now be somebody's), so both change together.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from checkin import models, records
from checkin.ledger import CHUNK, Book, Key, Sheet, credential_subject, identified_among, person_subject
from checkin.rules import Presence, search_key
from eventsync.sync.streams import Changes, lock


@dataclass
class RosterChange:
    """What the caller changed: people that were added, edited or removed, and digests whose owner changed."""

    people: set[UUID] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)


@contextmanager
def changing(event_id: UUID) -> Iterator[RosterChange]:
    """One transaction with every attendance head of the event locked; at its end presence and streams follow."""
    with transaction.atomic():
        venues = map(records.attendance_stream, records.venue_ids(event_id))
        changes = lock([records.roster_stream(event_id), *venues])
        change = RosterChange()
        yield change
        _resettle(event_id, change, changes)
        records.put_people(changes, event_id, sorted(change.people))
        changes.write()


def _resettle(event_id: UUID, change: RosterChange, changes: Changes) -> None:
    """Re-folds the ledger's records of everybody whose identity may have changed."""
    if not models.AttendanceRecord.objects.filter(event=event_id).exists():
        return
    owners = _owners(event_id, change.digests)
    moved, touched = _moves(event_id, change, owners)
    if not (touched or moved):
        return
    sheet, subjects = Sheet(), {key.subject for key in touched}
    held = _stored_presence(subjects)
    for key in touched:
        presence, identified = held.get(key, (None, False))
        sheet.note(key, presence, identified=identified)
    for subject, operations in moved.items():
        for start in range(0, len(operations), CHUNK):
            part = operations[start : start + CHUNK]
            models.AttendanceRecord.objects.filter(operation_id__in=part).update(subject=subject)
    doors = {each.id: each for each in models.Checkpoint.objects.filter(id__in={key.checkpoint for key in touched})}
    book = Book({key: door.policy for key, door in doors.items()})
    book.load(subjects)
    venues = {key: door.venue_id for key, door in doors.items()}
    sheet.write(book, identified=identified_among(event_id, subjects), venues=venues, changes=changes)


def _owners(event_id: UUID, digests: Iterable[str]) -> dict[str, UUID]:
    wanted = sorted(digests)
    owners: dict[str, UUID] = {}
    for start in range(0, len(wanted), CHUNK):
        query = models.Credential.objects.filter(event=event_id, digest__in=wanted[start : start + CHUNK])
        owners.update(query.values_list("digest", "person_id"))
    return owners


def _moves(event_id: UUID, change: RosterChange, owners: dict[str, UUID]) -> tuple[dict[str, list[UUID]], set[Key]]:
    """The records that count for somebody else now, by their new subject; and every key that is concerned."""
    moved: dict[str, list[UUID]] = {}
    touched: set[Key] = set()
    for operation, verb, checkpoint, window, old, digest in _records_of(event_id, change):
        owner = owners.get(digest)
        new = old if digest not in change.digests else person_subject(owner) if owner else credential_subject(digest)
        if verb != "refuse":  # which changes no presence
            touched |= {Key(checkpoint, window, old), Key(checkpoint, window, new)}
        if new != old:
            moved.setdefault(new, []).append(operation)
    return moved, touched


def _records_of(event_id: UUID, change: RosterChange) -> Iterator[tuple[UUID, str, UUID, str, str, str]]:
    columns = ("operation_id", "verb", "checkpoint_id", "window", "subject", "credential")
    subjects = {person_subject(person) for person in change.people} | {credential_subject(d) for d in change.digests}
    wanted = sorted(subjects)
    for start in range(0, len(wanted), CHUNK):
        rows = models.AttendanceRecord.objects.filter(subject__in=wanted[start : start + CHUNK], event=event_id)
        yield from rows.values_list(*columns)


def _stored_presence(subjects: Iterable[str]) -> dict[Key, tuple[Presence, bool]]:
    wanted, found = sorted(subjects), {}
    columns = (
        "checkpoint_id", "window", "subject", "identified", "state", "since", "by", "operation_id", "duplicates",
    )  # fmt: skip
    for start in range(0, len(wanted), CHUNK):
        rows = models.Presence.objects.filter(subject__in=wanted[start : start + CHUNK])
        for checkpoint, window, subject, identified, state, since, by, operation, duplicates in rows.values_list(
            *columns
        ):
            presence = Presence(state, since, by, str(operation), duplicates)
            found[Key(checkpoint, window, subject)] = (presence, identified)
    return found


def remove_people(event_id: UUID, people: Iterable[UUID]) -> None:
    """Takes people and their codes off the roster; the ledger keeps every record of them, as unidentified."""
    with changing(event_id) as change:
        wanted = list(people)
        for start in range(0, len(wanted), CHUNK):
            doomed = models.Person.objects.filter(event=event_id, id__in=wanted[start : start + CHUNK])
            change.people.update(doomed.values_list("id", flat=True))
            credentials = models.Credential.objects.filter(person__in=doomed)
            change.digests.update(credentials.values_list("digest", flat=True))
            credentials.delete()
            doomed.delete()


def search_of(name: str) -> str:
    """What a person is found by; cut, for a name can get longer by taking its letters apart."""
    return search_key(name)[: models.Person._meta.get_field("search").max_length]


def publish_checkpoints(checkpoints: Iterable[models.Checkpoint]) -> None:
    """Writes checkpoints as they are now into the attendance streams of their venues."""
    found = list(checkpoints)
    with transaction.atomic():
        changes = lock(records.attendance_stream(checkpoint.venue_id) for checkpoint in found)
        # Read again under the lock: another change of the same page may have come between.
        named = models.Checkpoint.objects.filter(id__in=[checkpoint.id for checkpoint in found])
        for checkpoint in named.select_related("venue__event").prefetch_related("windows"):
            records.put_checkpoint(changes, checkpoint)
        changes.write()


def remove_checkpoints(checkpoints: Iterable[models.Checkpoint]) -> None:
    """Deletes checkpoints, here and on every phone; ProtectedError when the ledger has records of one."""
    doomed = list(checkpoints)
    with transaction.atomic():
        changes = lock(records.attendance_stream(checkpoint.venue_id) for checkpoint in doomed)
        for checkpoint in doomed:
            changes.delete(records.attendance_stream(checkpoint.venue_id), "checkpoint", str(checkpoint.id))
            checkpoint.delete()
        changes.write()
