"""Plain language at an event: its own words and names beside those that everybody knows."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from eventsync.schedule.language import telling
from eventsync.schedule.language.rules import Finding, Known, findings
from eventsync.schedule.language.vocabulary import common_words
from eventsync.schedule.models import Event, Term, Venue
from eventsync.schedule.plan.rules import LANGUAGES, Told, ToldPlace

Reworded = tuple[Told | ToldPlace, Told | ToldPlace | None]
"""What is told now, and what was told of it before."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A finding in a release; `of`: an activity or a place, or else it is in the comment."""

    of: Told | ToldPlace | None
    finding: Finding


Warn = Callable[[Event, Iterable[Reworded]], Iterable[Worded]]
_warners: list[Warn] = []


def when_reworded(warn: Warn) -> Warn:
    """Registers what else whoever releases is told of it; nothing of that stops a release."""
    _warners.append(warn)
    return warn


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


def wording(event: Event, reworded: Iterable[Reworded], comment: Mapping[str, str]) -> list[Worded]:
    """What is hard to read in a release, as far as families have not read it yet, in the languages of the event."""
    knows, offered = known(event), {event.language, *event.languages}
    told = [Worded(now, each) for now, before in reworded for each in telling.anew(now, before, knows)]
    told += [
        Worded(None, each)
        for language, text in comment.items()
        for each in findings(text, field="comment", language=language, known=knows)
    ]
    return [each for each in told if each.finding.language in offered]


def warnings(event: Event, reworded: Iterable[Reworded]) -> list[Worded]:
    """What apps above have to say of it."""
    offered, told = {event.language, *event.languages}, list(reworded)
    found = (each for warn in _warners for each in warn(event, told))
    return [each for each in found if each.finding.language in offered]
