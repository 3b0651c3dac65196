"""What a domain event is: a fact in the past tense, of a registered name and version, that says who by ids only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`event`: of the organisers' events the one that it is about; `venue`: of its venues, when it is about one."""

    name: ClassVar[str]
    version: ClassVar[int]

    event: UUID | None = None
    venue: UUID | None = None

    @property
    def partition(self) -> str:
        """Whose work it makes: no venue waits for another's."""
        return str(self.venue or self.event or "")


F = TypeVar("F", bound=type[Fact])

catalogue: dict[tuple[str, int], type[Fact]] = {}  # by name and version; filled when the apps get ready


def domain_event(name: str, *, version: int = 1) -> Callable[[F], F]:
    """Registers a class of facts. A version is for ever: what is stored under it is read by its class.

    Its docstring is what the catalogue says of it.
    """

    def register(fact: F) -> F:
        if (name, version) in catalogue:
            raise ValueError(f"domain event {name}, version {version}, is registered twice")
        fact.name, fact.version = name, version
        catalogue[name, version] = fact
        return fact

    return register


@domain_event("job_done")
@dataclass(frozen=True, slots=True, kw_only=True)
class JobDone(Fact):
    """A job was done. Not told of jobs that only carry domain events on."""

    job: UUID
    task: str
    subject: UUID


@domain_event("job_died")
@dataclass(frozen=True, slots=True, kw_only=True)
class JobDied(Fact):
    """A job failed for good: it is a dead letter until a person replays or discards it."""

    job: UUID
    task: str
    subject: UUID
