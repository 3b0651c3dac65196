"""Files as they come: encodings, separators, workbooks, and what is no roster at all."""

import codecs
import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from checkin.rosters import RosterError, Table, read_roster

HEADER = "number,name,delegation,role,codes\n"
ROW = "1,Zoë Müller,Genève,coach,A\n"
EXPECTED = [(2, ("1", "Zoë Müller", "Genève", "coach", "A", "", "", ""))]


def read(content: bytes | str) -> Table:
    return read_roster("people", content.encode() if isinstance(content, str) else content)


def refusal(content: bytes | str) -> str:
    with pytest.raises(RosterError) as caught:
        read(content)
    return str(caught.value)


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_text_is_read_in_any_encoding_and_with_any_separator(encoding: str, separator: str, newline: str) -> None:
    text = (HEADER + ROW).replace(",", separator).replace("\n", newline)
    assert read(text.encode(encoding)).rows == EXPECTED


def test_utf_16_with_a_big_endian_mark_is_read() -> None:
    assert read(codecs.BOM_UTF16_BE + (HEADER + ROW).encode("utf-16-be")).rows == EXPECTED


def test_windows_1252_is_said_aloud() -> None:
    assert read((HEADER + ROW).encode("cp1252")).remarks == [
        "The file is not UTF-8; it was read as Windows-1252 (Latin-1). Check names with accents."
    ]
    assert read(HEADER + ROW).remarks == []


def test_bytes_that_windows_does_not_use_are_latin_1() -> None:
    [(_, values)] = read(b"number,name\n1,Zo\xeb \x81\x80\n").rows
    assert values[1] == "Zoë \x81€"


def test_a_mark_alone_is_an_empty_file_and_a_wrong_one_is_damage() -> None:
    assert refusal(codecs.BOM_UTF8) == "people is empty."
    message = "people is damaged: it is not the UTF-8 text that it says it is."
    assert refusal(codecs.BOM_UTF8 + b"number,name\n1,Zo\xeb\n") == message


def test_truncated_utf_16_is_damaged() -> None:
    content = codecs.BOM_UTF16_LE + (HEADER + ROW).encode("utf-16-le") + b"\x01"
    assert refusal(content) == "people is damaged: it is not the UTF-16 text that it says it is."


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    text = "\n" + HEADER + '1,"Anna\nBerg",,,\n\n,,,,\n2,Bo,,,\n'
    assert [row for row, _ in read(text).rows] == [3, 6]


def test_excels_own_first_line_names_the_separator() -> None:
    table = read("sep=;\nnumber;name, in full;name\n1;x;Berg, Anna\n")
    assert table.rows == [(3, ("1", "Berg, Anna", "", "", "", "", "", ""))]


def test_headers_in_any_case_and_some_other_words_are_known() -> None:
    table = read("Full_Name; TEAM ;External ID;Function;Wristband\nAnna;Malta;7;coach;A\n")
    assert table.rows == [(2, ("7", "Anna", "Malta", "coach", "A", "", "", ""))]
    assert table.labels == {
        "number": "External ID",
        "name": "Full_Name",
        "delegation": "TEAM",
        "role": "Function",
        "codes": "Wristband",
    }


def test_columns_that_are_not_used_are_named() -> None:
    assert read("number,name,T-shirt\n1,Anna,L\n").remarks == ["Columns that are not used: T-shirt."]


def test_short_rows_are_filled_up_and_long_ones_are_noted() -> None:
    table = read("number,name,role\n1,Anna\n2,Bo,coach,\n3,Berg, Anna,coach\n")
    assert [values[:2] for _, values in table.rows] == [("1", "Anna"), ("2", "Bo"), ("3", "Berg")]
    assert table.overlong == [4]


def test_escaped_formulas_are_read_as_they_were_meant() -> None:
    [(_, values)] = read("number,name,role\n'-1,'=Anna,'tis\n").rows
    assert values[:4] == ("-1", "=Anna", "", "'tis")


BAD = {
    "": "people is empty.",
    " \n\n": "people is empty.",
    ",,,\n,,\n": "people is empty.",
    HEADER: "people has a header but no people.",
    HEADER + ",,,,\n\n": "people has a header but no people.",
    "number,role\n1,coach\n": "The column “name” is missing; the first row has “number”, “role”.",
    "Anna,Berg\n": "The columns “number” and “name” are missing; the first row has “Anna”, “Berg”.",
    "number,name,full name\n1,A,B\n": "More than one column is the name: “name” and “full name”.",
    'number,name\n1,"Anna\n2,Bo\n': (
        "people has a quotation mark out of place, or one that is never closed, in row 2."
    ),
    'number,name\n1,"Anna"x\n': "people has a quotation mark out of place, or one that is never closed, in row 2.",
    "\x00\x01\x02\x03": "people is not a CSV or XLSX file.",
    "%PDF-1.7\n": "people is a PDF; a roster is a CSV or XLSX file.",
    "{\\rtf1 number,name}": "people is a text document; a roster is a CSV or XLSX file.",
}


