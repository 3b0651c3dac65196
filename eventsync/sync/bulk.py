"""Many rows in one statement, without a model instance for each: the hot path of a push.

Values are given in the order of `columns`: ids as canonical strings or UUIDs, times as aware datetimes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

Row = Sequence[Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    _execute(model, columns, rows, "")


def insert_new(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """As `insert`; a row that breaks a unique constraint is already there and is left alone."""
    _execute(model, columns, rows, " ON CONFLICT DO NOTHING")


def upsert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, key: Sequence[str]) -> None:
    """As `insert`; a row with the same `key` gets the new values."""
    names = _column_names(model, columns)
    keys = _column_names(model, key)
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    _execute(model, columns, rows, f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}")


def _execute(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], conflict: str) -> None:
    if not rows:
        return
    names = _column_names(model, columns)
    marks = ", ".join(["%s"] * len(names))
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}){conflict}"  # noqa: S608 - names of our own models
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(_adapted(model, columns, rows)))


def _column_names(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    return [connection.ops.quote_name(str(_field(model, field).column)) for field in fields]


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _adapted(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> Iterable[Row]:
    """SQLite has neither UUIDs nor times; psycopg adapts both."""
    if connection.vendor != "sqlite":
        return rows
    adapters = [(i, adapter) for i, name in enumerate(columns) if (adapter := _adapter(_field(model, name)))]
    return [_adapt(list(row), adapters) for row in rows]


def _adapt(row: list[Any], adapters: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    for index, adapter in adapters:
        if row[index] is not None:
            row[index] = adapter(row[index])
    return row


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return _hex
    if isinstance(target, models.DateTimeField):
        return _naive
    return None


def _hex(value: UUID | str) -> str:
    return value.hex if isinstance(value, UUID) else value.replace("-", "")


def _naive(value: datetime) -> str:
    """As Django writes times into SQLite, in a sixth of its time."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
