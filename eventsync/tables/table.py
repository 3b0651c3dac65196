"""A file as rows of text, with the columns that its reader knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

MAX_ROWS = 200_000

Progress = Callable[[str, int, int], None]
"""Called with a step (reading, checking, writing), the rows that are done in it, and all rows (0: not known yet)."""


class TableError(Exception):
    """A file is no table of the sort that was expected. Its message is one sentence for whoever brought it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a format stand in a file, and what their headers say there.

    `escapes`: who wrote the file makes formulas harmless in workbooks, too, not in texts alone.
    """

    format: str
    fields: tuple[str, ...]
    columns: tuple[int | None, ...]
    labels: dict[str, str]
    ignored: tuple[str, ...]
    escapes: bool = True


@dataclass(frozen=True, slots=True)
class Sort:
    """What a file is expected to be: `name` such as “a roster”, its rows such as “people”.

    `layout_of` finds the columns by the texts of the first row, or raises TableError.
    """

    name: str
    rows: str
    layout_of: Callable[[Sequence[str]], Layout]


@dataclass(slots=True)
class Table:
    """The rows of a file. `row` is the number that a spreadsheet shows; values stand in the order of `fields`."""

    name: str
    format: str
    fields: Sequence[str]
    labels: dict[str, str]
    """Of the fields that the file has: the header as it is written there."""
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    overlong: list[int] = field(default_factory=list)
    """Rows that have more cells than the header."""
    remarks: list[str] = field(default_factory=list)


def begin(name: str, layout: Layout, remarks: Sequence[str] = ()) -> Table:
    """A table without rows yet."""
    unused = [f"Columns that are not used: {', '.join(layout.ignored)}."] if layout.ignored else []
    return Table(name, layout.format, layout.fields, layout.labels, remarks=[*remarks, *unused])


def take(table: Table, layout: Layout, row: int, record: Sequence[str], *, width: int) -> None:
    """Adds a record's known cells to the table; an empty record is nothing."""
    if not any(map(str.strip, record)):
        return
    if len(table.rows) >= MAX_ROWS:
        raise TableError(f"{table.name} has more than {MAX_ROWS:,} rows; divide it.")
    if any(map(str.strip, record[width:])):
        table.overlong.append(row)
    size = len(record)
    values = tuple(record[index] if index is not None and index < size else "" for index in layout.columns)
    table.rows.append((row, values))


def silent(step: str, rows: int, total: int) -> None:
    """The progress that nobody watches."""
