"""What a backup or a restore that was killed left behind: the next one clears it away, and nothing else."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from eventsync.sync import backup, engines, leftovers
from eventsync.sync.models import Backup
from tests.cast import Games, make_games
from tests.sync.test_epochs import manage
from tests.sync.test_restore_refused import databases

ON_SQLITE = connection.vendor == "sqlite"
NEVER = """
import sys, time, django
django.setup()
from django.core.management import call_command
from eventsync.sync import engines, backup, engines

def never(*arguments, **named):
    print("now", flush=True)
    time.sleep(600)

def half(self, path):
    path.write_bytes(b"half a copy")
    never()

{patch}
call_command("backup", "--to", sys.argv[1])
"""
HALF = "type(engines.current()).copy = half"
UNVERIFIED = "backup._manage = never"


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=1)


def killed(patch: str, folder: Path) -> None:
    """A backup of the tests' own database that comes as far as this, and is killed there."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "eventsync.settings",
        "EVENTSYNC_DATABASE_URL": engines.current().url_of(str(connection.settings_dict["NAME"])),
    }
    command = [sys.executable, "-c", NEVER.format(patch=patch), str(folder)]
    with subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.kill()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("eventsync-*")}


@pytest.mark.long
def test_half_a_copy_is_cleared_away_before_the_next_is_made(games: Games, tmp_path: Path) -> None:
    killed(HALF, tmp_path)
    assert [name.endswith(backup.PART) for name in names(tmp_path)] == [True]
    manage("backup", "--to", str(tmp_path))
    made = Backup.objects.get()
    assert (names(tmp_path), made.verified_at is not None) == ({Path(made.path).name}, True)


@pytest.mark.long
def test_copy_that_was_opened_is_cleared_away_and_what_it_was_opened_from_stays_until_another_is_whole(
    games: Games, tmp_path: Path
) -> None:
    before = databases()
    killed(UNVERIFIED, tmp_path)
    left = Backup.objects.get()
    assert (len(databases() - before), names(tmp_path)) == (1, {Path(left.path).name})
    assert left.error == "The process ended before the copy was verified."
    manage("backup", "--to", str(tmp_path))
    assert (databases(), names(tmp_path)) == (before, {Path(Backup.objects.latest("started_at").path).name})


def test_nothing_is_cleared_away_while_somebody_is_at_work(tmp_path: Path) -> None:
    half, opened = tmp_path / "half", tmp_path / "opened"
    half.touch()
    opened.mkdir()
    (opened / "copy").touch()
    with leftovers.at_work(tmp_path), leftovers.at_work(tmp_path):
        leftovers.clear(tmp_path, [half, opened])
    assert (half.exists(), opened.exists()) == (True, True)
    leftovers.clear(tmp_path, [half, opened])
    assert (half.exists(), opened.exists()) == (False, False)


def test_folder_that_cannot_be_locked_is_worked_in_and_nothing_is_cleared_there(tmp_path: Path) -> None:
    (tmp_path / leftovers._LOCK).mkdir()
    left = tmp_path / "half"
    left.touch()
    with leftovers.at_work(tmp_path):
        leftovers.clear(tmp_path, [left])
    leftovers.clear(tmp_path, [left])
    assert left.exists()


def test_copy_that_somebody_has_open_is_not_cleared_away(games: Games, tmp_path: Path) -> None:
    engine, copy, before = engines.current(), tmp_path / "copy", databases()
    engine.copy(copy)
    with engine.opened(copy):
        during = databases()
        cleared_by_another(engine)
        assert (databases(), len(during - before)) == (during, 1)
    assert databases() == before


def cleared_by_another(engine: engines.Engine) -> None:
    """PostgreSQL's locks are a connection's own."""
    if ON_SQLITE:
        engine.clear()
        return
    mine = connections["default"]
    connections["default"] = mine.copy()
    try:
        engine.clear()
    finally:
        connections["default"].close()
        connections["default"] = mine


class Killed(BaseException):
    """Nobody catches it, as nobody is there any more."""


def database(path: Path, said: str) -> Path:
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE IF NOT EXISTS word (said TEXT)")
        made.execute("INSERT INTO word VALUES (?)", [said])
        made.commit()
    return path


def said(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        return str(opened.execute("SELECT said FROM word").fetchone()[0])


STEPS = [(Path, "replace"), (Path, "unlink"), (Path, "hardlink_to"), (Path, "chmod"), (engines, "onto_disk")]


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("step", range(9))
def test_restore_that_is_killed_leaves_a_whole_database_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, links: bool
) -> None:
    """SQLite has no two renames in one."""
    live, copy, engine = (
        database(tmp_path / "live.sqlite3", "old"),
        database(tmp_path / "copy", "new"),
        engines.Sqlite(),
    )
    monkeypatch.setitem(connection.settings_dict, "NAME", str(live))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    with monkeypatch.context() as patch:
        if not links:
            patch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError("this disk has no links")))
        left = iter(range(step))
        for owner, name in STEPS:
            patch.setattr(owner, name, dying(getattr(owner, name), left))
        try:
            engine.put_back(copy, aside="before-first")
        except Killed:
            assert said(live) in ("old", "new")
        if said(live) == "new":
            assert said(tmp_path / "live-before-first.sqlite3") == "old"
    engine.clear()
    database(live, "later")  # a server that came back
    kept = engine.put_back(copy, aside="before-second")
    engine.clear()
    assert (said(live), said(Path(kept)) in ("old", "new")) == ("new", True)
    assert not list(tmp_path.glob("*.restored"))
    assert all(path.stat().st_nlink == 1 for path in tmp_path.glob("live*"))


def dying(sound: Callable[..., Any], left: Any) -> Callable[..., Any]:
    """Killed before it does this, when none are left."""

    def step(*arguments: Any, **named: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        return sound(*arguments, **named)

    return step


@pytest.mark.parametrize("linked", ["games.sqlite3", "games-2026.sqlite3"])
def test_database_that_a_link_leads_to_is_no_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: str
) -> None:
    names = {"games.sqlite3", "games-2026.sqlite3"}
    [real] = names - {linked}
    (tmp_path / real).write_bytes(b"people")
    (tmp_path / linked).symlink_to(real)
    monkeypatch.setattr(engines.Sqlite, "_file", tmp_path / "games.sqlite3")
    engines.Sqlite().clear()
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")} == names
