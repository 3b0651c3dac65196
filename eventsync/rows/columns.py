"""What columns of our models are called, and what their values look like, in each of the two databases.

Ids are canonical strings and times are aware wherever they are handled without the ORM. PostgreSQL knows both. SQLite
keeps texts, in Django's spelling.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models

Adapter = Callable[[Any], Any]


class Column:
    """One column of a model's table. The adapters are None where a value looks the same on both sides."""

    def __init__(self, model: type[models.Model], field: str) -> None:
        found = model._meta.get_field(field)
        assert isinstance(found, models.Field)
        kind = found.target_field if isinstance(found, models.ForeignKey) else found
        self.plain = str(found.column)
        self.name = quoted(self.plain)
        self.full_name = f"{quoted(model._meta.db_table)}.{self.name}"
        self.type = str(found.rel_db_type(connection))  # as the database calls it: `uuid`, `varchar(40)`
        self.is_id = isinstance(kind, models.UUIDField)
        self.into_sqlite = next((adapter for of, adapter in _INTO_SQLITE.items() if isinstance(kind, of)), None)
        self.out_of_sqlite = next((adapter for of, adapter in _OUT_OF_SQLITE.items() if isinstance(kind, of)), None)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _hex(value: UUID | str | None) -> str | None:
    if isinstance(value, str):
        return value.replace("-", "")
    return None if value is None else value.hex


def _canonical(digits: str | None) -> str | None:
    if digits is None:
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@lru_cache(maxsize=2048)  # an operation's time is written into four columns
def _naive(value: datetime | None) -> str | None:
    """As Django writes times into SQLite, in a tenth of its time."""
    if value is None:
        return None
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(" ")[:-6]


def _aware(moment: datetime | None) -> datetime | None:
    """Django has SQLite's driver read times, but without their zone."""
    return None if moment is None else moment.replace(tzinfo=UTC)


_INTO_SQLITE: dict[type[Any], Adapter] = {models.UUIDField: _hex, models.DateTimeField: _naive}
_OUT_OF_SQLITE: dict[type[Any], Adapter] = {models.UUIDField: _canonical, models.DateTimeField: _aware}
