"""Gives the draft out as a sheet that `read` takes unchanged."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan.freezing import TEXTS
from eventsync.schedule.sheets.columns import headers, text_column
from eventsync.schedule.sheets.moments import time_of
from eventsync.tables import Format, write_table
from eventsync.tables.writing import NOT_IN_XML


def write(event: Event, rows: Iterable[Activity], format: Format) -> bytes:  # noqa: A002 - the word for it
    """These activities of it in their order, with place and venue; delays are of the day and not in it."""
    columns = headers(event)
    cells = [dict(_cells(event, row)) for row in rows]
    told = [[_storable(each.get(column, "")) for column in columns] for each in cells]
    return write_table(columns, told, format, title="Schedule")


def _cells(event: Event, row: Activity) -> Iterator[tuple[str, str]]:
    zone = ZoneInfo(event.tz)
    first, last = row.start.astimezone(zone).date(), row.end.astimezone(zone).date()
    yield from {
        "number": row.number, "date": first.isoformat(), "start": time_of(row.start, zone),
        "end": time_of(row.end, zone), "end date": last.isoformat() if last != first else "",
        "place": row.place.name, "venue": row.place.venue.name, "groups": join_groups(row.groups),
        "status": row.status, "class": row.priority, "buffer": str(row.buffer), "symbol": row.symbol, "id": str(row.pk),
    }.items()  # fmt: skip
    for name in TEXTS:
        yield name, getattr(row, name)
        yield from ((text_column(name, language, event), said.get(name, "")) for language, said in row.texts.items())


def join_groups(groups: Sequence[str]) -> str:
    """One cell of which `split_groups` makes the same groups."""
    return "; ".join('"' + each.replace('"', '""') + '"' if re.search('[;"]', each) else each for each in groups)


def split_groups(cell: str) -> list[str]:
    """Groups are parted by semicolons, or stand on lines of their own."""
    lines = csv.reader(cell.splitlines(), delimiter=";", skipinitialspace=True)
    return [group for line in lines for each in line if (group := " ".join(each.split()))]


def _storable(text: str) -> str:
    """Ends of lines as all programs keep them; without what no sheet can hold."""
    return NOT_IN_XML.sub(" ", "\n".join(text.splitlines()) if "\n" in text or "\r" in text else text)
