"""A roster file as rows of text, with the columns that we know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LARGE = 2_000  # rows; more than that is imported by a worker
MAX_ROWS = 200_000

Progress = Callable[[str, int, int], None]
"""Called with a step (reading, checking, writing), the rows that are done in it, and all rows (0: not known yet)."""


class RosterError(Exception):
    """The roster was not imported. Its message is one sentence for the organiser."""


@dataclass(slots=True)
class Table:
    """The rows of a file. `row` is the number that a spreadsheet shows; values stand in the order of `fields`."""

    name: str
    format: str
    fields: Sequence[str]
    labels: dict[str, str]
    """Of the fields that the file has: the header as it is written there."""
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    overlong: list[int] = field(default_factory=list)
    """Rows that have more cells than the header."""
    remarks: list[str] = field(default_factory=list)


def silent(step: str, rows: int, total: int) -> None:
    """The progress that nobody watches."""