@pytest.mark.parametrize("content", BAD)
def test_text_that_is_no_roster_is_explained(content: str) -> None:
    assert refusal(content) == BAD[content]


@pytest.mark.parametrize(
    ("magic", "kind"),
    [(b"\x89PNG\r\n", "a picture"), (b"\xff\xd8\xff\xe0", "a picture"), (b"\x1f\x8b\x08", "a compressed file")],
)
def test_other_files_are_named(magic: bytes, kind: str) -> None:
    assert refusal(magic + bytes(20)) == f"people is {kind}; a roster is a CSV or XLSX file."


def test_a_row_too_many_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventsync.tables.table.MAX_ROWS", 2)
    assert len(read("number,name\n1,A\n2,B\n").rows) == 2
    assert refusal("number,name\n1,A\n2,B\n3,C\n") == "people has more than 2 rows; divide it."


def test_a_missing_column_shows_at_most_eight_headers() -> None:
    headers = ",".join(f"column {letter * 40}" for letter in "abcdefghij")
    shown = ", ".join(f"“column {letter * 22}…”" for letter in "abcdefgh")
    assert refusal(headers) == f"The columns “number” and “name” are missing; the first row has {shown} and 2 more."


def test_a_workbook_is_read_as_a_person_sees_it() -> None:
    rows: list[list[Any]] = [
        ["number", "name", "delegation", "role", "codes"],
        [12.0, "Anna", 1.5, True, None],
        # A spreadsheet knows no time zones.
        [13, "Bo", date(2026, 7, 4), datetime(2026, 7, 4, 9, 30), time(9, 30)],  # noqa: DTZ001
        [None, None, None, None, None],
        ["014", "'=Cleo", "", "", "A B"],
    ]
    table = read(workbook(rows))
    assert table.rows == [
        (2, ("12", "Anna", "1.5", "TRUE", "", "", "", "")),
        (3, ("13", "Bo", "2026-07-04", "2026-07-04 09:30", "09:30", "", "", "")),
        (5, ("014", "=Cleo", "", "", "A B", "", "", "")),
    ]


def test_the_sheet_with_our_columns_is_taken_and_space_above_it_is_no_matter() -> None:
    cover = [["Roster of the games"], ["ask Maria"]]
    people: list[list[Any]] = [[], ["Name", "Number"], ["Anna", 1]]
    assert read(workbook(cover, people)).rows == [(3, ("1", "Anna", "", "", "", "", "", ""))]


def test_a_sheet_that_lies_about_its_size_is_read_to_its_end() -> None:
    content = workbook([["number", "name"], [1, "Anna"], [2, "Bo"]])
    lying = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(lying, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="A1:B3"', b'ref="A1:B2"'))
    assert b'ref="A1:B2"' in zipfile.ZipFile(lying).read("xl/worksheets/sheet1.xml")
    assert len(read(lying.getvalue()).rows) == 2


def packed(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return file.getvalue()


DAMAGED = "people is damaged; open it in a spreadsheet and save it again."


def test_packages_that_are_no_workbook_are_explained() -> None:
    assert refusal(packed(**{"photo.jpg": b"x"})) == "people is no spreadsheet; a roster is XLSX or CSV."
    assert refusal(packed(**{"content.xml": b"x"})) == "people is an OpenDocument file; save it as XLSX or CSV."
    assert refusal(packed(**{"xl/workbook.xml": b"<x"})) == DAMAGED
    assert refusal(workbook([["number", "name"], [1, "A"]])[:-30]) == DAMAGED
    assert refusal(b"PK\x03\x04 and then nothing") == DAMAGED


def test_empty_and_other_workbooks_are_explained() -> None:
    assert refusal(workbook([])) == "people is empty."
    assert refusal(workbook([["number", "name"]])) == "people has a header but no people."
    assert refusal(workbook([["name", "age"], ["Anna", 9]])) == (
        "The column “number” is missing; the first row has “name”, “age”."
    )


def test_a_workbook_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventsync.tables.spreadsheets._MAX_UNPACKED", 1000)
    assert refusal(workbook([["number", "name"], [1, "A"]])) == "people is too large when unpacked; save it as CSV."


def test_old_and_protected_office_files_are_told_apart() -> None:
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert refusal(office) == "people is an old Excel file; save it as XLSX or CSV."
    protected = office + "EncryptedPackage".encode("utf-16-le")
    assert refusal(protected) == "people is protected by a password; save it without one."


def test_progress_is_told_while_reading() -> None:
    told: list[tuple[str, int, int]] = []
    read_roster("people", (HEADER + ROW * 4500).encode(), lambda *step: told.append(step))
    assert told == [("reading", 2000, 4501), ("reading", 4000, 4501)]
