"""What a file would change: the difference between what it lists and the roster. Writes nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from checkin import rules
from checkin.models import CredentialState, Standing
from checkin.rosters.codes import is_ours, join_codes
from checkin.rosters.listing import Listed, Listing, Note, list_people
from checkin.rosters.stored import Held, Roster, Stored
from eventsync.schedule.models import Event
from eventsync.tables import Progress, Table, cells, silent

_NO_COLUMNS: dict[str, tuple[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One person that is new or changes. `columns`: old and new text of what changes; empty for somebody new."""

    row: int
    number: str
    """As it is stored, of a person who changes."""
    name: str
    delegation: str
    role: str
    family: str
    given: str
    standing: str
    columns: dict[str, tuple[str, str]]
    id: UUID | None
    """Of the person who changes; of somebody new only if it was given."""
    codes: tuple[str, ...] = ()
    """Those that are added, canonical."""
    shares: bool = False
    """Whether the file names a code for them that is somebody else's of their family: they need none of their own."""
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
    skipped: list[Note] = field(default_factory=list)

    @property
    def format(self) -> str:
        """`template` or `pretix`."""
        return self.listing.format

    @property
    def rows(self) -> int:
        return self.listing.rows

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
    roster = Roster(event, listing)
    plan = Plan(listing)
    plan.problems, plan.warnings, plan.skipped = list(listing.problems), list(listing.warnings), list(listing.skipped)
    named: set[UUID] = set()  # of the people that the rows are
    for person in listing.people:
        stored = roster.find(person.number)
        if stored:
            named.add(stored.whole)
        _compare(plan, roster, person, stored)
    _note_absent(plan, roster, named)
    plan.missing = len(roster.people - named)
    plan.problems.sort()
    plan.warnings.sort()
    return plan


def _note_absent(plan: Plan, roster: Roster, named: set[UUID]) -> None:
    for number, (note, standing) in plan.listing.absent.items():
        stored = roster.find(number)
        if stored is None or stored.whole in named:
            continue
        named.add(stored.whole)
        becomes = "stays" if standing is None else f"counts as {standing} from now on"
        plan.warnings.append(note._replace(message=f"{note.message} {stored.name} is on the roster and {becomes}."))
        if standing is not None:
            plan.skipped.remove(note)
            _restand(plan, note.row, stored, standing)


def _restand(plan: Plan, row: int, stored: Stored, standing: str) -> None:
    if standing == stored.standing:
        plan.unchanged += 1
        return
    columns = {"standing": (stored.standing, standing)}
    texts = (stored.number, stored.name, stored.delegation, stored.role, stored.family, stored.given)
    plan.changed.append(Entry(row, *texts, standing, columns, stored.id))


def _compare(plan: Plan, roster: Roster, person: Listed, stored: Stored | None) -> None:
    after = _after(person, stored)
    added, shares = _added_codes(plan, roster, person, stored, after.family)
    replaced = _replaced(roster, person, stored, added) if stored and added else ()
    columns = _differences(stored, after) if stored else _NO_COLUMNS
    if stored and added:
        columns["codes"] = _code_difference(roster, stored, added, replaced)
    known = stored or person
    entry = Entry(person.row, known.number, *after, columns, known.id, tuple(added), shares, replaced)
    if stored is None:
        plan.new.append(entry)
    elif columns:
        plan.changed.append(entry)
    else:
        plan.unchanged += 1


class _Texts(NamedTuple):
    """What a file can say of a person, under the names of its columns."""

    name: str
    delegation: str
    role: str
    family: str
    given: str
    standing: str


def _after(person: Listed, stored: Stored | None) -> _Texts:
    """What the file does not say stays as it is."""
    kept = stored or Stored(UUID(int=0), "", "", "", "", "", "", Standing.EXPECTED.value, None)
    return _Texts(
        person.name,
        kept.delegation if person.delegation is None else person.delegation,
        kept.role if person.role is None else person.role,
        kept.family if person.family is None else person.family,
        kept.given if person.given is None else person.given,
        person.standing or kept.standing,
    )


def _differences(stored: Stored, after: _Texts) -> dict[str, tuple[str, str]]:
    """What differs for a reader. Text that was typed in admin with two spaces is no difference."""
    before: dict[str, str] = stored._asdict()
    return {
        column: (before[column], text)
        for column, text in after._asdict().items()
        if before[column] != text and cells.clean(before[column]) != text
    }


def _added_codes(
    plan: Plan, roster: Roster, person: Listed, stored: Stored | None, family: str
) -> tuple[list[str], bool]:
    """The codes that are nobody's yet, and whether others are the family's.

    A code that was withdrawn or replaced stays so: that was a person's decision.
    """
    added, shares = {}, False
    column = _codes_label(plan.listing)
    for code in person.codes:
        digest = roster.digest(code)
        held = roster.credentials.get(digest)
        if held is None and roster.claim(digest, person.number):
            added[digest] = rules.canonical_code(code)
        elif held is None:
            shares = True  # with a row above, for the listing has no other repeated codes
        elif not (own := stored and roster.whole(held.person) == stored.whole) and not roster.shared(digest, family):
            plan.problems.append(Note(person.row, column, "This code is another person's already."))
        elif held.state != CredentialState.ACTIVE:
            plan.warnings.append(Note(person.row, column, f"This code was {held.state} before; it stays so."))
        else:
            shares = shares or not own
    return list(added.values()), shares


def _codes_label(listing: Listing) -> str:
    return listing.labels.get("codes") or listing.labels.get("secret") or "codes"


def _replaced(roster: Roster, person: Listed, stored: Stored, added: Iterable[str]) -> tuple[Held, ...]:
    """A new code takes the place of the person's codes of the same sort that the file no longer names.

    Ours and other people's are two sorts: a new ticket secret leaves the wristband alone.
    """
    kept = {roster.digest(code) for code in person.codes}
    sorts = {is_ours(code) for code in added}
    return tuple(
        held
        for held in roster.held.get(stored.id, ())
        if held.state == CredentialState.ACTIVE
        and held.code  # of what sort an attached one is, nobody knows
        and held.digest not in kept
        and is_ours(held.code) in sorts
    )


def _code_difference(roster: Roster, stored: Stored, added: Iterable[str], replaced: Iterable[Held]) -> tuple[str, str]:
    held = roster.held.get(stored.id, ())
    before = [each.code for each in held if each.code and each.state == CredentialState.ACTIVE]
    gone = {each.code for each in replaced}
    return join_codes(before), join_codes([*(code for code in before if code not in gone), *added])
