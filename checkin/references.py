"""What a batch of the door's operations refers to, read at once: checkpoints, people, codes, earlier records.

Nothing here needs the order that admin lists have, and sorting is not free.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from checkin import models, records
from checkin.identity import Identities
from checkin.ledger import Key, credential_subject, person_subject
from checkin.payloads import HOLDING, Hold, Release, Subject
from checkin.rules import EXPECTED, Policy, Window
from eventsync.rows.lookup import Lookup
from eventsync.sync.registry import Incoming

_DOORS = Lookup(
    models.Checkpoint, ("id", "venue", "venue__event", "policy", "tz", "venue__event__tz", "admits"), by="id"
)  # fmt: skip
_VENUES = Lookup(models.Checkpoint, ("venue",), by="id")
_WINDOWS = Lookup(models.CheckpointWindow, ("checkpoint", "name", "start", "end"), by="checkpoint")
_CREDENTIALS = Lookup(
    models.Credential,
    ("digest", "person", "state", "person__hold_desk", "person__standing", "person__merged_into"),
    by="digest",
    where=("event",),
)
_PEOPLE = Lookup(models.Person, ("id", "event", "hold_desk", "standing", "merged_into"), by="id")
_PROFILES = Lookup(models.Person, ("id", "role", "delegation"), by="id")
_RECORDS = Lookup(
    models.AttendanceRecord, ("operation_id", "verb", "checkpoint", "window", "subject"), by="operation_id"
)
_VOIDS = Lookup(models.AttendanceRecord, ("refers_to", "checkpoint"), by="refers_to", where=("verb",))


@dataclass(frozen=True, slots=True)
class Door:
    """A checkpoint as a batch needs it."""

    id: str
    venue: UUID
    event: str
    policy: Policy
    tz: str
    windows: tuple[Window, ...]
    admits: Mapping[str, Sequence[str]]
    streams: frozenset[str]  # where its attendance can be seen


def doors(ids: Iterable[str]) -> dict[str, Door]:
    """Checkpoints by id; what is not there is left out."""
    rows = _DOORS.rows(set(ids))
    windows: dict[str, list[Window]] = {}
    for checkpoint, *window in sorted(_WINDOWS.rows(row[0] for row in rows if row[3] == "per_window")):
        windows.setdefault(checkpoint, []).append(Window(*window))
    return {
        key: Door(
            id=key,
            venue=UUID(venue),
            event=event,
            policy=cast(Policy, policy),
            tz=tz or event_tz,
            windows=tuple(windows.get(key, ())),
            admits=json.loads(admits),
            streams=frozenset([records.attendance_stream(venue)]),
        )
        for key, venue, event, policy, tz, event_tz, admits in rows
    }


def streams_of(checkpoints: Iterable[str]) -> set[str]:
    """Where the attendance at these checkpoints is written. Their venues never change."""
    return {records.attendance_stream(venue) for (venue,) in _VENUES.rows(set(checkpoints))}


_ABOUT_SOMEBODY = (Subject, Hold, Release)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a batch names: people by id with their event, and codes by digest with their owner and state.

    `holds`: the desk that each of these people must go to first, where there is one. `standings`: of those who are not
    simply expected. `merged`: who they really are, where it is somebody else.
    """

    event: str
    people: Mapping[str, str]
    credentials: Mapping[str, tuple[str, str]]
    holds: dict[str, str]
    standings: Mapping[str, str]
    merged: Mapping[str, str]

    def subject(self, payload: Subject) -> str:
        person = self.person(payload)
        return person_subject(person) if person else credential_subject(cast(str, payload.credential))

    def person(self, payload: Subject) -> str | None:
        """Whose id it is, or whose code."""
        if payload.person:
            return self.merged.get(payload.person, payload.person)
        owner = self.credentials.get(cast(str, payload.credential))
        return self.merged.get(owner[0], owner[0]) if owner else None

    def standing(self, person: str | None) -> str:
        return self.standings.get(person, EXPECTED) if person else EXPECTED

    def identified(self) -> set[str]:
        """The subjects that are people of the event."""
        owners = {person for person, _ in self.credentials.values()}
        people = owners | {person for person, event in self.people.items() if event == self.event}
        return {person_subject(person) for person in people.difference(self.merged).union(self.merged.values())}

    def on_hold(self, payload: Subject) -> bool:
        return bool(self.holds) and bool(self.holds.get(self.person(payload) or ""))

    def elsewhere(self, payload: object) -> bool:
        """Whether it names a person of another event."""
        person = payload.person if isinstance(payload, _ABOUT_SOMEBODY) else None
        return person is not None and self.people.get(person, self.event) != self.event

    def flags(self, payload: Subject) -> tuple[str, ...]:
        if payload.person:
            return () if payload.person in self.people or payload.person in self.merged else ("unknown_person",)
        owner = self.credentials.get(cast(str, payload.credential))
        return _STATE_FLAGS.get(owner[1], ()) if owner else ("unknown_person",)


