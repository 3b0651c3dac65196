"""Tables as files: CSV in UTF-8 with a mark, for Excel, and XLSX. What import-export's formats do, with our escapes."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import tablib
from import_export.formats.base_formats import CSV, XLSX

from eventsync.tables import cells

Format = Literal["csv", "xlsx"]
FORMATS = {"csv": CSV, "xlsx": XLSX}
MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What XML cannot hold, or gives back as something else.
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def write_table(headers: Sequence[str], rows: Iterable[Sequence[str]], format: Format, *, title: str) -> bytes:  # noqa: A002 - the word for it
    """The content of a file whose cells are texts, none of them a formula. `title`: of the sheet.

    In XLSX no cell may match NOT_IN_XML.
    """
    escaped = [tuple(map(cells.escape, row)) for row in rows]
    content = FORMATS[format]().export_data(tablib.Dataset(*escaped, headers=headers, title=title))
    return content if isinstance(content, bytes) else content.encode("utf-8-sig")
