"""One batch written into the ledger: what was known before, what each operation adds, what is there after."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from checkin import models, records
from checkin.conflicts.settling import settle
from checkin.holds import Holds
from checkin.ledger import Book, Key, Sheet, identified_among
from checkin.payloads import HOLDING, Passage, Refusal, Subject, Voiding
from checkin.references import Door, named_in, profiles_of, voids_around
from checkin.rules import OUTSIDE_WINDOWS, Entry, Verb, objections, window_at
from checkin.slots import Holders
from eventsync.rows import bulk
from eventsync.sync.registry import Incoming, Outcome, Quarantine, Recorded
from eventsync.sync.streams import Changes, roster_stream

_COLUMNS = (
    "operation_id", "event", "checkpoint", "verb", "person_id", "credential", "subject", "window", "at", "seq", "by",
    "device", "phone", "received_at", "method", "reason", "note", "slot", "roster_version", "group", "refers_to",
    "voided", "flags",
)  # fmt: skip


_DISPUTED = frozenset(["second_admission", "unknown_person"])


class Page:
    """One batch written into the ledger: what was known before it, what each operation adds, what is there after."""

    def __init__(self, doors: dict[str, Door], fresh: Sequence[Incoming]) -> None:
        self._doors = doors
        self._named = named_in(fresh)
        self._event_id = fresh[0].author.event_id
        self._holds = Holds(fresh, self._named.holds)
        self._profiles = profiles_of(self._named) if any(door.admits for door in doors.values()) else {}
        self._voids = voids_around(fresh)
        subjects = {key.subject for key in self._voids.keys.values()}
        self._identified = self._named.identified()
        self._identified |= identified_among(self._event_id, subjects - self._identified)
        self._subjects = {
            each.id: self._named.subject(each.payload) for each in fresh if isinstance(each.payload, Subject)
        }
        subjects.update(self._subjects.values())
        self._book = Book({door.id: door.policy for door in doors.values()})
        self._book.load(subjects)
        self._holders = Holders(fresh)
        self._sheet = Sheet()
        self._rows: list[bulk.Row] = []
        self._newly_voided: list[str] = []
        self._disputed: set[str] = set()  # subjects whose arrivals may contradict each other now, or no more

    def decide(self, operation: Incoming) -> Outcome:
        if type(operation.payload) in HOLDING:
            return self._hold(operation)
        door = self._doors.get(operation.payload.checkpoint)
        if door is None:
            return Quarantine("invalid_payload", "There is no such checkpoint.")
        if door.event != self._named.event:
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
                flags = self._refuse(operation, door)
        return Recorded(door.streams, flags, door.venue)

    def _hold(self, operation: Incoming) -> Outcome:
        if self._named.elsewhere(operation.payload):
            return Quarantine("wrong_event", "The person belongs to another event.")
        self._holds.record(operation, event=self._named.event, by=_by(operation))
        unknown = () if operation.payload.person in self._named.people else ("unknown_person",)
        return Recorded(frozenset([roster_stream(self._event_id)]), (*unknown, *operation.flags))

    def _pass(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        """An arrive or leave. What it does to presence is the fold's business."""
        verb = cast(Verb, operation.kind.removeprefix("checkin."))
        window = window_at(policy=door.policy, tz=door.tz, windows=door.windows, at=operation.corrected_at)
        key = Key(door.id, window, self._subjects[operation.id])
        self._touch(key)
        payload: Passage = operation.payload
        flags = (*self._named.flags(payload), *self._remarks(verb, door, key, payload), *_scope(operation, door))
        voided = (operation.id, door.id) in self._voids.waiting
        slot = payload.slot or ""
        said = (operation.corrected_at, operation.seq, operation.id, _by(operation), slot, operation.author.label)
        entry = Entry(verb, *said)
        self._book.add(key, entry, voided=voided)
        if self._settle(key):
            flags = ("slot_taken", *flags)
        self._voids.keys[operation.id] = key
        if verb == "arrive" and not _DISPUTED.isdisjoint(flags):
            self._disputed.add(key.subject)
        if voided and verb == "arrive":
            self._sheet.counts_of(key).voided += 1
        self._record(operation, door, subject=key.subject, window=window, flags=flags, voided=voided)
        return flags

    def _remarks(self, verb: Verb, door: Door, key: Key, payload: Passage) -> Iterator[str]:
        """What a person should know of an arrive or leave; the book does not hold it yet."""
        counts_each_time = door.policy == "in_out"
        if verb == "arrive":
            yield from self._objections(door, payload)
        if verb == "arrive" and not counts_each_time and self._book.unvoided_arrivals(key) > 0:
            yield "second_admission"
        if verb == "arrive" and self._named.on_hold(payload):
            yield "on_hold"
        if key.window == OUTSIDE_WINDOWS:
            yield "outside_window"
        if verb == "leave" and not counts_each_time:
            yield "no_effect"
        if payload.override is not None:
            yield "override"
        if payload.method == "paper":
            yield "paper"
        if payload.unseen:
            yield "unseen"

    def _objections(self, door: Door, payload: Passage) -> tuple[str, ...]:
        """Of somebody whom nobody knows there is nothing to say."""
        if not (door.admits or self._named.standings):
            return ()
        person = self._named.person(payload)
        profile = self._profiles.get(person) if person else None
        role, delegation = profile or ("", "")
        admits = door.admits if profile else {}
        return objections(admits=admits, standing=self._named.standing(person), role=role, delegation=delegation)

    def _settle(self, key: Key) -> bool:
        return key.checkpoint in self._holders.watched and self._holders.settle(key, self._book.fold(key))

    def _refuse(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        """Somebody was sent away: it changes no presence, and undoing it changes only what the ledger says."""
        flags = (*self._named.flags(operation.payload), *_scope(operation, door))
        voided = (operation.id, door.id) in self._voids.waiting
        self._voids.refusals[operation.id] = door.id
        subject = self._subjects[operation.id]
        self._record(operation, door, subject=subject, window="", flags=flags, voided=voided)
        return flags

    def _void(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        target = cast(str, operation.refers_to)
        key = self._voids.keys.get(target)
        where = key.checkpoint if key else self._voids.refusals.get(target)
        known = where is not None or target in self._voids.others
        flags = (*(("no_effect",) if known and where != door.id else ()), *_scope(operation, door))
        if where is None:
            self._voids.waiting.add((target, door.id))
        elif where == door.id and target not in self._book.voided:
            self._newly_voided.append(target)
            if key:
                self._take_back(key, target)
                self._disputed.add(key.subject)
        self._record(operation, door, subject="", window="", flags=flags)
        return flags

    def _take_back(self, key: Key, target: str) -> None:
        """The presence of `key` without the arrive or leave `target`."""
        self._touch(key)
        self._book.voided.add(target)
        self._settle(key)
        if self._book.entries[key][target].verb == "arrive":
            self._sheet.counts_of(key).voided += 1

    def _touch(self, key: Key) -> None:
        if key not in self._sheet.noted:
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
        person, credential, method, reason, note, slot, roster_version, group = _said(operation.payload)
        self._rows.append(
            (
                operation.id, door.event, door.id, operation.kind.removeprefix("checkin."), person, credential or "",
                subject, window, operation.corrected_at, operation.seq, _by(operation), operation.author.id,
                operation.author.label, operation.received_at, method, (reason or "")[:500], (note or "")[:500],
                slot or "", roster_version, group, operation.refers_to, voided, " ".join(flags),
            )
        )  # fmt: skip

    def write(self, changes: Changes) -> None:
        if self._disputed:
            changes.require(records.conflicts_stream(self._event_id))
        self._holds.write(self._event_id, changes)
        bulk.insert(models.AttendanceRecord, _COLUMNS, self._rows)
        if self._newly_voided:
            models.AttendanceRecord.objects.filter(operation_id__in=self._newly_voided).update(voided=True)
        streams = {door.id: records.attendance_stream(door.venue) for door in self._doors.values()}
        places = self._sheet.write(self._book, identified=self._identified, streams=streams, changes=changes)
        settle(self._event_id, subjects=self._disputed, places=places, changes=changes)


def _said(payload: Any) -> tuple[Any, ...]:
    """Person, credential, method, reason, note, slot, roster version and group."""
    match payload:
        case Passage():
            return (
                payload.person, payload.credential, payload.method, payload.override, None, payload.slot,
                payload.roster_version, payload.group,
            )  # fmt: skip
        case Refusal():
            return (payload.person, payload.credential, "", payload.reason, payload.note, None, None, None)
        case _:
            return (None, None, "", payload.reason, None, None, None, None)


def _by(operation: Incoming) -> str:
    return operation.actor or str(operation.author)


def _scope(operation: Incoming, door: Door) -> tuple[str, ...]:
    """What the engine remarked, and whether the phone stands where it was enrolled for."""
    venue = operation.author.venue_id
    return operation.flags if venue is None or venue == door.venue else ("wrong_scope", *operation.flags)
