"""Edits of drafts by several people at once: who saves what somebody else changed meanwhile is told, and shown both."""

from typing import Any, TypeVar

from eventsync.schedule.models import Activity, Place

Draft = TypeVar("Draft", Activity, Place)


class Overtaken(Exception):
    """Somebody else changed it first. `stored`: the row as it is; None when it is gone."""

    def __init__(self, stored: Activity | Place | None) -> None:
        super().__init__("Somebody else changed this meanwhile.")
        self.stored = stored


def change(row: Draft, *, version: int, values: dict[str, Any]) -> Draft:
    """Writes these fields of the row if it is still at this version; answers with the row as it is then. Overtaken."""
    rows = type(row).objects.filter(pk=row.pk)
    if not rows.filter(version=version).update(**values, version=version + 1):
        raise Overtaken(rows.first())
    return rows.get()
