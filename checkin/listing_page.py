"""One batch of registrations, merges and confirmations: facts of the list, in whatever order they arrive.

People and codes follow from all records together, so each is decided anew from everything that was ever said of it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from checkin import records, roster
from checkin.identity import Identities, groups
from checkin.models import Credential, CredentialState, ListRecord, ListVerb, Person
from checkin.payloads import Listing, Merging, Registration
from checkin.rules import canonical_code, credential_digest
from eventsync.rows import bulk
from eventsync.rows.lookup import Answer, Lookup
from eventsync.sync.registry import Incoming, Outcome, Quarantine, Recorded
from eventsync.sync.streams import Changes

_COLUMNS = (
    "operation_id", "event", "verb", "person_id", "into_id", "name", "delegation", "role", "credential", "code",
    "reason", "at", "seq", "by", "device", "received_at",
)  # fmt: skip
_SHOWN = ("name", "search", "delegation", "role", "walk_in")
_CREDENTIAL_COLUMNS = ("event", "person", "code", "digest", "state", "created_at", "registered")
_SAID = Lookup(
    ListRecord, ("person_id", "verb", "at", "seq", "operation_id", "name", "delegation", "role"), by="person_id"
)  # fmt: skip
_CLAIMS = Lookup(
    ListRecord, ("credential", "at", "seq", "operation_id", "person_id", "code"), by="credential", where=("event",)
)  # fmt: skip
_HELD = Lookup(Credential, ("digest", "person", "registered"), by="digest", where=("event",))
_PEOPLE = Lookup(Person, ("id", "event", "name", "delegation", "role"), by="id")
_NUMBERS = Lookup(Person, ("external_id",), by="external_id", where=("event",))

Order = tuple[datetime, int, str]


class ListingPage:
    """Applied at once, with the heads of the roster and of all attendance of the event locked."""

    def __init__(self, fresh: Sequence[Incoming]) -> None:
        self._fresh, self._event = fresh, fresh[0].author.event_id
        self._people = {row[0]: row[1:] for row in _PEOPLE.rows({key for each in fresh for key in _named(each)})}
        self._kept = [each for each in fresh if not self._elsewhere(each)]
        self._owners = {digest: person for digest, person, _ in self._held(_claimed(fresh))}

    def apply(self, changes: Changes) -> list[Outcome]:
        streams = streams_of(self._event)
        outcomes = [self._decide(each, streams) for each in self._fresh]
        change = roster.RosterChange(people=self._concerned())
        bulk.insert(ListRecord, _COLUMNS, [self._row(each) for each in self._kept])
        change.people |= self._concerned()
        self._write_people()
        self._write_credentials(change)
        roster.settle(self._event, change, changes)
        return outcomes

    def _elsewhere(self, operation: Incoming) -> bool:
        """Whether it names a person of another event."""
        return any(self._people[key][0] != str(self._event) for key in _named(operation) if key in self._people)

    def _decide(self, operation: Incoming, streams: frozenset[str]) -> Outcome:
        if self._elsewhere(operation):
            return Quarantine("wrong_event", "The person belongs to another event.")
        return Recorded(streams, (*self._flags(operation), *operation.flags))

    def _flags(self, operation: Incoming) -> tuple[str, ...]:
        payload: Listing = operation.payload
        if isinstance(payload, Registration):
            digest = payload.credential
            mine = digest is None or self._owners.setdefault(digest, payload.person) == payload.person
            self._people.setdefault(payload.person, (str(self._event),))
            return () if mine else ("credential_taken",)
        return () if all(key in self._people for key in _named(operation)) else ("unknown_person",)

    def _concerned(self) -> set[UUID]:
        """Everybody whom the batch names, by all ids that they have at this moment."""
        named = {UUID(key) for each in self._kept for key in _named(each)}
        return groups(Identities(self._event), named)

    def _row(self, operation: Incoming) -> bulk.Row:
        payload: Listing = operation.payload
        said: tuple[str | None, ...] = (None, "", "", "", "", "", "")
        match payload:
            case Registration():
                code = _code(payload, self._event)
                texts = (_cut(payload.name, 200), _cut(payload.delegation, 200), _cut(payload.role, 100))
                said = (None, *texts, payload.credential or "", code, "")
            case Merging():
                said = (payload.into, "", "", "", "", "", (payload.reason or "")[:500])
        verb = operation.kind.removeprefix("checkin.")
        how = (operation.corrected_at, operation.seq, operation.actor or str(operation.author), operation.author.id)
        return (operation.id, self._event, verb, payload.person, *said, *how, operation.received_at)

    def _write_people(self) -> None:
        """Who a person is, is what the first registration in order says, until somebody corrects it."""
        batch = {each.id for each in self._kept}
        told = _by_person(_SAID.rows({each.payload.person for each in self._kept}))
        registered = {person: each for person, each in told.items() if each.registrations}
        stored = {key: Said(*texts) for key, _, *texts in _PEOPLE.rows(registered)}
        new = {person: each for person, each in registered.items() if person not in stored}
        numbers = _numbers(self._event, list(new))
        rows = [(person, self._event, numbers[person], *each.row(each.first)) for person, each in new.items()]
        bulk.insert(Person, ("id", "event", "external_id", *_SHOWN), rows)
        changed = [
            (*registered[person].row(registered[person].after(said, batch)), person) for person, said in stored.items()
        ]
        bulk.update(Person, _SHOWN, changed, key=("id",))

    def _write_credentials(self, change: roster.RosterChange) -> None:
        """A wristband is the first's who was registered with it, unless somebody on the roster had it before."""
        digests = _claimed(self._kept)
        held = {digest: (person, registered) for digest, person, registered in self._held(digests)}
        first = _first_claims(digests, self._event)
        change.digests |= first.keys()
        new = [each.row(self._event) for digest, each in first.items() if digest not in held]
        bulk.insert(Credential, _CREDENTIAL_COLUMNS, new)
        for digest, (person, registered) in held.items():
            claim = first.get(digest)
            if claim and registered and claim.person != person:
                found = Credential.objects.filter(event=self._event, digest=digest)
                found.update(person=claim.person, code=claim.code)
                change.people |= {UUID(person), UUID(claim.person)}

    def _held(self, digests: Iterable[str]) -> list[Answer]:
        return _HELD.rows(digests, self._event)


