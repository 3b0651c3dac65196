"""XLSX: the sheet that has the columns, its values as text."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl

from eventsync.tables import cells
from eventsync.tables.table import Progress, Sort, Table, TableError, begin, take

_MAX_UNPACKED = 500_000_000  # bytes
_STEP = 2_000


def read(name: str, content: bytes, sort: Sort, progress: Progress) -> Table:
    _check_package(name, content, sort)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that hold no rows
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return _read_sheet(name, _sheet(name, book, sort), sort, progress)
    except TableError:
        raise
    except Exception as error:  # a damaged workbook fails anywhere, with any error
        raise TableError(f"{name} is damaged; open it in a spreadsheet and save it again.") from error


def _check_package(name: str, content: bytes, sort: Sort) -> None:
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise TableError(f"{name} is damaged; open it in a spreadsheet and save it again.") from None
    entries = {entry.filename: entry.file_size for entry in package.infolist()}
    if "xl/workbook.xml" not in entries:
        kind = "an OpenDocument file; save it as" if "content.xml" in entries else f"no spreadsheet; {sort.name} is"
        raise TableError(f"{name} is {kind} XLSX or CSV.")
    if sum(entries.values()) > _MAX_UNPACKED:
        raise TableError(f"{name} is too large when unpacked; save it as CSV.")


def _sheet(name: str, book: Any, sort: Sort) -> Any:
    """The sheet that was last open if it has the columns, else the first that has: some programs write several."""
    sheets = [sheet for sheet in (book.active, *book.worksheets) if hasattr(sheet, "iter_rows")]
    for sheet in sheets:
        # A sheet may lie about its size, and only what it says would be read.
        sheet.reset_dimensions()
        try:
            sort.layout_of(_headers(sheet)[1])
        except TableError:
            continue
        return sheet
    if not any(any(_headers(sheet)[1]) for sheet in sheets):
        raise TableError(f"{name} is empty.")
    return sheets[0]


def _headers(sheet: Any) -> tuple[int, list[str]]:
    """The first row that is not empty: people leave space above a table."""
    for row, values in enumerate(sheet.iter_rows(max_row=20, values_only=True), 1):
        texts = list(map(_text, values))
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            return row, texts
    return 1, []


def _read_sheet(name: str, sheet: Any, sort: Sort, progress: Progress) -> Table:
    first, headers = _headers(sheet)
    layout = sort.layout_of(headers)
    table = begin(name, layout)
    for row, record in _records(sheet, first, escaped=layout.escapes):
        take(table, layout, row, record, width=len(headers))
        if row % _STEP == 0:
            progress("reading", row, 0)
    return table


def _records(sheet: Any, first: int, *, escaped: bool) -> Iterator[tuple[int, list[str]]]:
    for row, values in enumerate(sheet.iter_rows(min_row=first + 1, values_only=True), first + 1):
        texts = [value if type(value) is str else _text(value) for value in values]
        yield row, [cells.unescape(text) for text in texts] if escaped else texts


def _text(value: Any) -> str:
    """A cell as a person reads it: 12.0 is the number 12, a date is a date."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            midnight = value.time() == time()
            return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
        case time():
            return value.isoformat(timespec="minutes")
        case date() | timedelta():
            return str(value)
        case _:
            return str(value)
