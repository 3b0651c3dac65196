"""Each app registers here what can be measured of it, its limits, and its part of a trace, when the apps get ready."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsync.jobs.seeing.rules import Limit

Subject = tuple[str, ...]  # a value for each of `of`
Numbers = Mapping[Subject, float]
Read = Callable[[datetime], Numbers]


@dataclass(frozen=True, slots=True)
class Measure:
    """`says`: what its number is, with the unit. `of`: by what it is told apart. `read` asks the database, cheaply.

    `here`: it is about this process or machine alone, so that a worker cannot read it for others.
    """

    name: str
    says: str
    of: Subject
    read: Read
    here: bool


measures: dict[str, Measure] = {}
limits: list[Limit] = []


def measure(name: str, says: str, *, of: Subject = (), here: bool = False) -> Callable[[Read], Read]:
    def register(read: Read) -> Read:
        measures[name] = Measure(name, says, of, read, here)
        return read

    return register


def limit(of: Limit) -> None:
    limits.append(of)


def total(name: str, now: datetime) -> float:
    """The sum of a measure over all its subjects, now."""
    return sum(measures[name].read(now).values())


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened because of what a trace began with. `page`: its page in the admin and the row's key."""

    at: datetime
    what: str
    words: str
    page: tuple[str, str] | None = None


# Of all that these ids began: the steps that are known here, and further ids that belong to the same story.
Trace = Callable[[AbstractSet[UUID]], tuple[Iterable[Step], AbstractSet[UUID]]]
traces: list[Trace] = []


def trace(find: Trace) -> Trace:
    traces.append(find)
    return find
