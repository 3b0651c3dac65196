"""Tables in files, whatever they are about. What all kinds of files say is tested with rosters."""

import pytest

from eventsync.tables import Format, Sort, TableError, find_columns, read_table, write_table

KNOWN = {"colour": ("colour", "color"), "size": ("size",)}
PAINTS = Sort("a paint list", "paints", lambda headers: find_columns("paints", KNOWN, headers, needed=["colour"]))
BOTH: tuple[Format, ...] = ("csv", "xlsx")


@pytest.mark.parametrize("kind", BOTH)
def test_what_is_written_is_read_again_and_is_no_formula(kind):
    rows = [("=1+1", "'=2"), ("blue\nand green", ""), ("", "@x"), ("", "")]
    content = write_table(["colour", "size"], rows, kind, title="Paints")
    table = read_table("paints", content, PAINTS)
    assert [values for _, values in table.rows] == rows[:3]
    assert (table.fields, table.labels) == (("colour", "size"), {"colour": "colour", "size": "size"})
    assert kind == "xlsx" or b"'=1+1,''=2" in content


def test_columns_may_stand_anywhere_and_be_called_otherwise():
    table = read_table("paints", b"Price;SIZE:;_Color_\n9;1;red\n", PAINTS)
    assert (table.rows, table.remarks) == ([(2, ("red", "1"))], ["Columns that are not used: Price."])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"colour\n", "paints has a header but no paints."),
        (b"size\n1\n", "The column “colour” is missing; the first row has “size”."),
        (b"colour,color\nred,blue\n", "More than one column is the colour: “colour” and “color”."),
        (b"%PDF-1.7", "paints is a PDF; a paint list is a CSV or XLSX file."),
        (b"PK\x03\x04", "paints is damaged; open it in a spreadsheet and save it again."),
    ],
)
def test_file_of_another_sort_is_refused_in_its_own_words(content, sentence):
    with pytest.raises(TableError) as caught:
        read_table("paints", content, PAINTS)
    assert str(caught.value) == sentence
