"""Running a constant text of SQL with no more around it than it needs.

Django's cursor seeks the place-holders of each statement anew, and asks its connection for this and that: of a short
statement on SQLite that is two thirds. What it does for safety is done here too: errors become Django's, a lost
connection is noticed, a broken transaction goes no further. Whoever watches statements (a test that counts them, a
wrapper, debug mode) is given Django's own cursor.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Given = Sequence[Any]


class Sql:
    """One statement. Its place-holders are `%s`, and no other per cent sign is in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._marked = text.replace("%s", "?")  # as SQLite's driver has it

    def rows(self, given: Given) -> list[tuple[Any, ...]]:
        """What it answers."""
        database = connections[DEFAULT_DB_ALIAS]
        if _watched(database):
            with database.cursor() as cursor:
                cursor.execute(self.text, given)
                return list(cursor.fetchall())
        _make_ready(database)
        with database.wrap_database_errors:
            found: list[tuple[Any, ...]] = self._run(database, given).fetchall()
        return found

    def run(self, given: Given) -> None:
        database = connections[DEFAULT_DB_ALIAS]
        if _watched(database):
            with database.cursor() as cursor:
                cursor.execute(self.text, given)
            return
        _make_ready(database)
        with database.wrap_database_errors:
            self._run(database, given)

    def run_each(self, rows: Sequence[Given]) -> None:
        """Once for each of these, on SQLite."""
        database = connections[DEFAULT_DB_ALIAS]
        if _watched(database):
            with database.cursor() as cursor:
                cursor.executemany(self.text, rows)
            return
        _make_ready(database)
        with database.wrap_database_errors:
            database.connection.executemany(self._marked, rows)

    def _run(self, database: BaseDatabaseWrapper, given: Given) -> Any:
        if database.vendor == "sqlite":
            return database.connection.execute(self._marked, given)
        from psycopg import Cursor  # noqa: PLC0415 - SQLite does without the driver

        # It binds parameters in the server: a batch goes there as it is, and not as a literal.
        return Cursor(database.connection).execute(self.text, given)


def _watched(database: BaseDatabaseWrapper) -> bool:
    return bool(database.queries_logged or database.execute_wrappers)


def _make_ready(database: BaseDatabaseWrapper) -> None:
    """As each of Django's cursors begins. In an event loop it raises, too."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
