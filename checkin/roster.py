"""Changing who is expected and what they carry: the one way in for admin, imports and commands.

Presence depends on it (a code that was unknown may now be somebody's), so both change together.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from checkin import models, records
from checkin.conflicts import settling
from checkin.holds import entries_of
from checkin.identity import Identities, groups, owners
from checkin.ledger import (
    CHUNK,
    Book,
    Key,
    Sheet,
    credential_subject,
    identified_among,
    person_subject,
    presences_of,
    records_about,
)  # fmt: skip
from checkin.rules import Presence, desk_after, search_key
from checkin.safety import keeping as safety
from eventsync.rows import bulk
from eventsync.schedule.links import keeping as family_links
from eventsync.sync.streams import Changes, lock


@dataclass
class RosterChange:
    """What the caller changed: people that were added, edited or removed, and digests whose owner changed.

    `guardians`: people who were given a release code, or lost it. `conflicts`: those that leads' notes were taken from.
    """

    people: set[UUID] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    guardians: set[UUID] = field(default_factory=set)
    conflicts: set[UUID] = field(default_factory=set)


@contextmanager
def changing(event_id: UUID) -> Iterator[RosterChange]:
    """One transaction with every attendance head of the event locked; at its end presence and streams follow."""
    with transaction.atomic():
        venues = map(records.attendance_stream, records.venue_ids(event_id))
        leads = (records.conflicts_stream(event_id), records.guardians_stream(event_id))
        changes = lock([*records.people_streams(event_id), *leads, *venues])
        change = RosterChange()
        yield change
        settle(event_id, change, changes)
        changes.write()


def settle(event_id: UUID, change: RosterChange, changes: Changes) -> None:
    """Presence, holds and streams follow from what was changed. All heads that `changing` names are locked."""
    identities = Identities(event_id)
    people = groups(identities, change.people | change.guardians | identities.settle())
    _resettle(event_id, RosterChange(people, change.digests), identities, changes)
    _refold_holds(people, identities)
    records.put_people(changes, event_id, sorted(people), identities)
    records.put_merged(changes, event_id, people, identities)
    if change.guardians:
        records.put_guardians(changes, event_id, change.guardians)
    if change.conflicts:
        settling.settle_again(event_id, change.conflicts, changes)


def _resettle(event_id: UUID, change: RosterChange, identities: Identities, changes: Changes) -> None:
    """Re-folds the ledger's records of everybody whose identity may have changed."""
    if not models.AttendanceRecord.objects.filter(event=event_id).exists():
        return
    moved, touched = _moves(event_id, change, identities)
    if not (touched or moved):
        return
    sheet, subjects = Sheet(), {key.subject for key in touched}
    held = _stored_presence(touched)
    for key in touched:
        presence, identified = held.get(key, (None, False))
        sheet.note(key, presence, identified=identified)
    for subject, operations in moved.items():
        for start in range(0, len(operations), CHUNK):
            part = operations[start : start + CHUNK]
            models.AttendanceRecord.objects.filter(operation_id__in=part).update(subject=subject)
    named = models.Checkpoint.objects.filter(id__in={key.checkpoint for key in touched})
    doors = {str(each.id): each for each in named}
    book = Book({key: door.policy for key, door in doors.items()})
    book.load(subjects)
    streams = {key: records.attendance_stream(door.venue_id) for key, door in doors.items()}
    places = sheet.write(book, identified=identified_among(event_id, subjects), streams=streams, changes=changes)
    settling.settle(event_id, subjects=subjects, places=places, changes=changes)


def _refold_holds(people: Iterable[UUID], identities: Identities) -> None:
    """What was said of them holds for all their rows, also when it came before they did."""
    wanted = sorted(map(str, people))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        said = entries_of(part, identities)
        stored = models.Person.objects.filter(id__in=part).order_by().values_list("id", "hold_desk")
        right = {key: desk_after(said.get(identities.of(str(key)), ())) for key, _ in stored}
        changed = [(right[key], key) for key, desk in stored if desk != right[key]]
        bulk.update(models.Person, ("hold_desk",), changed, key=("id",))


def place_hold(*, person: models.Person, desk: str, reason: str, by: str, now: datetime) -> None:
    """What an organiser says: everybody sends this person to `desk`; empty: the hold is lifted."""
    said: dict[str, Any] = {"desk": desk, "reason": reason, "by": by, "at": now, "seq": 0, "received_at": now}
    with changing(person.event_id) as change:
        models.HoldRecord.objects.create(operation_id=uuid4(), event_id=person.event_id, person_id=person.pk, **said)
        change.people.add(person.pk)


def _moves(event_id: UUID, change: RosterChange, identities: Identities) -> tuple[dict[str, list[UUID]], set[Key]]:
    """The records that count for somebody else now, by their new subject; and every key that is concerned."""
    moved: dict[str, list[UUID]] = {}
    touched: set[Key] = set()
    rows = list(_records_of(event_id, change))
    owned = owners(event_id, {digest for *_, person, digest in rows if person is None})
    for operation, verb, checkpoint, window, old, person, digest in rows:
        owner = person or owned.get(digest)
        new = person_subject(identities.of(str(owner))) if owner else credential_subject(digest)
        if verb != "refuse":  # which changes no presence
            touched |= {Key(str(checkpoint), window, old), Key(str(checkpoint), window, new)}
        if new != old:
            moved.setdefault(new, []).append(operation)
    return moved, touched


def _records_of(event_id: UUID, change: RosterChange) -> Iterator[tuple[UUID, str, UUID, str, str, UUID | None, str]]:
    columns = ("operation_id", "verb", "checkpoint_id", "window", "subject", "person_id", "credential")
    subjects = {person_subject(person) for person in change.people} | {credential_subject(d) for d in change.digests}
    wanted = sorted(subjects)
    for start in range(0, len(wanted), CHUNK):
        rows = records_about(wanted[start : start + CHUNK], event_id=event_id)
        yield from rows.values_list(*columns)


def _stored_presence(keys: Collection[Key]) -> dict[Key, tuple[Presence, bool]]:
    wanted, found = sorted({key.subject for key in keys}), dict[Key, tuple[Presence, bool]]()
    there = {UUID(key.checkpoint) for key in keys}, {key.window for key in keys}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        rows = models.Presence.objects.filter(checkpoint__in=there[0], window__in=there[1], subject__in=part)
        found |= dict(presences_of(rows))
    return found


def remove_people(event_id: UUID, people: Iterable[UUID]) -> None:
    """Takes people, the rows that are merged into theirs, and their codes off the roster.

    The ledger keeps every record of them, as unidentified.
    """
    with changing(event_id) as change:
        wanted = list(people)
        for start in range(0, len(wanted), CHUNK):
            part = models.Person.objects.filter(event=event_id, id__in=wanted[start : start + CHUNK])
            for doomed in (models.Person.objects.filter(merged_into__in=part), part):
                change.people.update(doomed.values_list("id", flat=True))
                credentials = models.Credential.objects.filter(person__in=doomed)
                change.digests.update(credentials.values_list("digest", flat=True))
                credentials.delete()
                guardians = models.Guardian.objects.filter(person__in=doomed)
                change.guardians.update(guardians.values_list("person_id", flat=True))
                guardians.delete()
                ids = list(doomed.values_list("id", flat=True))
                safety.erase(ids, now=timezone.now())
                family_links.forget(ids, now=timezone.now())
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
