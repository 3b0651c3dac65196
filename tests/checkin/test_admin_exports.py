"""Files to take away from admin: the ledger as CSV and XLSX, the roster."""

import csv
import io

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.test import Client

from checkin import exports, queries
from tests.cast import add_person
from tests.desk import alice

PAGE = "/admin/checkin/attendancerecord/export/"


def download(**query):
    client = Client()
    client.force_login(User.objects.filter(username="alice").first() or User.objects.create_superuser("alice"))
    answer = client.get(PAGE, query)
    return answer, answer.getvalue()


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_attendance_as_csv_is_the_ledger_in_order_of_time(games, phone):
    games.event.tz = "Europe/Helsinki"
    games.event.save()
    mistake = phone.arrive(games.people[0], method="search")
    phone.push(mistake, phone.arrive("A" * 22), phone.void(mistake))
    answer, content = download(event="games", format="csv")
    assert answer["Content-Disposition"] == 'attachment; filename="games-attendance.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert sorted((row["what"], row["undone"], row["number"], row["name"]) for row in rows(content)) == [
        ("Arrived", "", "", "Unknown code"), ("Arrived", "yes", "0", "Guest 0"), ("Undone", "", "0", "Guest 0"),
    ]  # fmt: skip
    assert {row["happened (Europe/Helsinki)"] for row in rows(content)} == {"2026-07-04T15:00:00+03:00"}


def test_attendance_of_one_checkpoint(games, phone):
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[0], door=games.pool_door))
    answer, content = download(event="games", format="csv", checkpoint=str(games.pool_door.id))
    assert answer["Content-Disposition"] == 'attachment; filename="games-attendance-pool-door.csv"'
    assert [row["checkpoint"] for row in rows(content)] == ["Pool door"]


def test_attendance_as_xlsx_has_times_that_a_spreadsheet_understands(games, phone):
    phone.push(phone.arrive(games.people[0]))
    _, content = download(event="games", format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    header, row = sheet.iter_rows(values_only=True)
    cells = dict(zip(header, row, strict=True))
    assert (cells["name"], cells["happened (UTC)"].isoformat()) == ("Guest 0", "2026-07-04T12:00:00")


@pytest.mark.parametrize(
    "name", ["=1+1", "+49 151", "-Anna", "@home", '=cmd|"/c calc"!A1', "\t=1", "|x", "%y", "＝1", "'=1"]
)
def test_nothing_that_somebody_typed_is_a_formula(games, phone, name):
    person, _ = add_person(games.event, name=name, number="f")
    phone.push(phone.arrive(person))
    assert rows(download(event="games", format="csv")[1])[0]["name"] == f"'{name}"
    sheet = openpyxl.load_workbook(io.BytesIO(download(event="games", format="xlsx")[1])).active
    cell = next(cell for cell in sheet[2] if cell.value == f"'{name}")
    assert cell.data_type == "s"


def test_places_and_refusals_are_told(games, phone):
    claim = phone.arrive(games.people[0])
    claim["payload"]["slot"] = "=A-1"
    refusal = {"checkpoint": str(games.door.id), "person": str(games.people[1].id), "reason": "full", "note": "later"}
    phone.push(claim, phone.record("checkin.refuse", refusal))
    told = {row["what"]: row for row in rows(download(event="games", format="csv")[1])}
    assert told["Arrived"]["slot"] == "'=A-1"
    assert (told["Refused"]["reason"], told["Refused"]["note"]) == ("full", "later")


def test_characters_that_a_spreadsheet_cannot_hold_are_left_out():
    assert exports.safe("a\x01b\x0bc") == "abc"


def test_ledger_is_read_page_by_page_without_losing_or_repeating(games, phone, monkeypatch):
    sent = [phone.arrive(games.people[number % 5]) for number in range(23)]  # all at the same time
    phone.push(*sent)
    monkeypatch.setattr(queries, "PAGE", 5)
    found = [str(record.pk) for record, _, _ in queries.ledger(games.event)]
    assert sorted(found) == sorted(each["id"] for each in sent)


def test_export_asks_which_before_it_gives(games):
    answer = alice().get(PAGE)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("query", [{"event": "nope", "format": "csv"}, {"event": "games", "format": "exe"}])
def test_export_of_what_is_not_there_asks_again(games, query):
    assert "Select a valid choice" in alice().get(PAGE, query).content.decode()


def test_roster_that_does_not_fit_into_a_format_is_explained(games):
    add_person(games.event, name="Anna", number="7", code="]C1\x1d42")
    client, page = alice(), "/admin/checkin/person/export/"
    answer = client.get(page, {"event": "games", "format": "xlsx"})
    assert (answer.status_code, answer.context["form"].errors) == (
        200,
        {"format": ["A code of Anna (7) does not fit into XLSX; export the roster as CSV."]},
    )
    assert b"]C1\x1d42" in client.get(page, {"event": "games", "format": "csv"}).content


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_roster_is_exported(games, kind):
    answer = alice().get("/admin/checkin/person/export/", {"event": "games", "format": kind})
    assert answer["Content-Disposition"] == f'attachment; filename="games-roster.{kind}"'
    assert (b"Guest 3" in answer.content) is (kind == "csv")
