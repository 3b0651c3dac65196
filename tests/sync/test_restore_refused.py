"""A database that somebody has open is not replaced under them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from eventsync.schedule.models import Event
from eventsync.sync import engines
from tests.cast import Games, make_games

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=1)


def connect(name: str) -> Any:
    said: dict[str, Any] = connection.settings_dict
    known = {"host": said["HOST"], "port": said["PORT"], "user": said["USER"], "password": said["PASSWORD"]}
    return sqlite3.connect(name) if ON_SQLITE else psycopg.connect(dbname=name, **known)


@contextmanager
def somebody_has_it_open() -> Iterator[None]:
    """As a server has that waits for its next request."""
    opened = connect(connection.settings_dict["NAME"])
    with closing(opened):
        opened.execute("SELECT count(*) FROM sync_device").fetchall()
        opened.rollback()
        yield


def databases() -> set[str]:
    """Ours, and whatever is named after it."""
    name = str(connection.settings_dict["NAME"])
    if ON_SQLITE:
        return {path.name for path in Path(name).parent.glob(f"{Path(name).name}*")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name])
        return {each for (each,) in cursor.fetchall()}


def test_restore_is_refused_while_somebody_has_the_database_open(games: Games, tmp_path: Path) -> None:
    """And leaves nothing behind: a copy that nobody knows of would keep what is erased later."""
    engine, copy = engines.current(), tmp_path / "copy"
    engine.copy(copy)
    with somebody_has_it_open():
        before = databases()
        with pytest.raises(engines.EngineError, match="Stop the server and the worker first"):
            engine.put_back(copy, aside="before-now")
        assert databases() == before
    assert Event.objects.get() == games.event


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has no second database that somebody could open.")
def test_restore_is_refused_when_somebody_has_opened_what_was_to_take_the_place(
    games: Games, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the present database keeps its name, though only the second of the two renames failed."""
    engine, copy, opened = engines.current(), tmp_path / "copy", []
    program = engines._program

    def with_a_visitor(command: Sequence[str]) -> None:
        if command[0] == "psql":
            opened.append(connect(f"{str(connection.settings_dict['NAME'])[:40]}_restored"))
        program(command)

    engine.copy(copy)
    before = databases()
    monkeypatch.setattr(engines, "_program", with_a_visitor)
    with pytest.raises(engines.EngineError, match='_restored" is being accessed by other users'):
        engine.put_back(copy, aside="before-now")
    [visitor] = opened
    visitor.close()
    assert databases() == before
    assert Event.objects.get() == games.event
