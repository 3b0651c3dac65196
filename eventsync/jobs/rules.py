"""When a job is tried again, when it is not, and what a person must agree to: `now` and dice are parameters."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any, Literal
from uuid import UUID

SPREAD = 0.2  # of each delay, to either side: what failed together does not come back together
RETRIES = tuple(map(timedelta, (0, 0, 0), (5, 20, 80)))


class Priority(IntEnum):
    """The class of a job: what goes first, wherever it comes from, and what is refused last."""

    CORE = 0  # what people recorded: always taken
    IMPORTANT = 1  # always taken once somebody was let in who makes it
    DROPPABLE = 2  # owed once when it is alike, or not at all, when there is too much


class Level(IntEnum):
    """How much there is to do, against the limits of a class."""

    ROOM = 0
    MUCH = 1  # beyond the soft limit
    FULL = 2  # beyond the hard one


@dataclass(frozen=True, slots=True)
class Limits:
    """How many unfinished jobs there may be before work of a class feels it."""

    soft: int
    hard: int

    def level(self, jobs: int) -> Level:
        return Level((jobs >= self.soft) + (jobs >= self.hard))


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who asks, decides or reviews. `key` tells two of them apart for ever, such as "user:7"; `name` is for people."""

    key: str
    name: str


SERVER = Somebody("server", "The server")


@dataclass(frozen=True, slots=True)
class Partition:
    """Whose work something is: a venue's or an event's, where those who have a role see it; without an event it is the
    server's. `name`: with whose other work it waits its turn, if not with theirs."""

    event: UUID | None = None
    venue: UUID | None = None
    name: str = ""

    def __str__(self) -> str:
        return self.name or str(self.venue or self.event or "")


WHOLE_SERVER = Partition()


def columns_of(partition: Partition | str) -> dict[str, Any]:
    """As a job has it. A bare name is the server's."""
    of = Partition(name=partition) if isinstance(partition, str) else partition
    return {"partition": str(of), "event_id": of.event, "venue_id": of.venue}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a person is asked to agree to: a plain sentence of what would be done, and its exact content, as JSON.

    `partition`: whose managers are asked.
    """

    sentence: str
    content: dict[str, Any]
    partition: Partition = WHOLE_SERVER


@dataclass(frozen=True, slots=True)
class Demand:
    """A task whose jobs wait until another person agrees.

    `describe`: what a job with this subject would do, as it is now. It locks the rows that it reads, for the task then
    runs in one transaction with it. None: there is nothing left to do. `within`: how long it waits for a person.
    """

    describe: Callable[[UUID], Matter | None]
    within: timedelta = timedelta(days=1)


def storable(text: str) -> str:
    """What an error says, as every database can keep it: PostgreSQL takes no NUL, and none takes half a character."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")


def canonical(content: dict[str, Any]) -> str:
    """JSON in which the same content is the same text."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Policy:
    """How the jobs of one task are treated.

    `retries`: how long to wait after each failure that may pass; after the last one the job is dead. `expires_after`:
    how long it is worth doing. `ordered`: within a partition one after the other, in the order of the commits
    that owe them. Who owes one makes others who do so there wait until that commit, so late in a transaction is best.
    `once`: its subject is its id, so nothing is ever owed a second time: IntegrityError, unless it waits under the same
    words. `approval`: who must agree before; None: nobody.
    `announced`: whether a domain event says that it is done or dead. `alike`: of what one job is enough while it waits,
    for droppable ones in a long queue.
    """

    retries: tuple[timedelta, ...] = RETRIES
    priority: Priority = Priority.IMPORTANT
    expires_after: timedelta | None = None
    ordered: bool = False
    once: bool = False
    approval: Demand | None = None
    announced: bool = True
    alike: Literal["subject", "partition"] = "subject"

    @property
    def attempts(self) -> int:
        """How often it is tried at most. A worker that dies has tried."""
        return len(self.retries) + 1

    def delay(self, failures: int, dice: float) -> timedelta | None:
        """How long to wait after so many failures; None: no more. `dice`: from 0 to 1."""
        if failures > len(self.retries):
            return None
        return self.retries[failures - 1] * (1 + SPREAD * (2 * dice - 1))
