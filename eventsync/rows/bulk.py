"""Many rows in one statement, without a model instance for each: the hot path of a push.

Values are given in the order of `columns`: ids as canonical strings or UUIDs, times as aware datetimes. Statements are
written once. SQLite runs one for each row, which costs it next to nothing; PostgreSQL gets all rows in one parameter
of JSON, which costs a fifth of binding each value (docs/decisions/0003-hot-path-without-the-orm.md).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import orjson
from django.db import connection, models

from eventsync.rows.columns import Adapter, Column, quoted
from eventsync.rows.sql import Sql

Row = Sequence[Any]
Model = type[models.Model]

_AT_ONCE = 5_000  # rows in one parameter


def insert(model: Model, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    if rows:
        _inserting(model, columns, "").run(rows)


def insert_new(model: Model, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """As `insert`; a row that breaks a unique constraint is already there and is left alone."""
    if rows:
        _inserting(model, columns, " ON CONFLICT DO NOTHING").run(rows)


def upsert(model: Model, columns: tuple[str, ...], rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """As `insert`; a row with the same `key` gets the new values. No two of `rows` have the same."""
    if rows:
        _upserting(model, columns, key).run(rows)


def update(model: Model, columns: tuple[str, ...], rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Gives new values to rows that are there. Those of `key` come last in each of `rows`."""
    if rows:
        _updating(model, columns, key).run(rows)


def delete(model: Model, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Removes the rows with these values of `key`."""
    if rows:
        _deleting(model, key).run(rows)


class Statement:
    """A statement that takes rows, and what makes rows ready for it."""

    def __init__(self, sql: str, columns: Sequence[Column]) -> None:
        self.sql = Sql(sql)
        self._row_by_row = _row_by_row()
        self._names = [column.plain for column in columns]
        self._adapters = [(i, column.into_sqlite) for i, column in enumerate(columns) if column.into_sqlite]

    def run(self, rows: Sequence[Row]) -> None:
        if self._row_by_row:
            self.sql.run_each(self.adapted(rows))
            return
        for start in range(0, len(rows), _AT_ONCE):
            self.sql.run([self._json(rows[start : start + _AT_ONCE])])

    def adapted(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Column by column: twice as fast as row by row, and most columns say the same in every row of a batch."""
        if len(rows) == 1:
            only = list(rows[0])
            for index, adapter in self._adapters:
                only[index] = adapter(only[index])
            return [only]
        values: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, adapter in self._adapters:
            values[index] = _each(adapter, list(values[index]))
        return list(zip(*values, strict=True))

    def _json(self, rows: Iterable[Row]) -> str:
        return orjson.dumps([dict(zip(self._names, row, strict=True)) for row in rows], default=_bytea).decode()


def _each(adapter: Adapter, values: list[Any]) -> Iterable[Any]:
    first = values[0]
    return [adapter(first)] * len(values) if values.count(first) == len(values) else map(adapter, values)


def _bytea(value: object) -> str:
    """What JSON has no form for."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} cannot be written")


@cache
def _inserting(model: Model, names: tuple[str, ...], conflict: str) -> Statement:
    columns = [Column(model, name) for name in names]
    into = ", ".join(column.name for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    source = f"VALUES ({marks})" if _row_by_row() else f"SELECT {into} FROM {_given(columns)}"  # noqa: S608 - our own names
    return Statement(f"INSERT INTO {_table(model)} ({into}) {source}{conflict}", columns)


@cache
def _upserting(model: Model, names: tuple[str, ...], key: tuple[str, ...]) -> Statement:
    keys = ", ".join(Column(model, name).name for name in key)
    renewed = [Column(model, name).name for name in names if name not in key]
    updates = ", ".join(f"{name} = excluded.{name}" for name in renewed)
    return _inserting(model, names, f" ON CONFLICT ({keys}) DO UPDATE SET {updates}")


@cache
def _updating(model: Model, names: tuple[str, ...], key: tuple[str, ...]) -> Statement:
    renewed, keys = ([Column(model, name) for name in part] for part in (names, key))
    value = "%s" if _row_by_row() else "given.{0}"
    updates = ", ".join(f"{each.name} = {value.format(each.name)}" for each in renewed)
    source = "" if _row_by_row() else f" FROM {_given([*renewed, *keys])}"
    tests = " AND ".join(f"{each.full_name} = {value.format(each.name)}" for each in keys)
    sql = f"UPDATE {_table(model)} SET {updates}{source} WHERE {tests}"  # noqa: S608 - our own names
    return Statement(sql, [*renewed, *keys])


@cache
def _deleting(model: Model, key: tuple[str, ...]) -> Statement:
    keys = [Column(model, name) for name in key]
    value, source = ("%s", "") if _row_by_row() else ("given.{0}", f" USING {_given(keys)}")
    tests = " AND ".join(f"{each.full_name} = {value.format(each.name)}" for each in keys)
    return Statement(f"DELETE FROM {_table(model)}{source} WHERE {tests}", keys)  # noqa: S608 - our own names


def _row_by_row() -> bool:
    return connection.vendor == "sqlite"


def _given(columns: Sequence[Column]) -> str:
    """The rows of the one parameter, as a table of PostgreSQL's."""
    return f"json_to_recordset(%s::json) AS given({', '.join(f'{each.name} {each.type}' for each in columns)})"


def _table(model: Model) -> str:
    return quoted(model._meta.db_table)
