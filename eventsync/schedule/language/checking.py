"""Plain language at an event: its own words and names beside those that everybody knows."""

import re

from eventsync.schedule.language.rules import Known
from eventsync.schedule.language.vocabulary import common_words
from eventsync.schedule.models import Event, Term, Venue
from eventsync.schedule.plan.rules import LANGUAGES


def known(event: Event | None) -> Known:
    """What is known at an event; without one, what is known everywhere."""
    if event is None:
        return Known(common=common_words())
    terms = [(word, texts) for word, texts in Term.objects.filter(event=event).values_list("word", "texts")]
    own = {key: frozenset(each for word, texts in terms for each in _both(word, texts, key)) for key in LANGUAGES}
    names = [event.name, *Venue.objects.filter(event=event).values_list("name", flat=True)]
    return Known(terms=own, names=frozenset(re.findall(r"\w+", " ".join(names).casefold())), common=common_words())


def _both(word: str, texts: dict[str, dict[str, str]], language: str) -> list[str]:
    """As the event's language says it, and this one: whoever writes Finnish may write either."""
    return [each for each in (word, texts.get(language, {}).get("word", "")) if each]
