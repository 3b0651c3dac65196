"""What a batch of the door's operations refers to, read at once: checkpoints, people, codes, earlier records.

Nothing here needs the order that admin lists have, and sorting is not free.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from checkin import models
from checkin.ledger import Key, credential_subject, person_subject
from checkin.payloads import Passage, Subject
from checkin.rules import Policy, Window
from eventsync.sync.registry import Incoming


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
    query = models.Checkpoint.objects.filter(id__in=set(ids)).select_related("venue__event").order_by()
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


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a batch names: people by id with their event, and codes by digest with their owner and state."""

    event: UUID
    people: Mapping[UUID, UUID]
    credentials: Mapping[str, tuple[UUID, str]]

    def subject(self, payload: Subject) -> str:
        if payload.person:
            return person_subject(payload.person)
        digest = cast(str, payload.credential)
        owner = self.credentials.get(digest)
        return person_subject(owner[0]) if owner else credential_subject(digest)

    def identified(self) -> set[str]:
        """The subjects that are people of the event."""
        owners = {person_subject(person) for person, _ in self.credentials.values()}
        return owners | {person_subject(person) for person, event in self.people.items() if event == self.event}

    def elsewhere(self, payload: object) -> bool:
        """Whether it names a person of another event."""
        person = payload.person if isinstance(payload, Subject) else None
        return person is not None and self.people.get(UUID(person), self.event) != self.event

    def flags(self, payload: Subject) -> tuple[str, ...]:
        if payload.person:
            return () if UUID(payload.person) in self.people else ("unknown_person",)
        owner = self.credentials.get(cast(str, payload.credential))
        if owner is None:
            return ("unknown_person",)
        return {"revoked": ("revoked_credential",), "replaced": ("replaced_credential",)}.get(owner[1], ())


def named_in(operations: Sequence[Incoming]) -> Named:
    """All of one event."""
    event = operations[0].author.event_id
    payloads = [each.payload for each in operations if isinstance(each.payload, Subject)]
    digests = {payload.credential for payload in payloads if payload.credential}
    ids = {payload.person for payload in payloads if payload.person}
    credentials = {}
    if digests:
        query = models.Credential.objects.filter(event=event, digest__in=digests).order_by()
        for digest, person, state in query.values_list("digest", "person_id", "state"):
            credentials[digest] = (person, state)
    people = dict(models.Person.objects.filter(id__in=ids).order_by().values_list("id", "event_id")) if ids else {}
    return Named(event, people, credentials)


@dataclass(slots=True)
class Voids:
    """Keys of passages that can be voided, ids of records that cannot, and (target, checkpoint) of voids."""

    keys: dict[str, Key] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    waiting: set[tuple[str, UUID]] = field(default_factory=set)


def voids_around(operations: Sequence[Incoming]) -> Voids:
    """What the voids among `operations` refer to, and which stored voids refer to their arrivals and departures."""
    found = Voids(others={each.id for each in operations if not isinstance(each.payload, Passage)})
    targets = {each.refers_to for each in operations if each.kind == "checkin.void" and each.refers_to}
    if targets:
        columns = ("operation_id", "verb", "checkpoint_id", "window", "subject")
        stored = models.AttendanceRecord.objects.filter(operation_id__in=targets)
        for operation_id, verb, *key in stored.values_list(*columns):
            if verb in {"arrive", "leave"}:
                found.keys[str(operation_id)] = Key(*key)
            else:
                found.others.add(str(operation_id))
    passages = [each.id for each in operations if isinstance(each.payload, Passage)]
    voids = models.AttendanceRecord.objects.filter(refers_to__in=passages, verb="void").order_by()
    for target, checkpoint in voids.values_list("refers_to", "checkpoint_id"):
        found.waiting.add((str(target), checkpoint))
    return found
