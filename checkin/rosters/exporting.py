"""Gives a roster back as a file that import takes unchanged."""

from uuid import UUID

from checkin import models
from checkin.models import CredentialState
from checkin.rosters.codes import join_codes
from checkin.rosters.table import RosterError
from eventsync.schedule.models import Event
from eventsync.tables import Format, cells, write_table
from eventsync.tables.writing import NOT_IN_XML

HEADERS = ("number", "name", "delegation", "role", "codes", "standing", "family", "given")


def export_roster(event: Event, format: Format) -> bytes:  # noqa: A002 - the word for it
    """The roster by name, walk-ins too and each person once, with those active codes that are known.

    CSV is UTF-8 with a mark, for Excel.

    RosterError: somebody's code has control characters, as some barcodes do, and the format is XLSX.
    """
    rows = _rows(event)
    if format == "xlsx":
        _check_codes(rows)
    return write_table(HEADERS, rows, format, title="Roster")


def _check_codes(rows: list[tuple[str, ...]]) -> None:
    for number, name, _, _, codes, *_ in rows:
        if NOT_IN_XML.search(codes):
            raise RosterError(f"A code of {name} ({number}) does not fit into XLSX; export the roster as CSV.")


def _rows(event: Event) -> list[tuple[str, ...]]:
    codes: dict[UUID, list[str]] = {}
    active = models.Credential.objects.filter(event=event, state=CredentialState.ACTIVE).exclude(code="").order_by("id")
    for person, whole, code in active.values_list("person_id", "person__merged_into", "code"):
        codes.setdefault(whole or person, []).append(code)
    columns = ("id", "external_id", "name", "delegation", "role", "standing", "family", "given")
    found = models.Person.objects.filter(event=event, merged_into=None, erased_at=None).order_by("search", "id")
    people = list(found.values_list(*columns))
    codes |= _shared({person: family for person, *_, family, _ in people if family}, codes)
    return [
        (
            *map(cells.clean, texts),
            join_codes(codes.get(person, ())),
            standing,
            *map(cells.clean, (family, given)),
        )
        for person, *texts, standing, family, given in people
    ]


def _shared(families: dict[UUID, str], codes: dict[UUID, list[str]]) -> dict[UUID, list[str]]:
    """The codes of those who have none of their own and come by another's of their family.

    Without them, an import elsewhere would give each a code, and the one no longer be the family's.
    """
    carried: dict[str, list[UUID]] = {}
    for person, family in families.items():
        if person in codes:
            carried.setdefault(family, []).append(person)
    return {
        person: codes[carried[family][0]]
        for person, family in families.items()
        if person not in codes and len(carried.get(family, ())) == 1
    }
