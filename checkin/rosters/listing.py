"""The people that a table lists, and what is wrong with its rows. Looks at the file only, not at the roster."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from checkin import rules
from checkin.rosters import pretix
from checkin.rosters.codes import split_codes
from checkin.rosters.layouts import PRETIX
from checkin.rosters.standings import standing_of
from eventsync.tables import Progress, Table, cells

_STEP = 2_000


# As in models.Person.
_LIMITS = {"number": 100, "name": 200, "delegation": 200, "role": 100, "family": 100, "given": 100}
_CODE_LIMIT = 200


class Note(NamedTuple):
    """Something about one row: an error, a warning, or why it was skipped. `column`: the header, or empty."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One person as a file lists them. None: the file has no such column, so it says nothing."""

    row: int
    number: str
    name: str
    delegation: str | None
    role: str | None
    codes: tuple[str, ...]
    """Several rows may name one code if they have the same family, which is not empty."""
    standing: str | None = None
    family: str | None = None
    given: str | None = None
    id: UUID | None = None
    """Only for people who are made up: their id, so that it is the same each time."""


class Absent(NamedTuple):
    """A number that is in the file, but not as somebody who is expected. `standing`: what it says of them, if so."""

    note: Note
    standing: str | None


@dataclass(slots=True)
class Listing:
    """What a file says."""

    format: str
    rows: int
    labels: dict[str, str]
    people: list[Listed] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    absent: dict[str, Absent] = field(default_factory=dict)
    """The skipped rows by number."""
    warnings: list[Note] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def list_people(table: Table, progress: Progress) -> Listing:
    read = _from_pretix if table.format == PRETIX else _from_template
    listing = Listing(table.format, len(table.rows), table.labels, remarks=list(table.remarks))
    listing.problems += [Note(row, "", "The row has more cells than the header.") for row in table.overlong]
    for done, (row, values) in enumerate(table.rows):
        if done % _STEP == 0:
            progress("checking", done, len(table.rows))
        person = read(listing, row, dict(zip(table.fields, values, strict=True)))
        if person:
            listing.people.append(person)
    if table.format == PRETIX:
        _part_singles(listing)
    _check_numbers(listing)
    _check_codes(listing)
    listing.problems.sort()
    return listing


def _from_template(listing: Listing, row: int, values: dict[str, str]) -> Listed | None:
    codes = _checked(listing, row, "codes", values["codes"], split_codes)
    return _listed(listing, row, values, codes or [], _standing(listing, row, values["standing"]))


def _standing(listing: Listing, row: int, value: str) -> str | None:
    text = cells.clean(value)
    found = standing_of(text) if "standing" in listing.labels else None
    if "standing" in listing.labels and found is None:
        message = f"“{text}” is not a standing. Write expected, cancelled or unpaid, or leave the column out."
        listing.problems.append(Note(row, listing.labels["standing"], message))
    return found


def _from_pretix(listing: Listing, row: int, values: dict[str, str]) -> Listed | None:
    position = pretix.position_of(values)
    number = cells.clean(position.number)
    if position.refused:
        listing.problems.append(Note(row, listing.labels[position.field], position.refused))
        return None
    if position.skipped:
        note = Note(row, listing.labels[position.field], position.skipped)
        listing.skipped.append(note)
        listing.absent[number] = Absent(note, position.standing)
        return None
    listing.warnings += [Note(row, listing.labels[name], message) for name, message in position.warnings]
    secret = _checked(listing, row, "secret", values["secret"], lambda code: [code] if code else [])
    found = {
        "number": number, "name": position.name, "role": position.role, "delegation": values["company"],
        "family": cells.clean(values["order"]), "given": values["given"],
    }  # fmt: skip
    return _listed(listing, row, found, secret or [], position.standing)


def _part_singles(listing: Listing) -> None:
    """Whoever has an order alone is no family: phones need not hold its code. Tickets that were canceled are of it."""
    canceled = (number for number, absent in listing.absent.items() if absent.standing)
    numbers = [*(person.number for person in listing.people), *canceled]
    tickets = Counter(number.rpartition("-")[0] for number in numbers)
    listing.people = [
        person if tickets[person.family or ""] > 1 else replace(person, family="") for person in listing.people
    ]


# Which header a fault is shown under, where pretix has another one than the template.
_SOURCES = {"number": "order", "role": "product", "delegation": "company", "codes": "secret", "family": "order"}


def _label(listing: Listing, name: str) -> str:
    return listing.labels.get(name) or listing.labels.get(_SOURCES.get(name, ""), name)


def _has(listing: Listing, name: str) -> bool:
    return name in listing.labels or _SOURCES.get(name) in listing.labels


def _listed(
    listing: Listing, row: int, values: dict[str, str], codes: list[str], standing: str | None
) -> Listed | None:
    texts = {name: _text(listing, row, name, values[name]) for name in _LIMITS if _has(listing, name)}
    if None in texts.values():
        return None
    number, name = texts["number"] or "", texts["name"] or ""
    for field_name, text in (("number", number), ("name", name)):
        if not text or cells.shows_nothing(text):
            listing.problems.append(Note(row, _label(listing, field_name), f"The {field_name} is empty."))
            return None
    delegation, role, family, given = map(texts.get, ("delegation", "role", "family", "given"))
    return Listed(row, number, name, delegation, role, tuple(dict.fromkeys(codes)), standing, family, given)


def _text(listing: Listing, row: int, name: str, value: str) -> str | None:
    """The text as it will be stored, or None after noting what is wrong with it."""
    text = cells.clean(value)
    message = ""
    if "\0" in value:
        message = "There is a NUL character in it; type it again."
    elif text in cells.ERRORS:
        message = f"It holds an error of the spreadsheet, {text}."
    elif len(text) > _LIMITS[name]:
        message = f"It has {len(text)} characters; at most {_LIMITS[name]} fit."
    if message:
        listing.problems.append(Note(row, _label(listing, name), message))
        return None
    return text


def _checked(
    listing: Listing, row: int, name: str, cell: str, split: Callable[[str], Iterable[str]]
) -> list[str] | None:
    codes = list(split(cell))
    message = ""
    if "\0" in cell:
        message = "There is a NUL character in it; type it again."
    elif any(len(code) > _CODE_LIMIT for code in codes):
        message = f"A code has more than {_CODE_LIMIT} characters."
    elif any(code in cells.ERRORS for code in codes):
        message = "It holds an error of the spreadsheet."
    if message:
        listing.problems.append(Note(row, listing.labels[name], message))
        return None
    return codes


def _check_numbers(listing: Listing) -> None:
    first: dict[str, int] = {}
    for person in listing.people:
        row = first.setdefault(person.number, person.row)
        if row != person.row:
            message = f"The number {person.number} is also in row {row}."
            listing.problems.append(Note(person.row, _label(listing, "number"), message))


def _check_codes(listing: Listing) -> None:
    first: dict[str, Listed] = {}
    for person in listing.people:
        for code in map(rules.canonical_code, person.codes):
            other = first.setdefault(code, person)
            if other is not person and not (person.family and person.family == other.family):
                message = f"This code is also in row {other.row}; a code is for one person, or for one family."
                listing.problems.append(Note(person.row, _label(listing, "codes"), message))
