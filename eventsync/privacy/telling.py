"""Everything that is held of somebody, as JSON for a file: docs/privacy.md has its shape."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import FileField, Model

from eventsync.privacy.registry import Whom, holdings

VERSION = 1


def told(whom: Whom) -> dict[str, list[dict[str, Any]]]:
    """By holding the rows, each with its table and its columns. Times are in UTC."""
    return {
        holding.name: [row_of(row, holding.hidden) for rows in holding.rows(whom) for row in rows.order_by("pk")]
        for holding in holdings()
    }


def row_of(row: Model, hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
    columns = [each for each in row._meta.concrete_fields if each.name not in hidden]
    said = {each.name: _value(each.value_from_object(row), each) for each in columns}
    return {"table": row._meta.label, **said}


def _value(value: Any, column: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).decode("utf-8", "backslashreplace")
    return value.name if isinstance(column, FileField) else value
