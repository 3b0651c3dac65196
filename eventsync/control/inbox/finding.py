"""Which dead letters somebody may see, the newest first, over all sources."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from eventsync.access.scope import limit, may
from eventsync.jobs.seeing.letters import Letter, Source, sources
from eventsync.schedule.models import Event, Venue

PAGE = 25  # letters


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for: letters of one kind, or of all; with some words, or the id of anything about them."""

    kind: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `mine`: the keys, by kind, of those that the reader may replay and discard. `counts`: of each kind,
    whatever kind was asked for."""

    letters: Sequence[tuple[Source, Letter]]
    mine: set[tuple[str, str]]
    counts: dict[str, int]
    pages: int


def readable(user: Any) -> list[Source]:
    """The sources of which somebody may see anything."""
    return [source for source in sources.values() if user.has_perm(source.sees)]


def within(source: Source, user: Any, *, right: str) -> QuerySet[Any]:
    """The rows of a source over which somebody has this right, letters or not any more."""
    return limit(source.rows(), user, right, source.belongs)


def waiting(source: Source, user: Any, *, right: str, text: str = "") -> QuerySet[Any]:
    """Those that are letters now; with some words or an id, those about them."""
    rows = within(source, user, right=right).filter(source.waits)
    return rows.filter(_about(source, text)) if text else rows


def _about(source: Source, text: str) -> Q:
    try:
        names, value = source.ids, UUID(text)
    except ValueError:
        return _any(Q(**{f"{name}__icontains": text}) for name in source.words)
    return _any(Q(**{name: value}) for name in names)


def _any(found: Iterable[Q]) -> Q:
    whole = Q()
    for each in found:
        whole |= each
    return whole


def find(user: Any, asked: Asked, *, page: int) -> Found:
    """Page 1 has the newest. What is no page is empty."""
    rows = {source: waiting(source, user, right=source.sees, text=asked.text) for source in readable(user)}
    counts = {source.kind: found.count() for source, found in rows.items()}
    wanted = {source: found for source, found in rows.items() if asked.kind in {"", source.kind}}
    total = sum(counts[source.kind] for source in wanted)
    shown = _page(wanted, page)
    mine = {(source.kind, str(row.pk)) for source, row in shown if may_act(user, source, row)}
    return Found(named([(source, source.tell(row)) for source, row in shown]), mine, counts, -(-total // PAGE))


def _page(rows: dict[Source, QuerySet[Any]], page: int) -> list[tuple[Source, Any]]:
    """Keys are merged by time first, then only the rows of this page are read."""
    end = page * PAGE
    times = (_times(source, found, end) for source, found in rows.items())
    merged = heapq.merge(*times, key=lambda each: each[0], reverse=True)
    chosen = [(source, key) for _, source, key in islice(merged, end - PAGE, end)]
    read = {source: source.rows().in_bulk([key for owner, key in chosen if owner is source]) for source in rows}
    return [(source, read[source][key]) for source, key in chosen if key in read[source]]


def _times(source: Source, rows: QuerySet[Any], end: int) -> list[tuple[Any, Source, Any]]:
    found = rows.order_by(f"-{source.at}", "-pk").values_list(source.at, "pk")[:end]
    return [(at, source, key) for at, key in found]


def named(letters: Sequence[tuple[Source, Letter]]) -> list[tuple[Source, Letter]]:
    """With the names of the places that they are about."""
    ids = {key for _, letter in letters for key in ids_of(letter.place)}
    names: dict[str, str] = {}
    for table in (Event, Venue) if ids else ():
        names |= {str(key): name for key, name in table.objects.filter(pk__in=ids).values_list("pk", "name")}
    return [(source, replace(letter, place=names.get(letter.place, ""))) for source, letter in letters]


def ids_of(text: str) -> list[UUID]:
    """The one that a partition is, if it is a place's."""
    try:
        return [UUID(text)]
    except ValueError:
        return []


def one(user: Any, kind: str, key: str) -> tuple[Source, Any] | None:
    """A row that is a letter, or was; None when there is none that this user may see."""
    source = sources.get(kind)
    if source is None or not user.has_perm(source.sees):
        return None
    try:
        row = within(source, user, right=source.sees).filter(pk=key).first()
    except (ValueError, ValidationError):  # no key of such a row
        return None
    return (source, row) if row else None


def may_act(user: Any, source: Source, row: Any) -> bool:
    return may(user, source.acts, row, source.belongs)


def waits(source: Source, row: Any) -> bool:
    """Whether it is a letter at this moment."""
    return source.rows().filter(source.waits, pk=row.pk).exists()


def history(row: Any) -> QuerySet[LogEntry]:
    """What people did about it, the newest first."""
    about = ContentType.objects.get_for_model(row)
    return LogEntry.objects.filter(content_type=about, object_id=str(row.pk)).select_related("user")[:50]
