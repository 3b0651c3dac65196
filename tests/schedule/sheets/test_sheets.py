"""The draft as a sheet: unchanged it changes nothing; changed, just that; wrong, by row and column."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsync.schedule import sheets
from eventsync.schedule.files import reading as files
from eventsync.schedule.files.content import FileError
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import incoming
from eventsync.schedule.plan.incoming import Preview
from eventsync.tables import Format
from tests.schedule.plan.plans import MINUTE, Day, make_day

BOTH: tuple[Format, ...] = ("csv", "xlsx")
HEADERS = [
    "number", "title", "title (fi)", "date", "start", "end", "end date", "place", "venue", "groups", "status", "class",
    "buffer", "symbol", "sentence", "sentence (fi)", "outline", "outline (fi)", "note", "note (fi)", "id",
]  # fmt: skip


LATER = "It ends before it begins. If that is on another day, write it in a column “end date”."


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(tz="Europe/Helsinki", languages=["en", "fi"])
    games.event.refresh_from_db()
    return make_day(games)


def written(day: Day, kind: Format = "csv") -> bytes:
    return sheets.write(day.event, Activity.objects.select_related("place__venue"), kind)


def rows_of(content: bytes, kind: Format) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def look(day: Day, content: bytes | str) -> Preview:
    content = content if isinstance(content, bytes) else content.encode()
    return files.look(day.event, files.read_schedule(day.event, "plan.csv", content))


def changed(day: Day, activity: str, **cells: str) -> bytes:
    """Our own sheet, with other cells in the row of this activity."""
    header, *rows = rows_of(written(day), "csv")
    for row in rows:
        if row[1] == activity:
            for column, cell in cells.items():
                row[header.index(column.replace("_", " "))] = cell
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


@pytest.mark.parametrize("kind", BOTH)
def test_row_of_a_sheet_is_an_activity_in_local_time_and_all_languages(day, kind):
    night = datetime(2026, 7, 4, 20, tzinfo=UTC)
    Activity.objects.filter(pk=day.party.pk).update(start=night, end=night + 90 * MINUTE, note="=1+1", number="P 1")
    Activity.objects.filter(pk=day.relay.pk).update(groups=["Korea; South", 'The "Reds"', "Norway"], status="held")
    header, swim, relay, party = rows_of(written(day, kind), kind)
    keys = [str(row.pk) for row in (day.swim, day.relay, day.party)]
    assert header == HEADERS
    assert swim == [
        "", "Swim", "Uinti", "2026-07-04", "15:00", "16:00", "", "Deck", "Pool", "Finland", "planned", "important", "0",
        *[""] * 7, keys[0],
    ]  # fmt: skip
    assert relay[9:11] == ['"Korea; South"; "The ""Reds"""; Norway', "held"]
    assert party[:9] == ["P 1", "Party", "", "2026-07-04", "23:00", "00:30", "2026-07-05", "Stage", "Main hall"]
    assert party[18:] == ["'=1+1", "", keys[2]]


@pytest.mark.parametrize("kind", BOTH)
def test_sheet_that_nobody_changed_changes_nothing(day, kind):
    again = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 03:30, for the second time
    Activity.objects.filter(pk=day.party.pk).update(start=again, end=again + 90 * MINUTE, outline="One.\r\n\r\nTwo.")
    Activity.objects.filter(pk=day.relay.pk).update(title="Big  relay", groups=["A; B", '"C"', "D"], delay=30)
    what = look(day, written(day, kind))
    assert (what.problems, what.changes, what.unchanged, what.missing, what.additions) == ([], [], 3, [], [])


def test_changed_cells_are_told_with_old_and_new_and_written(day):
    cells = {"start": "15:30", "end": "4:30 PM", "groups": "Norway;Finland", "status": "Cancelled", "buffer": "5"}
    content = changed(day, "Swim", **cells)
    content += b"8,Walk,,4.7.2026,18:00,19:00,,Lawn,Pool\r\n"
    what = look(day, content)
    ((where, row, differences),) = what.changes
    assert (where, row.title) == ("Row 2", "Swim")
    assert [tuple(each) for each in differences] == [
        ("Buffer", "0", "5"),
        ("Time", "Sat 4 Jul, 15:00 to 16:00", "Sat 4 Jul, 15:30 to 16:30"),
        ("Only for", "Finland", "Finland, Norway"),
        ("Status", "Takes place", "Cancelled"),
    ]
    assert [(each.where, each.row.title, each.row.place.name) for each in what.additions] == [("Row 5", "Walk", "Lawn")]
    sheet = sheets.read(day.event, "plan.csv", content)
    incoming.apply(day.event, sheet.items, seen=what.seen)
    assert look(day, content).is_empty
    assert (Activity.objects.get(title="Swim").status, Activity.objects.count()) == ("cancelled", 4)


