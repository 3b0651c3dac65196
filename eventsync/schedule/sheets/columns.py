"""Which columns a sheet of the draft has: one row is one activity."""

from collections.abc import Sequence
from functools import partial

from eventsync.schedule.models import Event
from eventsync.schedule.plan.freezing import TEXTS
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.tables import Layout, Sort, find_columns

TIMES = ("date", "start", "end")  # all of them, or none
_WORDS: dict[str, tuple[str, ...]] = {
    "number": ("number", "no", "nr", "reference"),
    "date": ("date", "day"),
    "start": ("start", "begin", "from"),
    "end": ("end", "to", "until"),
    "end date": ("end date", "end day"),
    "place": ("place", "room"),
    "venue": ("venue", "site"),
    "groups": ("groups", "only for", "for"),
    "status": ("status",),
    "class": ("class", "priority"),
    "buffer": ("buffer",),
    "symbol": ("symbol",),
    "id": ("id",),
}


def headers(event: Event) -> list[str]:
    """Those of our own sheets, in the order of reading; the texts in each of the event's languages."""
    spoken = list(dict.fromkeys([event.language, *event.languages]))
    texts = [text_column(name, language, event) for name in TEXTS for language in spoken]
    titles, others = texts[: len(spoken)], texts[len(spoken) :]
    first, *rest = _WORDS
    return [first, *titles, *rest[:-1], *others, rest[-1]]


def text_column(name: str, language: str, event: Event) -> str:
    """The title in Finnish is “title (fi)”, unless that is the event's own language."""
    return name if language == event.language else f"{name} ({language})"


def sort_of(event: Event) -> Sort:
    return Sort("a schedule", "activities", partial(_layout_of, event))


def _layout_of(event: Event, headers: Sequence[str]) -> Layout:
    known = _WORDS | {text_column(*text, event): _text_words(*text, event) for text in _all_texts()}
    found = find_columns("draft", known, headers, needed=["title"])
    return find_columns("draft", known, headers, needed=["title", *(TIMES if set(TIMES) & found.labels.keys() else ())])


def _all_texts() -> list[tuple[str, str]]:
    return [(name, language) for name in TEXTS for language in LANGUAGES]


def _text_words(name: str, language: str, event: Event) -> tuple[str, ...]:
    called = (f"{name} ({language})", f"{name} {language}", f"{name} ({LANGUAGES[language].casefold()})")
    return (name, *called) if language == event.language else called
