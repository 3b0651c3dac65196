"""Rosters in and out: what a file says, what it would change, changing it, and giving it back.

    table = read_roster("people.csv", content)      # RosterError: a sentence, when the file cannot be read
    plan = plan_import(event, table)                # changes nothing; plan.problems by row and column
    report = apply_import(event, plan)              # all of it in one transaction, or nothing (RosterError)
    content = export_roster(event, "xlsx")          # what import takes

`uploads` keeps a file on a RosterImport until somebody confirms it; `importing` carries it out, by the job
`checkin.import_roster` when it has more than LARGE rows.
"""

from checkin.rosters.applying import Report, apply_import
from checkin.rosters.exporting import export_roster
from checkin.rosters.layouts import COLUMNS
from checkin.rosters.listing import Note
from checkin.rosters.planning import Entry, Plan, plan_import
from checkin.rosters.reading import read_roster
from checkin.rosters.table import LARGE, RosterError
from eventsync.tables import FORMATS, Progress, Table

__all__ = [
    "COLUMNS",
    "FORMATS",
    "LARGE",
    "Entry",
    "Note",
    "Plan",
    "Progress",
    "Report",
    "RosterError",
    "Table",
    "apply_import",
    "export_roster",
    "plan_import",
    "read_roster",
]
