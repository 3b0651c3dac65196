"""The draft as a sheet for a spreadsheet, CSV or XLSX: given out, changed by organisers, and read again.

content = write(event, rows, "xlsx")
read(event, "plan.xlsx", content)   # Content: what it says; what is wrong, by row and column. Or FileError
"""

from eventsync.schedule.sheets.reading import read
from eventsync.schedule.sheets.writing import write

__all__ = ["read", "write"]
