"""A connection that stays does not outlive its file, and any program can read the file."""

import re
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


@pytest.mark.django_db
def test_what_is_in_the_file_needs_no_function_of_ours() -> None:
    """Whoever opens a copy to see that it is whole has none of Django's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        found = cursor.fetchall()
    assert len(found) > 100
    assert [name for name, sql in found if re.search(r" REGEXP |\bdjango_\w+\(", sql)] == []
