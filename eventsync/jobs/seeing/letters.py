"""Dead letters: what failed for good and waits for somebody. Each app registers its sources when the apps get ready."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from eventsync.access.scope import Belongs
from eventsync.jobs.approvals.deciding import Answer

REPLAYED = "Replayed."  # how an entry of the history begins, when somebody had a dead letter tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One row of the inbox, in words for people.

    `owner`: who can mend it; `step`: what they do next. `whom`: who is affected, where that is known at once; `place`:
    the id of the venue or event whose it is. `state`: what it is now. `correlation`: what it all began with.
    """

    key: str
    at: datetime
    what: str
    why: str
    owner: str
    step: str
    state: str
    whom: str = ""
    place: str = ""
    correlation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """Once that it was tried. `words`: what became of it."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a letter. `payload`: exactly as it is stored; `facts`: what came with it, by name.

    `whom`: who is affected, where the letter does not say so. `links`: words, and the address of another page about it.
    """

    payload: str
    facts: Sequence[tuple[str, str]]
    tries: Sequence[Try]
    whom: str = ""
    links: Sequence[tuple[str, str]] = ()


class Fate(StrEnum):
    """What has become of a letter since it was replayed."""

    WAITING = "waiting"
    WELL = "well"
    FAILED = "failed"  # again; it may be tried once more by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where letters of one kind come from, and what can be done about them.

    `rows`: all that could be a letter, `waits`: those that are one now, `at`: the column that says since when. `words`
    and `ids`: columns that are searched. `sees`, `acts`: the rights to read, and to replay and discard, over rows that
    belong as `belongs` says. `replay` keeps id and correlation; who asks, and when, is given to both, and a second time
    does nothing more. `fates`: of these keys; one whose row is gone is left out.
    """

    kind: str
    one: str
    many: str
    sees: str
    acts: str
    rows: Callable[[], QuerySet[Any]]
    waits: Q
    at: str
    words: Sequence[str]
    ids: Sequence[str]
    tell: Callable[[Any], Letter]
    unfold: Callable[[Any], Contents]
    replay: Callable[[Any, str, datetime], Answer]
    discard: Callable[[Any, str, str, datetime], Answer]
    fates: Callable[[Sequence[str]], Mapping[str, Fate]]
    belongs: Belongs | None = None


sources: dict[str, Source] = {}


def register(source: Source) -> None:
    if source.kind in sources:
        raise ValueError(f"dead letters of {source.kind} are registered twice")
    sources[source.kind] = source


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What it means when a job of some task failed for good; whom it concerns; who can mend that; what they do next."""

    what: str
    owner: str
    step: str
    whom: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.step}"


_helps: dict[str, Help] = {}


def explain(task: str, *, what: str, owner: str, step: str, whom: str) -> None:
    """Says in plain words what it means when a job of this task failed for good."""
    _helps[task] = Help(what=what, owner=owner, step=step, whom=whom)


def help_of(task: str) -> Help:
    return _helps.get(task) or Help(
        what=f"The server could not do “{task}”.",
        owner="Whoever runs the server",
        step="Read its error, mend the cause, then replay it.",
    )


def too_late(state: str) -> Answer:
    """Somebody decided about it before; `state`: what it is now."""
    return Answer(done=False, told=f"Nothing was done: it was dealt with before. It is now: {state}.")


def first_line(text: str) -> str:
    return text.partition("\n")[0][:300]
