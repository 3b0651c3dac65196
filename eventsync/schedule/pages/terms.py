"""The event's own words, and what they mean."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.safestring import SafeString

from eventsync.schedule.models import Event, Term
from eventsync.schedule.pages.releases import NOTHING
from eventsync.schedule.pages.telling import Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.rules import language_of


class Explained(NamedTuple):
    """A word as a page shows it. `foreign`: which language it is in, if that is not the reader's."""

    word: SafeString
    meaning: SafeString
    foreign: str


class _Said(NamedTuple):
    word: str
    meaning: str
    language: str


def terms_of(event: Event) -> list[Term]:
    return list(Term.objects.filter(event=event))


def terms_page(visit: Visit, terms: Iterable[Term]) -> dict[str, Any]:
    """In the order of the alphabet, as this reader gets them."""
    said = sorted((_said(term, visit) for term in terms), key=lambda each: each.word.casefold())
    title = visit.words.say("words")
    return {
        "heading": f"{visit.event.name}: {title}",
        "title": title,
        "terms": [_explained(each, visit) for each in said],
    }


def _said(term: Term, visit: Visit) -> _Said:
    """A word and its meaning in one language."""
    whole = {key: each for key, each in term.texts.items() if each.get("word") and each.get("meaning")}
    texts = whole | {visit.event.language: {"word": term.word, "meaning": term.meaning}}
    language = language_of(texts, wanted=visit.words.code, otherwise=visit.event.language)
    return _Said(texts[language]["word"], texts[language]["meaning"], language)


def _explained(said: _Said, visit: Visit) -> Explained:
    teller = Teller(visit, NOTHING)
    foreign = teller.in_language(said.language)
    return Explained(teller.marked(said.word, said.language), teller.marked(said.meaning, said.language), foreign)
