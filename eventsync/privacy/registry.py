"""What each app holds of a person, registered when the apps get ready: how it is told, and how it is erased.

Every table belongs to one holding, or somebody says why it holds nothing of anybody. A test walks them all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from eventsync.privacy.words import Words


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found before anything was locked, by the name of its holding: only what came after `at` is unknown."""

    at: datetime
    found: Mapping[str, frozenset[UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whose data: one person in all their rows, or a part of the people of an event.

    `operations`: the ids of what was recorded of them. `marks`: ids and codes; a text with one of them is about them.
    `words`: names and codes, to be taken out of what is about others. `searched`: where those were found, if anybody
    looked.
    """

    event: UUID
    ids: frozenset[UUID]
    operations: frozenset[UUID] = frozenset()
    marks: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    searched: Searched | None = None


Rows = Callable[[Whom], Sequence["QuerySet[Any]"]]
Erase = Callable[[Whom], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one app holds of people in some tables.

    `goes` and `stays` are for a person who is about to erase it: what will be gone, and what is left of it.
    `rows`: the rows that are about somebody, one query for each table. `erase`: leaves of them what `stays` says; done
    twice it does no more. `sweep`: what is left of everybody, once all people of an event are erased.
    `search`: the rows with such marks or words, where there may be so many that nobody should wait for it.
    `hidden`: columns that no export tells, such as hashes of secrets.
    """

    name: str
    tables: tuple[type[Model], ...]
    goes: str
    stays: str
    rows: Rows
    erase: Erase
    sweep: Callable[[UUID], None] = lambda event: None
    search: Callable[[Whom], frozenset[UUID]] | None = None
    hidden: frozenset[str] = frozenset()

    def count(self, whom: Whom) -> int:
        return sum(rows.count() for rows in self.rows(whom))


_holdings: list[Holding] = []
_nobodys: dict[str, str] = {}


def hold(holding: Holding) -> None:
    _holdings.append(holding)


def nobodys(*tables: str, why: str) -> None:
    """Says of tables, such as "sync.Server", why they hold nothing of a person that would have to be erased."""
    _nobodys.update(dict.fromkeys(tables, why))


def holdings() -> Sequence[Holding]:
    """In the order in which apps registered them."""
    return _holdings


def unregistered(models: Iterable[type[Model]]) -> list[str]:
    """Tables of which nobody said what they hold of people, or of which it was said twice."""
    said = [table._meta.label for holding in _holdings for table in holding.tables] + list(_nobodys)
    return sorted(label for model in models if said.count(label := model._meta.label) != 1)
