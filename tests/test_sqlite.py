"""A connection that stays does not outlive its file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no file that could be replaced")


def write(path: Path, content: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE note (content)")
        database.execute("INSERT INTO note VALUES (?)", [content])
        database.commit()
    return path


@pytest.fixture
def kept(db: None, tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    kept = connections.create_connection("default")
    kept.settings_dict = kept.settings_dict | {"NAME": write(tmp_path / "open.sqlite3", "old"), "CONN_MAX_AGE": None}
    kept.inc_thread_sharing()
    yield kept
    kept.close()


def read(kept: BaseDatabaseWrapper) -> str:
    """As Django does at the beginning of a request."""
    kept.close_if_unusable_or_obsolete()
    with kept.cursor() as cursor:
        cursor.execute("SELECT content FROM note")
        return str(cursor.fetchone()[0])


def test_replaced_file_is_left(kept: BaseDatabaseWrapper, tmp_path: Path) -> None:
    assert read(kept) == "old"
    write(tmp_path / "new.sqlite3", "new").replace(tmp_path / "open.sqlite3")
    assert read(kept) == "new"


def test_file_that_is_still_there_is_kept(kept: BaseDatabaseWrapper) -> None:
    read(kept)
    before = kept.connection
    read(kept)
    assert kept.connection is before
