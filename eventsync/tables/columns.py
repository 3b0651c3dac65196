"""Which column of a file is which, by what its header says."""

from collections.abc import Collection, Mapping, Sequence

from eventsync.tables import cells
from eventsync.tables.table import Layout, TableError


def key_of(header: str) -> str:
    """By which a header is known: capital letters, spaces and low lines do not matter."""
    return " ".join(cells.clean(header).replace("_", " ").split()).strip(".:*").casefold()


def find_columns(
    name: str, known: Mapping[str, Sequence[str]], headers: Sequence[str], *, needed: Collection[str] = ()
) -> Layout:
    """A layout of these fields, each `known` by some words, the first of them in our own files.

    TableError: names the columns that are missing or there twice.
    """
    headers = [cells.clean(header) for header in headers]
    keys = [key_of(header) for header in headers]
    found: dict[str, int] = {}
    for field, words in known.items():
        places = [index for index, key in enumerate(keys) if key in words]
        if len(places) > 1:
            both = " and ".join(f"“{headers[index]}”" for index in places)
            raise TableError(f"More than one column is the {field}: {both}.")
        if places:
            found[field] = places[0]
    missing = [known[field][0] for field in known if field in needed and field not in found]
    if missing:
        raise TableError(_missing(missing, headers))
    labels = {field: headers[index] for field, index in found.items()}
    ignored = tuple(headers[i] for i in range(len(headers)) if headers[i] and i not in found.values())
    return Layout(name, tuple(known), tuple(map(found.get, known)), labels, ignored)


def _missing(missing: Sequence[str], headers: Sequence[str]) -> str:
    shown = [f"“{_short(header)}”" for header in headers if header]
    words = " and ".join(f"“{column}”" for column in missing)
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    noun = "The columns" if len(missing) > 1 else "The column"
    verb = "are" if len(missing) > 1 else "is"
    return f"{noun} {words} {verb} missing; the first row has {', '.join(shown[:8]) or 'nothing'}{more}."


def _short(header: str) -> str:
    return header if len(header) <= 30 else header[:29] + "…"
