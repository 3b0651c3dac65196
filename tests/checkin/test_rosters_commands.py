"""`manage.py import_roster` and `export_roster`, as an operator meets them."""

import json
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command

from checkin.models import Person
from eventsync.schedule.models import Event
from tests.cast import DAY

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(autouse=True)
def event() -> Event:
    return Event.objects.create(slug="camp", name="Camp", first_day=DAY, last_day=DAY)


class Ran(NamedTuple):
    code: int
    out: list[str]
    err: list[str]


def run(*args: object) -> Ran:
    out, err = StringIO(), StringIO()
    code, said = 0, []
    try:
        call_command(*map(str, args), stdout=out, stderr=err)
    except CommandError as error:  # which manage.py writes to stderr, and ends
        code, said = error.returncode, [str(error)]
    return Ran(code, out.getvalue().splitlines(), err.getvalue().splitlines() + said)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


PROGRESS = ["checking 0 of 3 rows", "writing 0 of 3 rows"]


def test_a_roster_is_imported_and_told() -> None:
    assert run("import_roster", DATA / "roster.csv", "--event", "camp") == Ran(
        0,
        [
            "new: row 2, F-001: Aino Mäkinen",
            "new: row 3, F-002: Soo O",
            "new: row 4, F-003: D'Angelo, Ida",
            "Imported: 3 rows (template); 3 new, 0 changed, 0 unchanged, 0 skipped.",
        ],
        PROGRESS,
    )
    assert Person.objects.count() == 3


def test_a_dry_run_shows_the_difference_and_changes_nothing(file: Path) -> None:
    run("import_roster", DATA / "roster.csv", "--event", "camp")
    file.write_text("number,name,delegation,codes\nF-001,Aino Berg,,\nF-002,Soo O,Korea,GATE-80\n")
    ran = run("import_roster", file, "--event", "camp", "--dry-run")
    assert ran == Ran(
        0,
        [
            "changed: row 2, F-001: name “Aino Mäkinen” → “Aino Berg”; delegation “Finland” → “”",
            "changed: row 3, F-002: codes “GATE-77” → “GATE-80”",
            (
                "Nothing was changed (dry run): 2 rows (template); 0 new, 2 changed, 0 unchanged, 0 skipped."
                " 1 on the roster, not in the file: they stay."
            ),
        ],
        ["checking 0 of 2 rows"],
    )
    assert not Person.objects.filter(name="Aino Berg").exists()


def test_errors_are_listed_and_nothing_is_imported(file: Path) -> None:
    file.write_text("number,name\n1,Anna\n2,\n")
    assert run("import_roster", file, "--event", "camp") == Ran(
        1,
        [
            "error: row 3, name: The name is empty.",
            "new: row 2, 1: Anna",
            "Nothing was imported: 2 rows (template); 1 new, 0 changed, 0 unchanged, 0 skipped.",
        ],
        ["checking 0 of 2 rows", "Nothing was imported, because of row 3, name: The name is empty."],
    )
    assert Person.objects.count() == 0


def test_long_lists_are_cut_and_remarks_are_told(file: Path) -> None:
    file.write_bytes(b"number,name,size\n" + b"".join(b"%d,Zo\xeb,L\n" % number for number in range(22)))
    ran = run("import_roster", file, "--event", "camp", "--dry-run")
    assert ran.out[:3] == [
        "The file is not UTF-8; it was read as Windows-1252 (Latin-1). Check names with accents.",
        "Columns that are not used: size.",
        "new: row 2, 0: Zoë",
    ]
    assert ran.out[-2:] == [
        "new: and 2 more",
        "Nothing was changed (dry run): 22 rows (template); 22 new, 0 changed, 0 unchanged, 0 skipped.",
    ]


def test_pretix_positions_are_imported_with_warnings() -> None:
    ran = run("import_roster", DATA / "pretix-positions.csv", "--event", "camp")
    assert ran.out[0] == "warning: row 5, Status: The ticket is not paid yet."
    assert ran.out[3] == "skipped: row 6, Status: The ticket is canceled."
    assert ran.out[-1] == "Imported: 8 rows (pretix); 4 new, 0 changed, 0 unchanged, 4 skipped."


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_report_as_json(file: Path, dry_run: bool) -> None:
    file.write_text("number,name\n1,Anna\n")
    flags = ["--dry-run"] if dry_run else []
    ran = run("import_roster", file, "--event", "camp", "--json", *flags)
    assert (ran.code, [json.loads(line) for line in ran.out]) == (
        0,
        [
            {
                "event": "camp",
                "format": "template",
                "rows": 1,
                "new": 1,
                "changed": 0,
                "unchanged": 0,
                "missing": 0,
                "skipped": 0,
                "errors": [],
                "warnings": [],
                "dry_run": dry_run,
            }
        ],
    )
    assert Person.objects.count() == (0 if dry_run else 1)


def test_errors_as_json(file: Path) -> None:
    file.write_text("number,name\n1,\n")
    ran = run("import_roster", file, "--event", "camp", "--json")
    assert ran.code == 1
    assert json.loads(ran.out[0])["errors"] == [{"row": 2, "column": "name", "message": "The name is empty."}]
    assert ran.err[-1] == "Nothing was imported, because of row 2, name: The name is empty."


def test_what_cannot_be_found_or_read_is_one_sentence(file: Path) -> None:
    assert run("import_roster", file, "--event", "nowhere") == Ran(1, [], ["There is no event “nowhere”."])
    assert run("import_roster", file, "--event", "camp") == Ran(
        1, [], [f"{file} cannot be read: No such file or directory."]
    )
    file.write_bytes(b"%PDF-1.7")
    assert run("import_roster", file, "--event", "camp") == Ran(
        1, [], ["people.csv is a PDF; a roster is a CSV or XLSX file."]
    )


def test_usage_errors_end_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError):
        call_command("import_roster", "people.csv")
    from django.core.management import execute_from_command_line

    monkeypatch.setattr(sys, "stderr", StringIO())
    with pytest.raises(SystemExit) as stop:
        execute_from_command_line(["manage.py", "import_roster", "people.csv"])
    assert stop.value.code == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_can_be_imported(tmp_path: Path, kind: str) -> None:
    run("import_roster", DATA / "roster.csv", "--event", "camp")
    file = tmp_path / f"out.{kind}"
    assert run("export_roster", "--event", "camp", "--format", kind, "--output", file) == Ran(0, [], [])
    assert run("import_roster", file, "--event", "camp").out == [
        "Imported: 3 rows (template); 0 new, 0 changed, 3 unchanged, 0 skipped."
    ]


def test_a_roster_is_exported_to_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    content = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(content))
    call_command("export_roster", "--event", "camp")
    assert content.getvalue() == b"\xef\xbb\xbfnumber,name,delegation,role,codes,standing,family,given\r\n"


def test_an_export_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    assert run("export_roster", "--event", "nowhere") == Ran(1, [], ["There is no event “nowhere”."])
    assert run("export_roster", "--event", "camp", "--output", tmp_path) == Ran(
        1, [], [f"{tmp_path} cannot be written: Is a directory."]
    )
