"""The operations of the door: arrive, leave, void, refuse (docs/protocol.md, section 8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec

from checkin import models, records
from checkin.ledger import Book, Key, Sheet, credential_subject, identified_among, person_subject
from checkin.rules import OUTSIDE_WINDOWS, Entry, Policy, Verb, Window, window_at
from eventsync.sync import bulk
from eventsync.sync.registry import Incoming, Outcome, Quarantine, Recorded, registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import Id

Digest = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]
Reason = Annotated[str, msgspec.Meta(max_length=500)]


class Subject(msgspec.Struct, kw_only=True):
    """Who: exactly one of a person's id and the digest of a code."""

    checkpoint: Id
    person: Id | None = None
    credential: Digest | None = None

    def __post_init__(self) -> None:
        if (self.person is None) == (self.credential is None):
            raise ValueError("exactly one of person and credential is needed")


class Passage(Subject, kw_only=True):
    """`checkin.arrive` and `checkin.leave`."""

    method: Literal["scan", "search", "typed", "paper"]
    roster_version: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    group: Id | None = None
    override: Reason | None = None


class Refusal(Subject, kw_only=True):
    """`checkin.refuse`: somebody was sent away."""

    reason: Reason


class Voiding(msgspec.Struct, kw_only=True):
    """`checkin.void`: the arrive or leave in `refers_to` was a mistake."""

    checkpoint: Id
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A checkpoint as a batch needs it."""

    id: UUID
    venue: UUID
    event: UUID
    policy: Policy
    tz: str
    windows: tuple[Window, ...]


def doors(ids: Iterable[str]) -> dict[str, Door]:
    """Checkpoints by canonical id; what is not there is left out."""
    query = models.Checkpoint.objects.filter(id__in=set(ids)).select_related("venue__event")
    found = {str(each.id): each for each in query}
    windows: dict[UUID, list[Window]] = {}
    timed = [each.id for each in found.values() if each.policy == "per_window"]
    if timed:
        for row in models.CheckpointWindow.objects.filter(checkpoint__in=timed):
            windows.setdefault(row.checkpoint_id, []).append(Window(row.name, row.start, row.end))
    return {
        key: Door(
            each.id,
            each.venue_id,
            each.venue.event_id,
            cast(Policy, each.policy),
            each.zone,
            tuple(windows.get(each.id, ())),
        )
        for key, each in found.items()
    }


class Attendance:
    """Applies a batch of the door's operations: a fact is never refused, at most flagged."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        self._doors = doors(operation.payload.checkpoint for operation in operations)

    def streams(self) -> set[str]:
        return {records.attendance_stream(door.venue) for door in self._doors.values()}

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        if not fresh:
            return []
        page = Page(self._doors, fresh)
        outcomes = [page.decide(operation) for operation in fresh]
        page.write(changes)
        return outcomes


