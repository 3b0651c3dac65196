"""An activity as a file tells it, and what a file would do to the draft."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from eventsync.schedule.models import Activity, Place

MOST = 5_000  # activities of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What is None is not said in the file: what is stored stays, and a new activity has none.

    `where`: in the file, for people, such as “Row 3”. It is found again by `id` (ours, or a guid from elsewhere), or
    else by `number`; with neither, by title, start and place. `start`, `end`: aware. `place`: its name, or its
    `place_id`; `venue`: its name or short name. Texts are in the event's language, and `texts` in others:
    {"fi": {"title": …}}.
    """

    where: str
    id: UUID | None = None
    number: str | None = None
    title: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    place: str | None = None
    place_id: UUID | None = None
    venue: str | None = None
    sentence: str | None = None
    outline: str | None = None
    note: str | None = None
    symbol: str | None = None
    groups: Sequence[str] | None = None
    delay: int | None = None
    buffer: int | None = None
    status: str | None = None
    priority: str | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Difference(NamedTuple):
    """What of an activity would be other, in words for the desk."""

    what: str
    before: str
    after: str


class Problem(NamedTuple):
    """Why something of a file cannot be taken, in one sentence."""

    where: str
    message: str


class Entry(NamedTuple):
    """An activity that would be written: where it is in the file, its row as it would be, what is other in it."""

    where: str
    row: Activity
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would do to the draft; nothing, if there are problems.

    `missing`: what the file does not name, which stays. `places`: new ones.
    """

    additions: list[Entry] = field(default_factory=list)
    changes: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    missing: list[Activity] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.additions or self.changes)

    @property
    def seen(self) -> str:
        """Stands for exactly what would be written."""
        new = [f"new {_written(each.row)}" for each in self.additions]
        other = [f"{each.row.pk} {each.row.version} {_written(each.row)}" for each in self.changes]
        places = [f"{place.venue_id} {place.name}" for place in self.places]
        return hashlib.sha256("\n".join([*new, *other, *sorted(places)]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Applied:
    """The rows that were written."""

    added: list[Activity]
    changed: list[Activity]
    places: list[Place]


def _written(row: Activity) -> str:
    said = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    for made_up in ("id", "version", "place_id"):
        del said[made_up]
    return repr([said, row.place.venue_id, row.place.name])
