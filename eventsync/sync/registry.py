"""What the apps above tell the engine: their operation kinds, who may read which streams, what an event is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from eventsync.sync.events import OperationsRecorded
from eventsync.sync.models import Device
from eventsync.sync.streams import Changes, device_stream


class Incoming(msgspec.Struct, frozen=True):
    """One operation that may be applied: read, typed, permitted, and new. Ids are canonical strings."""

    id: str
    kind: str
    seq: int
    occurred_at: datetime
    offset_ms: int | None
    corrected_at: datetime
    received_at: datetime
    flags: tuple[str, ...]  # what the engine knows already: clock_suspect, device_revoked
    actor: str
    refers_to: str | None
    payload: Any
    author: Device


class Recorded(msgspec.Struct, frozen=True):
    """The fact is in the books. `streams`: where its effect can be seen; `flags`: all that a person should know;
    `venue`: where it happened, when that was at one.
    """

    streams: frozenset[str] = frozenset()
    flags: tuple[str, ...] = ()
    venue: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A competing intent that lost. Final."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Cannot be applied: a code of protocol section 3 and a sentence for a person.

    Not `binding`: it says something of who brought the operation, not of the operation, which may still come from its
    author. Its bytes are kept, and its id stays free.
    """

    code: str
    message: str
    binding: bool = True


Outcome = Recorded | Refused | Quarantine


class Family(Protocol):
    """Decides and writes the operations of the kinds that it owns. Made anew for each attempt at a batch."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        """Reads what never changes under the lock's feet: the references of all the batch's operations."""

    def streams(self) -> set[str]:
        """All streams that `apply` may write to. Called before any lock."""

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        """Called with those streams locked: reads what decides, writes in bulk, answers by position."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Not everybody who may read what phones sent may read this, and who does is noted. `what`: of what it tells.

    `opens`: whether an account may read what an operation says, by its event and its members, of any shape. Asked once
    for each reading, which it notes.
    """

    what: str
    opens: Callable[[Any, UUID, dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Demand:
    """Another person must agree before anything is done. Then the kind of approvals of the name `approval` does it.

    What is wanted is kept by the family, under the operation's id. `within`: how long it waits for a person.
    """

    approval: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class Kind:
    """An operation kind: the shape of its payload, who may push it, what applies it, and what others hear of it.

    `permits`: whether one of its profiles may say just this, by the profile and the payload. With a `seal` what it says
    is kept by its family alone: of an operation that was applied only the hash of its body stays. `demands`: whom its
    author needs; None: nobody.
    """

    name: str
    _: KW_ONLY
    payload: type[msgspec.Struct]
    profiles: tuple[str, ...]
    family: type[Family]
    fact: type[OperationsRecorded]
    permits: Callable[[str, Any], bool] = lambda profile, payload: True
    seal: Seal | None = None
    demands: Demand | None = None


@dataclass(frozen=True, slots=True)
class EventInfo:
    """What the engine must know of an event. `dates`: its first and last moment; `venues`: in order."""

    id: UUID
    slug: str
    name: str
    tz: str
    dates: tuple[datetime, datetime]
    venues: tuple[UUID, ...]


Reader = Callable[[Device, EventInfo | None], Sequence[str]]
Members = Mapping[str, dict[str, Any]]  # of operations by id, in any shape
Erased = Callable[[UUID, Members], Mapping[str, str]]


@dataclass
class Registry:
    """Filled once, when the apps get ready; read-only from then on."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    _readers: list[Reader] = field(default_factory=list)
    _describe: Callable[[UUID], EventInfo | None] | None = None
    _affected: list[Callable[[UUID, dict[str, Any]], str]] = field(default_factory=list)
    _erased: list[Erased] = field(default_factory=list)
    _bares: list[Callable[[Any, str], Any]] = field(default_factory=list)

    def operation(self, kind: Kind) -> None:
        if kind.name in self.kinds:
            raise ValueError(f"operation kind {kind.name} is registered twice")
        self.kinds[kind.name] = kind

    def streams(self, reader: Reader) -> Reader:
        """Decorator: names the streams of one app that a device may read, by it and, where it is known, its event."""
        self._readers.append(reader)
        return reader

    def event(self, describe: Callable[[UUID], EventInfo | None]) -> Callable[[UUID], EventInfo | None]:
        """Decorator: describes an event by its id."""
        self._describe = describe
        return describe

    def affects(self, reader: Callable[[UUID, dict[str, Any]], str]) -> Callable[[UUID, dict[str, Any]], str]:
        """Decorator: names the person whom an operation's members are about, by the event's id; empty when unknown."""
        self._affected.append(reader)
        return reader

    def affected(self, event_id: UUID, members: dict[str, Any]) -> str:
        """Whom an operation is about, for people to read. Its members may have any shape."""
        return next((name for reader in self._affected if (name := reader(event_id, members))), "")

    def erases(self, reader: Erased) -> Erased:
        """Decorator: finds the operations that are about people whose data was erased."""
        self._erased.append(reader)
        return reader

    def erased(self, event_id: UUID, members: Members) -> dict[str, str]:
        """Of these operations those that are about somebody who was erased, each with the bare id that is left."""
        return {key: person for reader in self._erased for key, person in reader(event_id, members).items()}

    def bares(self, strip: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
        """Decorator: a payload without any text of whom it is about, who was erased; by it and their bare id."""
        self._bares.append(strip)
        return strip

    def bare(self, payload: Any, person: str) -> Any:
        for strip in self._bares:
            payload = strip(payload, person)
        return payload

    def readable(self, device: Device, event: EventInfo | None = None) -> list[str]:
        """The one place that decides which streams a device may read. A revoked one reads nothing.

        `event`: its event, where the caller has read it already.
        In the order in which devices pull: those of the apps above first, for that is what they stand there for.
        """
        if device.revoked_at is not None:
            return []
        named = [stream for reader in reversed(self._readers) for stream in reader(device, event)]
        return [device_stream(device.id), *named]

    def seal_of(self, body: bytes, members: dict[str, Any]) -> Seal | None:
        """Of the bytes of what may be an operation of a sealed kind: also what cannot be read, but names one."""
        said = members.get("kind")
        sealed = (kind for kind in self.kinds.values() if kind.seal)
        return next((kind.seal for kind in sealed if said == kind.name or kind.name.encode() in body), None)

    def permitted(self, profile: str) -> list[str]:
        return sorted(kind.name for kind in self.kinds.values() if profile in kind.profiles)

    def describe(self, event_id: UUID) -> EventInfo | None:
        return self._describe(event_id) if self._describe else None


registry = Registry()