def test_column_that_is_not_there_leaves_what_is_stored_and_an_empty_cell_empties_it(day):
    Activity.objects.filter(pk=day.swim.pk).update(number="1", note="Bring a towel.", symbol="swim", buffer=5)
    what = look(day, "Number;Title;Note;TITLE (suomi);Colour\n1;Swim;;\n")
    ((_, row, differences),) = what.changes
    assert [each.what for each in differences] == ["Note", "Title (Suomi)"]
    assert (row.note, row.texts, row.symbol, row.start) == ("", {}, "swim", day.swim.start)
    assert [each.title for each in what.missing] == ["Relay", "Party"]
    remarks = sheets.read(day.event, "x", b"number,title,colour\n1,Swim,red\n").remarks
    assert remarks == ["Columns that are not used: colour."]


@pytest.mark.parametrize(
    ("cells", "where", "sentence"),
    [
        ({"date": "4/7/2026"}, "Row 2, date", "“4/7/2026” may be two days. Write the year first, such as 2026-07-04."),
        ({"date": ""}, "Row 2, date", "It is empty."),
        ({"start": "soon"}, "Row 2, start", "“soon” is no time. Write it like 09:30."),
        ({"end": "#VALUE!"}, "Row 2, end", "It holds an error of the spreadsheet, #VALUE!."),
        ({"end": "09:00"}, "Row 2, end", LATER),
        ({"buffer": "-5"}, "Row 2, buffer", "“-5” is no number of minutes."),
        ({"id": "7"}, "Row 2, id", "“7” is no id. Leave it as it was given out, or empty for a new one."),
        ({"status": "late"}, "Row 2", "“late” is no status. Write planned, held, cancelled."),
        ({"class": "first"}, "Row 2", "“first” is no class. Write core, important, droppable."),
        ({"place": ""}, "Row 2", "The place is empty."),
        ({"title": ""}, "Row 2", "The title is empty."),
        ({"venue": "Sky", "place": "Moon"}, "Row 2", "There is no venue “Sky”. There is Main hall, Pool."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_by_row_and_column(day, cells, where, sentence):
    assert [tuple(each) for each in look(day, changed(day, "Swim", **cells)).problems] == [(where, sentence)]


def test_problems_stand_in_the_order_of_rows(day):
    content = changed(day, "Swim", title="") + b"1,Walk,,4.7.2026,9,10:00,,Deck,Pool\r\n" + b"," * 21 + b"x\r\n"
    found = look(day, content.replace(b",Relay,", b",,")).problems
    assert [each.where for each in found] == ["Row 2", "Row 3", "Row 5, start", "Row 6", "Row 6, date"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "plan.csv is empty."),
        (b"number,title\n", "plan.csv has a header but no activities."),
        (b"number,name\n1,Jo\n", "The column “title” is missing; the first row has “number”, “name”."),
        (b"title,date\nSwim,\n", "The columns “start” and “end” are missing; the first row has “title”, “date”."),
        (b"title,title (en)\nSwim,Swim\n", "More than one column is the title: “title” and “title (en)”."),
        (b"%PDF-", "plan.csv is a PDF; a schedule is a CSV or XLSX file."),
        (b"\0\1\2", "plan.csv is not a CSV or XLSX file."),
    ],
)  # fmt: skip
def test_file_that_is_no_schedule_is_refused(day, content, sentence):
    with pytest.raises(FileError) as caught:
        look(day, content)
    assert str(caught.value) == sentence


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20)
HOSTILE = st.sampled_from(["=1+1", "'=1", "@x", "-1", 'a"b;c', "a,b\tc", "محمد", "x\r\ny", "\u200b", "#N/A x"])
ROW = st.fixed_dictionaries(
    {
        "title": st.one_of(TEXT, HOSTILE).map(lambda text: f"T {text}"),
        "note": st.one_of(TEXT, HOSTILE),
        "groups": st.lists(st.one_of(TEXT, HOSTILE).map(lambda text: " ".join(text.split())), max_size=3),
        "minutes": st.integers(0, 60 * 24 * 400),
        "lasts": st.integers(1, 3000),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(rows=st.lists(ROW, max_size=4), kind=st.sampled_from(BOTH))
def test_whatever_people_write_comes_back_as_it_was(day, rows: list[dict[str, Any]], kind: Format):
    Activity.objects.exclude(pk=day.swim.pk).delete()
    for row in rows:
        start = day.swim.start + timedelta(minutes=row["minutes"])
        Activity.objects.create(
            event=day.event, place=day.deck, title=row["title"], note=row["note"], start=start,
            end=start + timedelta(minutes=row["lasts"]), groups=sorted({*row["groups"]} - {""}),
            texts={"fi": {"title": row["title"]}},
        )  # fmt: skip
    what = look(day, written(day, kind))
    assert (what.problems, what.changes, what.additions, what.unchanged) == ([], [], [], len(rows) + 1)
