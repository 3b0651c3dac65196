"""What a file would change: the difference between what it lists and the roster. Writes nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from checkin import models, rules
from checkin.models import CredentialState
from checkin.rosters import cells
from checkin.rosters.listing import Listed, Listing, Note, list_people
from checkin.rosters.table import Progress, Table, silent
from eventsync.schedule.models import Event

_NO_COLUMNS: dict[str, tuple[str, str]] = {}


class Held(NamedTuple):
    """A credential that is stored."""

    id: int
    person: UUID
    code: str
    digest: str
    state: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One person that is new or changes. `columns`: old and new text of what changes; empty for somebody new."""

    row: int
    number: str
    """As it is stored, of a person who changes."""
    name: str
    delegation: str
    role: str
    columns: dict[str, tuple[str, str]]
    id: UUID | None
    """Of the person who changes; of somebody new only if it was given."""
    codes: tuple[str, ...] = ()
    """Those that are added, canonical."""
    replaced: tuple[Held, ...] = ()


@dataclass(slots=True)
class Plan:
    """What an import would do. With problems it can not be applied."""

    listing: Listing
    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    missing: int = 0
    """People on the roster that the file does not name; they stay."""
    problems: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)

    @property
    def format(self) -> str:
        """`template` or `pretix`."""
        return self.listing.format

    @property
    def rows(self) -> int:
        return self.listing.rows

    @property
    def skipped(self) -> list[Note]:
        return self.listing.skipped

    @property
    def remarks(self) -> list[str]:
        """Sentences about the whole file."""
        return self.listing.remarks

    @property
    def fingerprint(self) -> str:
        """The same for as long as the file would change the same."""
        said = [(entry.row, entry.number, entry.columns) for entry in [*self.new, *self.changed]]
        return hashlib.sha256(repr(said).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "missing": self.missing,
            "skipped": len(self.skipped),
        }


def plan_import(event: Event, table: Table, progress: Progress = silent) -> Plan:
    """Compares a table with the roster of `event`."""
    return plan_listing(event, list_people(table, progress))


def plan_listing(event: Event, listing: Listing) -> Plan:
    roster = _Roster(event)
    plan = Plan(listing, problems=list(listing.problems), warnings=list(listing.warnings))
    named: set[UUID] = set()
    for person in listing.people:
        stored = roster.find(person.number)
        if stored:
            named.add(stored.id)
        _compare(plan, roster, person, stored)
    _note_absent(plan, roster, named)
    plan.missing = roster.size - len(named)
    plan.problems.sort()
    plan.warnings.sort()
    return plan


def _note_absent(plan: Plan, roster: "_Roster", named: set[UUID]) -> None:
    for number, note in plan.listing.absent.items():
        stored = roster.find(number)
        if stored and stored.id not in named:
            named.add(stored.id)
            plan.warnings.append(note._replace(message=f"{note.message} {stored.name} is on the roster and stays."))


class Stored(NamedTuple):
    """A person who is on the roster."""

    id: UUID
    number: str
    name: str
    delegation: str
    role: str


class _Roster:
    """People and credentials of an event, found by what a file calls them."""

    def __init__(self, event: Event) -> None:
        self.event = str(event.id)
        columns = ("id", "external_id", "name", "delegation", "role")
        people = [Stored(*row) for row in models.Person.objects.filter(event=event).order_by().values_list(*columns)]
        self.size = len(people)
        # By the number as a file gives it back; who has exactly this number comes first.
        self._people = {cells.clean(person.number): person for person in people}
        self._people.update((person.number, person) for person in people)
        held = models.Credential.objects.filter(event=event).order_by("id")
        self.credentials: dict[str, Held] = {}
        self.held: dict[UUID, list[Held]] = {}
        for row in held.values_list("id", "person_id", "code", "digest", "state"):
            credential = Held(*row)
            self.credentials[credential.digest] = credential
            self.held.setdefault(credential.person, []).append(credential)

    def find(self, number: str) -> Stored | None:
        return self._people.get(number)

    def digest(self, code: str) -> str:
        return rules.credential_digest(self.event, code)


def _compare(plan: Plan, roster: _Roster, person: Listed, stored: Stored | None) -> None:
    added = _added_codes(plan, roster, person, stored)
    replaced = _replaced(roster, person, stored, added) if stored and added else ()
    delegation = person.delegation if person.delegation is not None else stored.delegation if stored else ""
    role = person.role if person.role is not None else stored.role if stored else ""
    after = {"name": person.name, "delegation": delegation, "role": role}
    columns = _differences(stored, after) if stored else _NO_COLUMNS
    if stored and added:
        columns["codes"] = _code_difference(roster, stored, added, replaced)
    known = stored or person
    entry = Entry(person.row, known.number, person.name, delegation, role, columns, known.id, tuple(added), replaced)
    if stored is None:
        plan.new.append(entry)
    elif columns:
        plan.changed.append(entry)
    else:
        plan.unchanged += 1


def _differences(stored: Stored, after: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What differs for a reader. Text that was typed in admin with two spaces is no difference."""
    before = {"name": stored.name, "delegation": stored.delegation, "role": stored.role}
    return {
        column: (before[column], text)
        for column, text in after.items()
        if before[column] != text and cells.clean(before[column]) != text
    }


def _added_codes(plan: Plan, roster: _Roster, person: Listed, stored: Stored | None) -> list[str]:
    """The codes that are nobody's yet. A code that was withdrawn or replaced stays so: that was a person's decision."""
    added = {}
    column = _codes_label(plan.listing)
    for code in person.codes:
        digest = roster.digest(code)
        held = roster.credentials.get(digest)
        if held is None:
            added[digest] = rules.canonical_code(code)
        elif stored is None or held.person != stored.id:
            plan.problems.append(Note(person.row, column, "This code is another person's already."))
        elif held.state != CredentialState.ACTIVE:
            plan.warnings.append(Note(person.row, column, f"This code was {held.state} before; it stays so."))
    return list(added.values())


def _codes_label(listing: Listing) -> str:
    return listing.labels.get("codes") or listing.labels.get("secret") or "codes"


def _replaced(roster: _Roster, person: Listed, stored: Stored, added: Iterable[str]) -> tuple[Held, ...]:
    """A new code takes the place of the person's codes of the same sort that the file no longer names.

    Ours and other people's are two sorts: a new ticket secret leaves the wristband alone.
    """
    kept = {roster.digest(code) for code in person.codes}
    sorts = {cells.is_ours(code) for code in added}
    return tuple(
        held
        for held in roster.held.get(stored.id, ())
        if held.state == CredentialState.ACTIVE
        and held.code  # of what sort an attached one is, nobody knows
        and held.digest not in kept
        and cells.is_ours(held.code) in sorts
    )


def _code_difference(
    roster: _Roster, stored: Stored, added: Iterable[str], replaced: Iterable[Held]
) -> tuple[str, str]:
    held = roster.held.get(stored.id, ())
    before = [each.code for each in held if each.code and each.state == CredentialState.ACTIVE]
    gone = {each.code for each in replaced}
    return cells.join_codes(before), cells.join_codes([*(code for code in before if code not in gone), *added])
