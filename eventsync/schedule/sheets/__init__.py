"""The draft as a sheet for a spreadsheet, CSV or XLSX: given out, changed by organisers, and read again.

content = write(event, rows, "xlsx")        # what read takes
sheet = read(event, "plan.xlsx", content)   # TableError: a sentence, when it is no schedule
preview = look(event, sheet)                # changes nothing; sheet.problems are in it, by row and column
"""

from eventsync.schedule.sheets.reading import Sheet, look, read
from eventsync.schedule.sheets.writing import write

__all__ = ["Sheet", "look", "read", "write"]
