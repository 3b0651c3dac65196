"""Which copies there are: told by the folder, for the database that was put back knows of none made after it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from eventsync.sync import engines
from eventsync.sync.backup import STAMP
from eventsync.sync.models import Backup
from tests.cast import NOON, make_games
from tests.sync.test_epochs import manage, put_back, restored

__all__ = ["restored"]


def put_file(folder: Path, hours: int, *, ending: str = "") -> Path:
    path = folder / f"eventsync-{NOON + timedelta(hours=hours):{STAMP}}{ending}{engines.current().suffix}"
    path.write_bytes(b"content")
    return path


def listed(folder: Path) -> list[tuple[str, bool, bool]]:
    said = json.loads(manage("backup", "--to", str(folder), "--list", "--json"))
    return [(each["path"], each["verified"], each["known"]) for each in said]


def test_copies_in_a_folder_are_listed_newest_first_known_or_not(db: None, tmp_path: Path) -> None:
    known, failed, unknown, left = (
        put_file(tmp_path, 1),
        put_file(tmp_path, 2, ending=".unverified"),
        put_file(tmp_path, 4),
        put_file(tmp_path, 3, ending=".unverified"),
    )
    Backup.objects.create(started_at=NOON, verified_at=NOON, path=str(known))
    Backup.objects.create(started_at=NOON, error="It does not add up.", path=str(failed))
    for other in ("eventsync-notes", "other", "eventsync-20260704"):
        (tmp_path / f"{other}{engines.current().suffix}").touch()
    (tmp_path / f"{unknown.name}.part").touch()
    assert listed(tmp_path) == [
        (str(unknown), True, False),
        (str(left), False, False),
        (str(failed), False, True),
        (str(known), True, True),
    ]
    first, *_, last = manage("backup", "--to", str(tmp_path), "--list").splitlines()
    assert first.startswith(
        f"2026-07-04 16:00:00 UTC                7 bytes  {unknown}  verified, unknown to this database"
    )
    assert last.endswith(f"{known}  verified")


def test_folder_without_copies_says_so(db: None, tmp_path: Path) -> None:
    assert listed(tmp_path) == []
    assert manage("backup", "--to", str(tmp_path), "--list") == f"There is no copy in {tmp_path}.\n"


@pytest.mark.long
def test_copies_newer_than_the_one_that_was_put_back_are_told_and_stay(
    transactional_db: None, tmp_path: Path, restored: list[str]
) -> None:
    make_games(people=1)
    old, newer = (json.loads(manage("backup", "--to", str(tmp_path), "--json"))["path"] for _ in range(2))
    assert f"There are newer copies beside it: 1, the newest {newer}." in put_back(old, restored)
    assert not Backup.objects.filter(path=newer).exists()
    assert listed(tmp_path) == [(newer, True, False), (old, True, False)]
    said = manage("backup", "--to", str(tmp_path), "--keep", "1")
    assert "Copies that this database does not know: 2. They stay; see --list." in said
    assert [known for _, _, known in listed(tmp_path)] == [True, False, False]
