"""`manage.py import_schedule`: looks, brings in, and says what it cannot take."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from eventsync.schedule.models import Activity
from tests.cast import Games
from tests.schedule.files.test_conference_files import OTHERS_JSON, OTHERS_XML
from tests.schedule.plan.plans import make_day


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.xml"
    path.write_bytes(OTHERS_XML)
    return path


def run(file: Path, *args: str) -> list[str]:
    out = StringIO()
    call_command("import_schedule", str(file), "--event", "games", *args, stdout=out, stderr=out)
    return out.getvalue().splitlines()


def test_file_is_looked_at_then_brought_in_once(games: Games, file: Path) -> None:
    make_day(games)
    looked = run(file, "--venue", "hall", "--dry-run")
    assert (looked[0], looked[2], looked[-1]) == (
        "New: Tän & so", "New place at Main hall: Säle",
        "2 new, 0 changed, 0 as they were; 3 are not in the file and stay.",
    )  # fmt: skip
    assert Activity.objects.count() == 3
    assert run(file, "--venue", "hall")[-1] == "It is in the draft. Families see it once it is released."
    Activity.objects.filter(number="26").update(sentence="Come.")
    assert run(file)[0].endswith(": Sentence: Come. → nothing")
    assert run(file)[-1] == "0 new, 0 changed, 2 as they were; 3 are not in the file and stay."


@pytest.mark.parametrize(
    ("change", "args", "sentence"),
    [
        ({}, [], "Nothing was changed. Put right what is listed above."),  # at which venue is the place?
        ({}, ["--venue", "moon"], "Games has no venue “moon”."),
        ({}, ["--event", "none"], "There is no event “none”."),
        ({"text": b"<html/>"}, [], "x.xml is XML, but no schedule: it begins with “html”."),
        ({"text": OTHERS_JSON}, ["--venue", "hall"], "Nothing was changed. Put right what is listed above."),
        ({"name": "gone.xml"}, [], "gone.xml: No such file or directory"),
    ],
)
def test_what_cannot_be_taken_changes_nothing(
    games: Games, file: Path, change: dict[str, Any], args: list[str], sentence: str
) -> None:
    if "text" in change:
        file.write_bytes(change["text"])
    with pytest.raises(CommandError) as why:
        run(file.with_name(change.get("name", file.name)), *args)
    assert str(why.value).endswith(sentence)
    assert Activity.objects.count() == 0
