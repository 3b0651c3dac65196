"""Which column is which: our template, and pretix's export of order positions as it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checkin.rosters import cells
from checkin.rosters.table import RosterError

TEMPLATE = "template"
PRETIX = "pretix"

_TEMPLATE = {
    "number": ("number", "no", "nr", "id", "external id", "reference"),
    "name": ("name", "full name", "person"),
    "delegation": ("delegation", "team", "group", "organisation", "organization"),
    "role": ("role", "function"),
    "codes": ("codes", "code", "credentials", "credential", "barcode", "wristband"),
    "standing": ("standing", "status"),
    "family": ("family", "household", "booking"),
    "given": ("given", "given name", "first name", "forename", "known as"),
}
_PRETIX = {
    "order": ("order code",),
    "position": ("position id",),
    "status": ("status",),
    "name": ("attendee name",),
    "given": ("attendee name: given name", "attendee name: calling name"),
    "secret": ("ticket secret",),
    "product": ("product",),
    "variation": ("variation",),
    "company": ("attendee company",),
    "addon": ("add-on to position id",),
    "payer": ("invoice address name",),
    "blocked": ("blocked",),
}
_REQUIRED = {TEMPLATE: ("number", "name"), PRETIX: ("order", "position", "status", "name", "secret")}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a format stand in a file, and what their headers say there."""

    format: str
    fields: tuple[str, ...]
    columns: tuple[int | None, ...]
    labels: dict[str, str]
    ignored: tuple[str, ...]


def layout_of(headers: Sequence[str]) -> Layout:
    """RosterError: names the column that is missing or there twice."""
    headers = [cells.clean(header) for header in headers]
    known = [_key(header) for header in headers]
    if {"order code", "position id"} <= set(known):
        return _layout(PRETIX, _PRETIX, headers, known)
    return _layout(TEMPLATE, _TEMPLATE, headers, known)


def _key(header: str) -> str:
    return " ".join(header.replace("_", " ").split()).strip(".:*").casefold()


def _layout(name: str, synonyms: Mapping[str, Sequence[str]], headers: Sequence[str], known: Sequence[str]) -> Layout:
    found: dict[str, int] = {}
    for field, words in synonyms.items():
        places = [index for index, key in enumerate(known) if key in words]
        if len(places) > 1:
            both = " and ".join(f"“{headers[index]}”" for index in places)
            raise RosterError(f"More than one column is the {field}: {both}.")
        if places:
            found[field] = places[0]
    missing = [synonyms[field][0] for field in _REQUIRED[name] if field not in found]
    if missing:
        raise RosterError(_missing(missing, headers))
    fields = tuple(synonyms)
    labels = {field: headers[index] for field, index in found.items()}
    ignored = tuple(headers[i] for i in range(len(headers)) if headers[i] and i not in found.values())
    return Layout(name, fields, tuple(map(found.get, fields)), labels, ignored if name == TEMPLATE else ())


def _missing(missing: Sequence[str], headers: Sequence[str]) -> str:
    shown = [f"“{_short(header)}”" for header in headers if header]
    words = " and ".join(f"“{column}”" for column in missing)
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    noun = "The columns" if len(missing) > 1 else "The column"
    verb = "are" if len(missing) > 1 else "is"
    return f"{noun} {words} {verb} missing; the first row has {', '.join(shown[:8]) or 'nothing'}{more}."


def _short(header: str) -> str:
    return header if len(header) <= 30 else header[:29] + "…"
