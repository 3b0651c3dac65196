"""CSV in the wild: any of three separators, and the encodings that spreadsheets write."""

import codecs
import csv
import io
from collections.abc import Iterator

from eventsync.tables import cells
from eventsync.tables.table import Progress, Sort, Table, TableError, begin, take

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # starts with the UTF-16 one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATORS = ",;\t"
_STEP = 2_000


def read(name: str, content: bytes, sort: Sort, progress: Progress) -> Table:
    text, remarks = _decode(name, content)
    if any(ord(char) < 32 and char not in "\t\r" for char in text.partition("\n")[0]):
        raise TableError(f"{name} is not a CSV or XLSX file.")
    lines = text.count("\n")
    records = _records(name, text)
    headers = next((record for _, record in records if any(map(str.strip, record))), None)
    if headers is None:
        raise TableError(f"{name} is empty.")
    layout = sort.layout_of(headers)
    table = begin(name, layout, remarks)
    for row, record in records:
        take(table, layout, row, [cells.unescape(value) for value in record], width=len(headers))
        if len(table.rows) % _STEP == 0:
            progress("reading", len(table.rows), max(lines, len(table.rows)))
    return table


def _decode(name: str, content: bytes) -> tuple[str, list[str]]:
    encoding = next((encoding for bom, encoding in _BOMS.items() if content.startswith(bom)), _guess(content))
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise TableError(
                f"{name} is damaged: it is not the {encoding.upper().removesuffix('-SIG')} text that it says it is."
            ) from None
    # What Excel writes in western Europe. Its five unused bytes are control characters in Latin-1.
    text = "".join(map(_windows_character, content)) if _has_unused(content) else content.decode("cp1252")
    return text, ["The file is not UTF-8; it was read as Windows-1252 (Latin-1). Check names with accents."]


def _guess(content: bytes) -> str:
    """UTF-16 without a mark shows by a zero byte in nearly every pair of the header."""
    head = content[:64]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > len(head) // 3 else "utf-8"


_UNUSED = b"\x81\x8d\x8f\x90\x9d"


def _has_unused(content: bytes) -> bool:
    return any(byte in content for byte in _UNUSED)


def _windows_character(byte: int) -> str:
    return chr(byte) if byte in _UNUSED else bytes([byte]).decode("cp1252")


def _records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the row number that a spreadsheet shows. Excel's own first line `sep=;` is a row, but no header."""
    first_line = text[:4096].lstrip("\r\n").partition("\n")[0].strip()
    declared = first_line[4:5] if first_line.lower().startswith("sep=") and len(first_line) == 5 else ""
    separator = declared or max(_SEPARATORS, key=first_line.count)
    # strict: a quotation mark that is never closed would swallow the rows behind it in silence.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for record in reader:
            row += 1
            if record and not (declared and row == 1):
                yield row, record
    except csv.Error:
        raise TableError(
            f"{name} has a quotation mark out of place, or one that is never closed, in row {row + 1}."
        ) from None