class Said(NamedTuple):
    """Who somebody is, by a registration."""

    name: str
    delegation: str
    role: str


@dataclass(slots=True)
class Told:
    """All that was said of one person: registrations as (order, what they say), and whether somebody confirmed them."""

    registrations: list[tuple[Order, Said]] = field(default_factory=list)
    confirmed: bool = False

    @property
    def first(self) -> Said:
        return min(self.registrations)[1]

    def after(self, stored: Said, batch: Collection[str]) -> Said:
        """Who they are now, if `batch` is new: what is stored stays where it is no longer what a registration said."""
        before = min((each for each in self.registrations if each[0][2] not in batch), default=None)
        return self.first if before and before[1] == stored else stored

    def row(self, said: Said) -> bulk.Row:
        """The values of _SHOWN."""
        return (said.name, roster.search_of(said.name), said.delegation, said.role, not self.confirmed)


def _by_person(rows: Iterable[Answer]) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for person, verb, *order, name, delegation, role in rows:
        told = found.setdefault(person, Told())
        told.confirmed |= verb == ListVerb.CONFIRM
        if verb == ListVerb.REGISTER:
            told.registrations.append(((order[0], order[1], order[2]), Said(name, delegation, role)))
    return found


class Claim(NamedTuple):
    """Somebody was registered with a wristband."""

    digest: str
    at: datetime
    seq: int
    operation: str
    person: str
    code: str

    def row(self, event_id: UUID) -> bulk.Row:
        """The values of _CREDENTIAL_COLUMNS."""
        return (event_id, self.person, self.code, self.digest, CredentialState.ACTIVE.value, self.at, True)


def _first_claims(digests: Iterable[str], event_id: UUID) -> dict[str, Claim]:
    """Of each digest the first claim in order, among those of people who are still there."""
    claims = [Claim(*row) for row in _CLAIMS.rows(digests, event_id)]
    here = {key for key, *_ in _PEOPLE.rows({claim.person for claim in claims})}
    first: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim[1:4]):
        if claim.person in here:
            first.setdefault(claim.digest, claim)
    return first


def streams_of(event_id: UUID) -> frozenset[str]:
    """Where a change of the list can be seen: a registration tells whose an unknown code was, at any door."""
    venues = map(records.attendance_stream, records.venue_ids(event_id))
    return records.people_streams(event_id) | {records.conflicts_stream(event_id), *venues}


def _named(operation: Incoming) -> Sequence[str]:
    payload: Listing = operation.payload
    return (payload.person, payload.into) if isinstance(payload, Merging) else (payload.person,)


def _claimed(operations: Iterable[Incoming]) -> set[str]:
    payloads = (each.payload for each in operations)
    return {said.credential for said in payloads if isinstance(said, Registration) and said.credential}


def _cut(text: str | None, length: int) -> str:
    """As it is shown, in one line; the operation keeps all of it."""
    return " ".join((text or "").split())[:length]


def _code(payload: Registration, event_id: UUID) -> str:
    """The code as it is stored; empty when its digest is another than the phone says."""
    code = canonical_code(payload.code or "")
    right = code and len(code) <= 200 and credential_digest(str(event_id), code) == payload.credential
    return code if right else ""


def _numbers(event_id: UUID, people: Sequence[str]) -> dict[str, str]:
    """A number for each who came without one: short, or, should somebody have that one, whole."""
    short = {person: f"W-{person[-12:].upper()}" for person in people}
    taken = {number for (number,) in _NUMBERS.rows(short.values(), event_id)}
    counted = list(short.values())
    return {
        person: number if number not in taken and counted.count(number) == 1 else f"W-{person.upper()}"
        for person, number in short.items()
    }
