"""Reads a roster file of any kind into a table."""

from checkin.rosters.layouts import layout_of
from checkin.rosters.table import RosterError
from eventsync.tables import Progress, Sort, Table, TableError, read_table, silent

_ROSTER = Sort("a roster", "people", layout_of)


def read_roster(name: str, content: bytes, progress: Progress = silent) -> Table:
    """The rows of a CSV or XLSX file. `name` is only for messages. RosterError: why it cannot be read."""
    try:
        return read_table(name, content, _ROSTER, progress)
    except TableError as error:
        raise RosterError(str(error)) from error