_STATE_FLAGS = {"revoked": ("revoked_credential",), "replaced": ("replaced_credential",)}


def named_in(operations: Sequence[Incoming]) -> Named:
    """All of one event."""
    event = str(operations[0].author.event_id)
    payloads = [each.payload for each in operations if isinstance(each.payload, Subject)]
    digests = {payload.credential for payload in payloads if payload.credential}
    ids = {payload.person for payload in payloads if payload.person}
    ids.update(each.payload.person for each in operations if type(each.payload) in HOLDING)
    owned, people = _CREDENTIALS.rows(digests, event), _PEOPLE.rows(ids)
    credentials = {digest: (person, state) for digest, person, state, *_ in owned}
    known = {person: of_event for person, of_event, *_ in people}
    told = [row[1:2] + row[3:] for row in owned] + [row[:1] + row[2:] for row in people]
    merged = {person: into for person, _, _, into in told if into} | _merged_unknown(event, ids - known.keys())
    told += [row[:1] + row[2:] for row in _PEOPLE.rows(merged.values())]
    holds = {person: desk for person, desk, *_ in told if desk}
    standings = {person: standing for person, _, standing, _ in told if standing != EXPECTED}
    return Named(event, known, credentials, holds, standings, merged)


def _merged_unknown(event: str, ids: Iterable[str]) -> dict[str, str]:
    """Who those are whom nobody has on the roster, and a merge names all the same."""
    unknown = set(ids)
    if not unknown:
        return {}
    identities = Identities(event)
    return {person: whole for person in unknown if (whole := identities.of(person)) != person}


def profiles_of(named: Named) -> dict[str, tuple[str, str]]:
    """Role and delegation of the people of the event that a batch names: for doors that do not admit everybody."""
    people = {person for person, event in named.people.items() if event == named.event}
    people.update(person for person, _ in named.credentials.values())
    people.update(named.merged.values())
    return {person: (role, delegation) for person, role, delegation in _PROFILES.rows(people)}


@dataclass(slots=True)
class Voids:
    """Keys of passages that can be voided, checkpoints of refusals that can, ids of records that cannot, and
    (target, checkpoint) of voids.
    """

    keys: dict[str, Key] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    waiting: set[tuple[str, str]] = field(default_factory=set)


def voids_around(operations: Sequence[Incoming]) -> Voids:
    """What the voids among `operations` refer to, and which stored voids refer to the others."""
    voidable = [each.id for each in operations if isinstance(each.payload, Subject)]
    found = Voids(others={each.id for each in operations} - set(voidable))
    targets = {each.refers_to for each in operations if each.kind == "checkin.void" and each.refers_to}
    for operation_id, verb, *key in _RECORDS.rows(targets):
        if verb in {"arrive", "leave"}:
            found.keys[operation_id] = Key(*key)
        elif verb == "refuse":
            found.refusals[operation_id] = key[0]
        else:
            found.others.add(operation_id)
    found.waiting.update(_VOIDS.rows(voidable, "void"))
    return found
