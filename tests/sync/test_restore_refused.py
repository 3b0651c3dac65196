"""A database that somebody has open is not replaced under them."""

import sqlite3
from collections.abc import Iterator
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


@contextmanager
def somebody_has_it_open() -> Iterator[None]:
    """As a server has that waits for its next request."""
    said: dict[str, Any] = connection.settings_dict
    known = {"host": said["HOST"], "port": said["PORT"], "user": said["USER"], "password": said["PASSWORD"]}
    opened: Any = sqlite3.connect(said["NAME"]) if ON_SQLITE else psycopg.connect(dbname=said["NAME"], **known)
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
