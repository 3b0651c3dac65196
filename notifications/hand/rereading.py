"""What somebody who speaks the language has read, they have read as it stood: a change takes their tick away."""

from collections.abc import Iterable
from typing import Any

AGAIN = "again"
"""What a box says that was ticked after the text had changed. The page sets it."""


def is_unread(form: Any, box: str, said: dict[str, Any], fields: Iterable[str]) -> bool:
    """Whether the tick in this box is of what these fields of a form said before; `said`: what they say now."""
    is_other = not set(fields).isdisjoint(form.changed_data)
    was_read = form.get_initial_for_field(form.fields[box], box)
    return bool(is_other and was_read and said.get(box)) and not _again(form, box)


def keep_ticked(form: Any, box: str) -> None:
    """One that was ticked again stays so while the page comes back because something else is wrong."""
    if _again(form, box):
        form.fields[box].widget.attrs["value"] = AGAIN


def _again(form: Any, box: str) -> bool:
    return bool(form.data.get(form.add_prefix(box)) == AGAIN)
