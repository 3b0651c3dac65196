"""Reading the rows with certain keys, without the ORM: the hot path of a push.

A statement is written once, and is the same for one key and for five hundred: they go in one parameter, as JSON.
"""

from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, models

from eventsync.rows.columns import Adapter, Column, quoted
from eventsync.rows.sql import Sql

Answer = tuple[Any, ...]
Key = str | int | UUID


class Lookup:
    """Some columns of the rows whose `by` is among given keys, and whose `where` columns have given values.

    With `within`, that column must be among other given keys, too: an index of both finds exactly these rows. Columns
    of `filled` must hold something.

    A column of another table is named by the foreign keys that lead there: `venue__event__tz`. With `lock` the rows are
    locked in the order of `by`, to the end of the transaction. Answers ids as canonical strings, times in UTC.
    """

    def __init__(
        self,
        model: type[models.Model],
        columns: tuple[str, ...],
        *,
        by: str,
        within: str | None = None,
        where: tuple[str, ...] = (),
        filled: tuple[str, ...] = (),
        lock: bool = False,
    ) -> None:
        self._model, self._names, self._by, self._where, self._lock = model, columns, by, where, lock
        self._within, self._filled = within, filled

    def rows(self, keys: Iterable[Key], *where: Key, within: Iterable[Key] = ()) -> list[Answer]:
        """In no order, unless they are locked."""
        wanted = [list(keys), *([list(within)] if self._within else [])]
        if not all(wanted):
            return []
        found = self._sql.rows(self._given(wanted, where))
        return self._adapted(found) if found and self._adapters else found

    def any(self, key: Key, *where: Key) -> bool:
        """Whether there is a row with this key."""
        return bool(self._first.rows(self._given([[key]], where)))

    def one(self, key: Key, *where: Key) -> Answer | None:
        """The row with this key, which is unique."""
        return next(iter(self.rows([key], *where)), None)

    def _given(self, wanted: Iterable[list[Key]], where: Iterable[Key]) -> list[str]:
        return [*map(str, where), *(orjson.dumps(each).decode() for each in wanted)]

    def _adapted(self, rows: list[Answer]) -> list[Answer]:
        values: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, adapter in self._adapters:
            values[index] = map(adapter, values[index])
        return list(zip(*values, strict=True))

    @cached_property
    def _columns(self) -> list[Column]:
        return [Column(*_end(self._model, name)) for name in self._names]

    @cached_property
    def _adapters(self) -> list[tuple[int, Adapter]]:
        if connection.vendor != "sqlite":
            return []
        return [(i, column.out_of_sqlite) for i, column in enumerate(self._columns) if column.out_of_sqlite]

    @cached_property
    def _first(self) -> Sql:
        return Sql(f"{self._sql.text} LIMIT 1")

    @cached_property
    def _sql(self) -> Sql:
        by, table = Column(self._model, self._by), quoted(self._model._meta.db_table)
        joins = dict.fromkeys(join for name in self._names for join in _joins(self._model, name))
        where = [f"{column.full_name} = {_value(column)}" for column in (Column(self._model, n) for n in self._where)]
        among = [by, *([Column(self._model, self._within)] if self._within else [])]
        filled = [f"{Column(self._model, name).full_name} IS NOT NULL" for name in self._filled]
        tests = " AND ".join([*where, *filled, *(f"{column.full_name} {_among(column)}" for column in among)])
        order = f" ORDER BY {by.full_name}" if self._lock else ""
        if self._lock and connection.features.has_select_for_update:
            order += " FOR UPDATE"
        shown = ", ".join(map(_shown, self._columns))
        text = f"SELECT {shown} FROM {' '.join([table, *joins])} WHERE {tests}{order}"  # noqa: S608 - our own names
        return Sql(text)


def any_row(model: type[models.Model]) -> bool:
    """Whether this table holds anything."""
    return bool(_anything(model).rows([]))


@cache
def _anything(model: type[models.Model]) -> Sql:
    return Sql(f"SELECT 1 FROM {quoted(model._meta.db_table)} LIMIT 1")  # noqa: S608 - our own name


def _end(model: type[models.Model], path: str) -> tuple[type[models.Model], str]:
    """The model at the end of the foreign keys of a path, and its field."""
    *keys, field = path.split("__")
    for key in keys:
        model = _related(model, key)
    return model, field


def _joins(model: type[models.Model], path: str) -> Iterable[str]:
    for key in path.split("__")[:-1]:
        there = _related(model, key)
        own, other = Column(model, key), Column(there, str(there._meta.pk.name))
        yield f"JOIN {quoted(there._meta.db_table)} ON {other.full_name} = {own.full_name}"
        model = there


def _related(model: type[models.Model], key: str) -> type[models.Model]:
    found = model._meta.get_field(key).related_model
    assert isinstance(found, type)
    return found


def _shown(column: Column) -> str:
    return f"{column.full_name}::text" if column.is_id and connection.vendor != "sqlite" else column.full_name


def _value(column: Column) -> str:
    if connection.vendor == "sqlite":
        return "replace(%s, '-', '')" if column.is_id else "%s"
    return f"%s::{column.type}"


def _among(column: Column) -> str:
    if connection.vendor == "sqlite":
        value = "replace(value, '-', '')" if column.is_id else "value"
        return f"IN (SELECT {value} FROM json_each(%s))"  # noqa: S608 - our own words
    # As an array, and not as a table: whatever the planner guesses, it takes the index.
    return f"= ANY(ARRAY(SELECT json_array_elements_text(%s::json)::{column.type}))"
