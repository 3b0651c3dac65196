"""Tables in files, in and out: CSV and XLSX as rows of text, which are numbered as a spreadsheet numbers them.

    sort = Sort("a roster", "people", layout_of)     # which columns are which: the only thing that differs
    table = read_table("people.csv", content, sort)  # TableError: a sentence, when the file cannot be read
    content = write_table(headers, rows, "xlsx")     # no cell is a formula; reading gives back the same texts

Knows nothing of what the rows are about.
"""

from eventsync.tables.columns import find_columns, key_of
from eventsync.tables.reading import read_table
from eventsync.tables.table import Layout, Progress, Sort, Table, TableError, silent
from eventsync.tables.writing import FORMATS, MIMES, Format, write_table

__all__ = [
    "FORMATS",
    "MIMES",
    "Format",
    "Layout",
    "Progress",
    "Sort",
    "Table",
    "TableError",
    "find_columns",
    "key_of",
    "read_table",
    "silent",
    "write_table",
]
