"""Symbols of activities: one symbol, one meaning, always beside its word. The front end's build brings the drawings;
an event may have some of its own, whose drawings it serves itself."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.urls import reverse

from eventsync.schedule.models import Event, OwnSymbol

_KNOWN: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "symbols.json").read_text(encoding="utf-8"))
"""By key: `openmoji`, the code of the drawing, and the word in each language. A key keeps its meaning for ever."""

KEYS = tuple(_KNOWN)
OPENMOJI, LICENCE = "https://openmoji.org/", "https://creativecommons.org/licenses/by-sa/4.0/"


@dataclass(frozen=True, slots=True)
class Symbol:
    """What it means, by language, and the address of the drawing. `credit`, `source`: of one of the event's own."""

    words: Mapping[str, str]
    file: str
    credit: str = ""
    source: str = ""


Own = Mapping[str, Symbol]
"""The event's own, by key."""

NONE: Own = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Picture:
    """As a page shows it. `in_title`: the title is the very word."""

    word: str
    file: str
    in_title: bool = False


def _ours(known: Mapping[str, str]) -> Symbol:
    words = {language: word for language, word in known.items() if language != "openmoji"}
    return Symbol(words, f"{settings.STATIC_URL}dist/schedule/{known['openmoji']}.svg")


_OURS = {key: _ours(known) for key, known in _KNOWN.items()}


def symbol_of(key: str, own: Own = NONE) -> Symbol | None:
    """None where the organisers' word is neither ours nor the event's."""
    return _OURS.get(key) or own.get(key)


def meaning(word: str, language: str) -> str:
    """The key of the one of ours that means this; nothing if none does."""
    said = word.casefold()
    return next((key for key, known in _OURS.items() if known.words[language].casefold() == said), "")


def taken(event: Event, words: Mapping[str, str], *, but: UUID | None = None) -> list[str]:
    """The languages in which another symbol means this: one of ours, or of the event's, `but` for one.

    In the event's own language a constraint says it of the event's.
    """
    rows = OwnSymbol.objects.filter(event=event)
    others = rows.exclude(pk=but) if but else rows
    return [
        language
        for language, word in words.items()
        if meaning(word, language) or others.filter(**{f"texts__{language}__word__iexact": word}).exists()
    ]


def choices(current: str, event: Event | None) -> list[tuple[str, str]]:
    """For the desk: the word of each. What a file brought that is none of them stays, and says so."""
    own = OwnSymbol.objects.filter(event=event).values_list("word", "key") if event else ()
    known = sorted([*((known.words["en"], key) for key, known in _OURS.items()), *own])
    keys = {key for _, key in known}
    other = [(current, f"{current} (no picture)")] if current and current not in keys else []
    return [("", "No picture"), *other, *((key, word) for word, key in known)]


Stamp = tuple[int, object]
"""How many an event has of its own, and when one was changed last: another one, and they are others."""


def stamped(events: QuerySet[Event]) -> QuerySet[Event]:
    """With what `own_symbols` is asked by, in the same query."""
    rows = OwnSymbol.objects.filter(event=OuterRef("pk")).order_by().values("event")
    count, last = rows.annotate(found=Count("pk")), rows.annotate(found=Max("changed_at"))
    return events.annotate(
        symbols_count=Subquery(count.values("found")), symbols_changed=Subquery(last.values("found"))
    )


def stamp_of(event: Event) -> Stamp:
    return getattr(event, "symbols_count", 0) or 0, getattr(event, "symbols_changed", None)


def own_symbols(event: Event, stamp: Stamp) -> Own:
    return _own(event.pk, event.language, stamp) if stamp[0] else NONE


@lru_cache(maxsize=32)
def _own(event: UUID, language: str, stamp: Stamp) -> Own:
    """`language`, `stamp`: what they are kept by."""
    del language, stamp
    return MappingProxyType(dict(_read(event)))


def _read(event: UUID) -> Iterator[tuple[str, Symbol]]:
    for row in OwnSymbol.objects.filter(event=event).select_related("event").defer("drawing"):
        yield row.key, Symbol(row.words, address(row), row.credit, row.source)


def address(row: OwnSymbol) -> str:
    return reverse("symbol", kwargs={"digest": row.digest, "kind": row.kind})