class Page:
    """One batch written into the ledger: what was known before it, what each operation adds, what is there after."""

    def __init__(self, doors: dict[str, Door], fresh: Sequence[Incoming]) -> None:
        self._doors = doors
        self._event = fresh[0].author.event_id
        self._read_references(fresh)
        self._read_targets(fresh)
        targets = {key.subject for key in self._targets.values()}
        self._identified |= identified_among(self._event, targets - self._identified)
        self._book = Book({door.id: door.policy for door in doors.values()})
        self._book.load(targets.union(map(self._subject, filter(_has_subject, fresh))))
        self._sheet = Sheet()
        self._rows: list[bulk.Row] = []
        self._newly_voided: list[str] = []

    def _read_references(self, fresh: Sequence[Incoming]) -> None:
        """People and credentials that the batch names."""
        payloads = [operation.payload for operation in fresh if _has_subject(operation)]
        digests = {payload.credential for payload in payloads if payload.credential}
        self._credentials: dict[str, tuple[UUID, str]] = {}
        if digests:
            query = models.Credential.objects.filter(event=self._event, digest__in=digests)
            for digest, person, state in query.values_list("digest", "person_id", "state"):
                self._credentials[digest] = (person, state)
        people = {payload.person for payload in payloads if payload.person}
        self._people = dict(models.Person.objects.filter(id__in=people).values_list("id", "event_id")) if people else {}
        owners = {person_subject(person) for person, _ in self._credentials.values()}
        here = {person_subject(person) for person, event in self._people.items() if event == self._event}
        self._identified = owners | here

    def _read_targets(self, fresh: Sequence[Incoming]) -> None:
        """What the batch's voids refer to, and which earlier voids refer to its arrivals."""
        targets = {each.refers_to for each in fresh if each.kind == "checkin.void" and each.refers_to}
        self._targets: dict[str, Key] = {}
        self._other_verbs = {operation.id for operation in fresh if not isinstance(operation.payload, Passage)}
        if targets:
            columns = ("operation_id", "verb", "checkpoint_id", "window", "subject")
            stored = models.AttendanceRecord.objects.filter(operation_id__in=targets)
            for operation_id, verb, *key in stored.values_list(*columns):
                if verb in {"arrive", "leave"}:
                    self._targets[str(operation_id)] = Key(*key)
                else:
                    self._other_verbs.add(str(operation_id))
        passages = [operation.id for operation in fresh if isinstance(operation.payload, Passage)]
        voids = models.AttendanceRecord.objects.filter(refers_to__in=passages, verb="void")
        self._voids = {
            (str(target), checkpoint) for target, checkpoint in voids.values_list("refers_to", "checkpoint_id")
        }

    def _subject(self, operation: Incoming) -> str:
        payload = operation.payload
        if payload.person:
            return person_subject(payload.person)
        owner = self._credentials.get(payload.credential)
        return person_subject(owner[0]) if owner else credential_subject(payload.credential)

    def decide(self, operation: Incoming) -> Outcome:
        door = self._doors.get(operation.payload.checkpoint)
        if door is None:
            return Quarantine("invalid_payload", "There is no such checkpoint.")
        if door.event != operation.author.event_id:
            return Quarantine("wrong_event", "The checkpoint belongs to another event.")
        person = getattr(operation.payload, "person", None)
        if person and self._people.get(UUID(person), door.event) != door.event:
            return Quarantine("wrong_event", "The person belongs to another event.")
        match operation.payload:
            case Passage():
                flags = self._pass(operation, door)
            case Voiding():
                if operation.refers_to is None:
                    return Quarantine("invalid_payload", "A void must say in refers_to what it voids.")
                flags = self._void(operation, door)
            case _:
                flags = self._subject_flags(operation)
                self._record(operation, door, subject=self._subject(operation), window="", flags=flags)
        return Recorded(frozenset([records.attendance_stream(door.venue)]), flags)

    def _pass(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        """An arrive or leave. What it does to presence is the fold's business."""
        verb = cast(Verb, operation.kind.removeprefix("checkin."))
        window = window_at(policy=door.policy, tz=door.tz, windows=door.windows, at=operation.corrected_at)
        key = Key(door.id, window, self._subject(operation))
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
            *self._subject_flags(operation),
            *(flag for flag, up in raised.items() if up),
            *_scope(operation, door),
        )
        voided = (operation.id, door.id) in self._voids
        entry = Entry(verb, operation.corrected_at, operation.seq, operation.id, _by(operation))
        self._book.add(key, entry, voided=voided)
        self._targets[operation.id] = key
        if voided and verb == "arrive":
            self._sheet.counts_of(key).voided += 1
        self._record(operation, door, subject=key.subject, window=window, flags=flags, voided=voided)
        return flags

    def _void(self, operation: Incoming, door: Door) -> tuple[str, ...]:
        target = cast(str, operation.refers_to)
        key = self._targets.get(target)
        effective = key is not None and key.checkpoint == door.id
        known = key is not None or target in self._other_verbs
        flags = (*(("no_effect",) if known and not effective else ()), *_scope(operation, door))
        if key is None:
            self._voids.add((target, door.id))
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

    def _subject_flags(self, operation: Incoming) -> tuple[str, ...]:
        payload = operation.payload
        if payload.person:
            return () if UUID(payload.person) in self._people else ("unknown_person",)
        owner = self._credentials.get(payload.credential)
        if owner is None:
            return ("unknown_person",)
        return {"revoked": ("revoked_credential",), "replaced": ("replaced_credential",)}.get(owner[1], ())

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
                payload.get("reason") or payload.get("override") or "", payload.get("roster_version"),
                payload.get("group"), operation.refers_to, voided, " ".join(flags),
            )
        )  # fmt: skip

    def write(self, changes: Changes) -> None:
        bulk.insert(models.AttendanceRecord, _COLUMNS, self._rows)
        if self._newly_voided:
            models.AttendanceRecord.objects.filter(operation_id__in=self._newly_voided).update(voided=True)
        venues = {door.id: door.venue for door in self._doors.values()}
        self._sheet.write(self._book, identified=self._identified, venues=venues, changes=changes)


_COLUMNS = (
    "operation_id", "event", "checkpoint", "verb", "person_id", "credential", "subject", "window", "at", "seq", "by",
    "device", "received_at", "method", "reason", "roster_version", "group", "refers_to", "voided", "flags",
)  # fmt: skip


def _has_subject(operation: Incoming) -> bool:
    return isinstance(operation.payload, Subject)


def _by(operation: Incoming) -> str:
    return operation.actor or str(operation.author)


def _scope(operation: Incoming, door: Door) -> tuple[str, ...]:
    venue = operation.author.venue_id
    return ("wrong_scope",) if venue is not None and venue != door.venue else ()


_DOOR = ("door", "lead", "kiosk", "control")
_KINDS: dict[str, type[Any]] = {
    "checkin.arrive": Passage,
    "checkin.leave": Passage,
    "checkin.void": Voiding,
    "checkin.refuse": Refusal,
}
for _name, _payload in _KINDS.items():
    registry.operation(_name, payload=_payload, profiles=_DOOR, family=Attendance)
