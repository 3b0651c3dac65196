"""One batch written into the ledger: what was known before, what each operation adds, what is there after."""

from collections.abc import Sequence
from typing import cast

import msgspec

from checkin import models, records
from checkin.ledger import Book, Key, Sheet, identified_among
from checkin.payloads import Passage, Subject, Voiding
from checkin.references import Door, named_in, voids_around
from checkin.rules import OUTSIDE_WINDOWS, Entry, Verb, window_at
from eventsync.sync import bulk
from eventsync.sync.registry import Incoming, Outcome, Quarantine, Recorded
from eventsync.sync.streams import Changes

_COLUMNS = (
    "operation_id", "event", "checkpoint", "verb", "person_id", "credential", "subject", "window", "at", "seq", "by",
    "device", "received_at", "method", "reason", "roster_version", "group", "refers_to", "voided", "flags",
)  # fmt: skip


class Page:
    """One batch written into the ledger: what was known before it, what each operation adds, what is there after."""

    def __init__(self, doors: dict[str, Door], fresh: Sequence[Incoming]) -> None:
        self._doors = doors
        self._named = named_in(fresh)
        self._voids = voids_around(fresh)
        subjects = {key.subject for key in self._voids.keys.values()}
        self._identified = self._named.identified()
        self._identified |= identified_among(self._named.event, subjects - self._identified)
        subjects.update(self._named.subject(each.payload) for each in fresh if isinstance(each.payload, Subject))
        self._book = Book({door.id: door.policy for door in doors.values()})
        self._book.load(subjects)
        self._sheet = Sheet()
        self._rows: list[bulk.Row] = []
        self._newly_voided: list[str] = []

    def decide(self, operation: Incoming) -> Outcome:
        door = self._doors.get(operation.payload.checkpoint)
        if door is None:
            return Quarantine("invalid_payload", "There is no such checkpoint.")
        if door.event != operation.author.event_id:
            return Quarantine("wrong_event", "The checkpoint belongs to another event.")
        if self._named.elsewhere(operation.payload):
            return Quarantine("wrong_event", "The person belongs to another event.")
        match operation.payload:
            case Passage():
                flags = self._pass(operation, door)
            case Voiding():
                if operation.refers_to is None:
                    return Quarantine("invalid_payload", "A void must say in refers_to what it voids.")
                flags = self._void(operation, door)
            case _:
                flags = (*self._named.flags(operation.payload), *_scope(operation, door))
                subject = self._named.subject(operation.payload)
                self._record(operation, door, subject=subject, window="", flags=flags)
        return Recorded(frozenset([records.attendance_stream(door.venue)]), flags)

    def _pass(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        """An arrive or leave. What it does to presence is the fold's business."""
        verb = cast(Verb, operation.kind.removeprefix("checkin."))
        window = window_at(policy=door.policy, tz=door.tz, windows=door.windows, at=operation.corrected_at)
        key = Key(door.id, window, self._named.subject(operation.payload))
        self._touch(key)
        payload: Passage = operation.payload
        raised = {
            "second_admission": verb == "arrive" and door.policy != "in_out" and self._book.unvoided_arrivals(key) > 0,
            "outside_window": window == OUTSIDE_WINDOWS,
            "no_effect": verb == "leave" and door.policy != "in_out",
            "override": payload.override is not None,
            "paper": payload.method == "paper",
        }
        flags = (
            *self._named.flags(payload),
            *(flag for flag, up in raised.items() if up),
            *_scope(operation, door),
        )
        voided = (operation.id, door.id) in self._voids.waiting
        entry = Entry(verb, operation.corrected_at, operation.seq, operation.id, _by(operation))
        self._book.add(key, entry, voided=voided)
        self._voids.keys[operation.id] = key
        if voided and verb == "arrive":
            self._sheet.counts_of(key).voided += 1
        self._record(operation, door, subject=key.subject, window=window, flags=flags, voided=voided)
        return flags

    def _void(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        target = cast(str, operation.refers_to)
        key = self._voids.keys.get(target)
        effective = key is not None and key.checkpoint == door.id
        known = key is not None or target in self._voids.others
        flags = (*(("no_effect",) if known and not effective else ()), *_scope(operation, door))
        if key is None:
            self._voids.waiting.add((target, door.id))
        elif effective and target not in self._book.voided:
            self._touch(key)
            self._book.voided.add(target)
            self._newly_voided.append(target)
            if self._book.entries[key][target].verb == "arrive":
                self._sheet.counts_of(key).voided += 1
        self._record(operation, door, subject="", window="", flags=flags)
        return flags

    def _touch(self, key: Key) -> None:
        self._sheet.note(key, self._book.fold(key), identified=key.subject in self._identified)

    def _record(
        self,
        operation: Incoming,
        door: Door,
        *,
        subject: str,
        window: str,
        flags: tuple[str, ...],
        voided: bool = False,
    ) -> None:
        payload = msgspec.structs.asdict(operation.payload)
        self._rows.append(
            (
                operation.id, door.event, door.id, operation.kind.removeprefix("checkin."), payload.get("person"),
                payload.get("credential") or "", subject, window, operation.corrected_at, operation.seq,
                _by(operation), operation.author.id, operation.received_at, payload.get("method") or "",
                (payload.get("reason") or payload.get("override") or "")[:500], payload.get("roster_version"),
                payload.get("group"), operation.refers_to, voided, " ".join(flags),
            )
        )  # fmt: skip

    def write(self, changes: Changes) -> None:
        bulk.insert(models.AttendanceRecord, _COLUMNS, self._rows)
        if self._newly_voided:
            models.AttendanceRecord.objects.filter(operation_id__in=self._newly_voided).update(voided=True)
        venues = {door.id: door.venue for door in self._doors.values()}
        self._sheet.write(self._book, identified=self._identified, venues=venues, changes=changes)


def _by(operation: Incoming) -> str:
    return operation.actor or str(operation.author)


def _scope(operation: Incoming, door: Door) -> tuple[str, ...]:
    """What the engine remarked, and whether the phone stands where it was enrolled for."""
    venue = operation.author.venue_id
    return (*(("wrong_scope",) if venue is not None and venue != door.venue else ()), *operation.flags)
