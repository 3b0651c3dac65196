"""Each app registers here what can be measured of it, its limits, and its part of a trace, when the apps get ready."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from eventsync.access import scope
from eventsync.access.scope import Belongs
from eventsync.jobs.rules import WHOLE_SERVER, Partition
from eventsync.jobs.seeing.rules import Limit

Subject = tuple[str, ...]  # a value for each of `of`
Numbers = Mapping[Subject, float]
Read = Callable[[datetime], Numbers]
Rows = Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Measure:
    """`says`: what its number is, with the unit. `of`: by what it is told apart. `read` asks the database, cheaply.

    `here`: it is about this process or machine alone, so that a worker cannot read it for others.
    `counts`: what it is a number of, so that somebody can be told of their own alone; None: it is the server's.
    """

    name: str
    says: str
    of: Subject
    read: Read
    here: bool
    counts: "Counted | None" = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows that belong to places. `adds`: the column that is added up, instead of the rows."""

    rows: Callable[[datetime], QuerySet[Any]]
    belongs: Belongs
    adds: str = ""

    def of(self, rows: QuerySet[Any]) -> float:
        return rows.aggregate(n=Sum(self.adds))["n"] or 0 if self.adds else rows.count()


measures: dict[str, Measure] = {}
limits: list[Limit] = []


def limit_of(kind: str) -> Limit:
    """That by which alerts of this kind are raised."""
    return next(each for each in limits if each.kind == kind)


def measure(name: str, says: str, *, of: Subject = (), here: bool = False) -> Callable[[Read], Read]:
    def register(read: Read) -> Read:
        measures[name] = Measure(name, says, of, read, here)
        return read

    return register


def counted(name: str, says: str, belongs: Belongs, *, adds: str = "") -> Callable[[Rows], Rows]:
    """Registers a measure that is how many of these rows there are, or the sum of the column that `adds` names."""

    def register(rows: Rows) -> Rows:
        counts = Counted(rows, belongs, adds)
        measures[name] = Measure(name, says, (), lambda now: {(): counts.of(rows(now))}, here=False, counts=counts)
        return rows

    return register


def limit(of: Limit) -> None:
    limits.append(of)


def total(name: str, now: datetime) -> float:
    """The sum of a measure over all its subjects, now."""
    return sum(measures[name].read(now).values())


def counted_rows(name: str, now: datetime, user: Any, permission: str) -> QuerySet[Any]:
    """Of a measure that counts rows: those where `user` has this right."""
    counts = measures[name].counts
    if counts is None:
        raise LookupError(f"{name} is about the server, not about rows of events")
    return scope.limit(counts.rows(now), user, permission, counts.belongs)


def total_for(name: str, now: datetime, user: Any, permission: str) -> float:
    """As `total`, of what is where `user` has this right."""
    rows, counts = counted_rows(name, now, user, permission), measures[name].counts
    return counts.of(rows) if counts else 0


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened because of what a trace began with. `page`: its page in the admin and the row's key.

    It is told to whoever has the right `sees` over the `partition` that it is of.
    """

    at: datetime
    what: str
    words: str
    page: tuple[str, str] | None = None
    sees: str = ""
    partition: Partition = WHOLE_SERVER


# Of all that these ids began: the steps that are known here, and further ids that belong to the same story.
Trace = Callable[[AbstractSet[UUID]], tuple[Iterable[Step], AbstractSet[UUID]]]
traces: list[Trace] = []


def trace(find: Trace) -> Trace:
    traces.append(find)
    return find
