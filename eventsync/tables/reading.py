"""Reads a file of any kind into a table. What a file is shows in its bytes, not in its name."""

from eventsync.tables import spreadsheets, textfiles
from eventsync.tables.table import Progress, Sort, Table, TableError, silent

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_KINDS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
    b"{\\rtf": "a text document",
}


def read_table(name: str, content: bytes, sort: Sort, progress: Progress = silent) -> Table:
    """The rows of a CSV or XLSX file. `name` is only for messages. TableError: why it cannot be read."""
    if not content.strip():
        raise TableError(f"{name} is empty.")
    if content.startswith(_OLD_OFFICE):
        raise TableError(_old_office(name, content))
    for magic, kind in _KINDS.items():
        if content.startswith(magic):
            raise TableError(f"{name} is {kind}; {sort.name} is a CSV or XLSX file.")
    read = spreadsheets.read if content.startswith(b"PK\x03\x04") else textfiles.read
    table = read(name, content, sort, progress)
    if not table.rows:
        raise TableError(f"{name} has a header but no {sort.rows}.")
    return table


def _old_office(name: str, content: bytes) -> str:
    if _ENCRYPTED in content:
        return f"{name} is protected by a password; save it without one."
    return f"{name} is an old Excel file; save it as XLSX or CSV."
