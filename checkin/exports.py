"""The ledger as a file for a spreadsheet: CSV and XLSX, made while it is sent."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from checkin.models import AttendanceRecord, Checkpoint
from checkin.queries import Who, ledger
from eventsync.schedule.models import Event, Venue
from eventsync.tables import cells
from eventsync.tables.writing import MIMES

HEADER = (
    "venue", "checkpoint", "window", "slot", "what", "undone", "number", "name", "delegation", "role", "happened",
    "received", "recorded by", "phone", "method", "reason", "note", "flags", "operation",
)  # fmt: skip
CHUNK = 64 * 1024

Cell = str | datetime
Row = list[Cell]


def attendance(
    event: Event, checkpoint: Checkpoint | None = None, venues: QuerySet[Venue] | None = None
) -> Iterator[Row]:
    """The header, then the records in order of time; times are in the event's zone."""
    zone = ZoneInfo(event.tz)
    yield [f"{name} ({event.tz})" if name in {"happened", "received"} else name for name in HEADER]
    for record, who, flags in ledger(event, checkpoint, venues):
        yield [safe(cell) for cell in _cells(record, who, flags, zone)]


def _cells(record: AttendanceRecord, who: Who, flags: Iterable[str], zone: ZoneInfo) -> Row:
    return [
        record.checkpoint.venue.name, record.checkpoint.name, record.window, record.slot, record.get_verb_display(),
        "yes" if record.voided else "", who.number, who.name, who.delegation, who.role, record.at.astimezone(zone),
        record.received_at.astimezone(zone), record.by, record.phone or str(record.device), record.method,
        record.reason, record.note, " ".join(flags), str(record.operation_id),
    ]  # fmt: skip


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; what it cannot hold is left out."""
    if isinstance(cell, datetime):
        return cell
    return cells.escape(ILLEGAL_CHARACTERS_RE.sub("", cell))


def as_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, without which Excel takes it for something else."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else cell for cell in row])
        if text.tell() > CHUNK:
            yield _drained(text)
    yield _drained(text)


def _drained(text: io.StringIO) -> bytes:
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def as_xlsx(rows: Iterable[Row]) -> Iterator[bytes]:
    """Times are cells that can be sorted and subtracted, so they name no zone: the header does."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Attendance")
    for row in rows:
        sheet.append([cell.replace(tzinfo=None, microsecond=0) if isinstance(cell, datetime) else cell for cell in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while part := file.read(CHUNK):
            yield part


FORMATS: dict[str, tuple[str, Callable[[Iterable[Row]], Iterator[bytes]]]] = {
    "csv": (MIMES["csv"], as_csv),
    "xlsx": (MIMES["xlsx"], as_xlsx),
}
