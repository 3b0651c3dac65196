"""Names of people in a text: those of the list of an event, but for its own words, and names that things have, too."""

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from django.db.models import Q

from checkin.models import Person
from checkin.rules import search_key
from eventsync.schedule.language.familiar import is_familiar
from eventsync.schedule.language.rules import Known
from eventsync.schedule.language.sentences import sentences
from eventsync.schedule.models import Activity, Event, Place
from eventsync.schedule.pages.words import WORDS
from notifications.wording.rules import Named

SHORTEST = 3  # letters of a word that is looked for
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDINGS = {
    "en": ("'s", "’s", "'", "’"),
    "fi": ("n", "a", "ä", "in", "an", "än", "en", "lle", "lla", "llä", "lta", "ltä", "ssa", "ssä", "sta", "stä"),
}
_Words = list[tuple[str, bool]]
"""Each with whether it begins a sentence, where a capital letter means nothing."""


def named(text: str, *, event: Event, language: str, known: Known, things: frozenset[str]) -> Named:
    """Where a word may be a name or another word, as at the beginning of a sentence, it is only perhaps one.

    `things`: the words by which the event's own things go, which are nobody's names.
    """
    bare = known.without_terms(text, language)
    said = [each for sentence in sentences(bare, language) for each in _words(sentence)]
    days = search_key(" ".join([*WORDS[language].weekdays, *WORDS[language].months])).split()
    asked = [each for each in said if _may_be(each[0]) and search_key(each[0]) not in things.union(days)]
    people = _people(event, (word for word, _ in asked), language) if asked else []
    surely, perhaps = dict[str, None](), dict[str, None]()
    for at, (word, begins) in enumerate(said):
        if (word, begins) not in asked or not any(_forms(word, language) & names for names in people):
            continue
        pair = said[at + 1][0] if at + 1 < len(said) else ""
        if pair and any(_forms(word, language) & names and _forms(pair, language) & names for names in people):
            surely[f"{word} {pair}"] = None
        elif _is_one(word, language, known, begins=begins):
            surely[word] = None
        else:
            perhaps[word] = None
    return Named(tuple(surely), tuple(each for each in perhaps if not any(each in both for both in surely)))


def _words(sentence: str) -> Iterator[tuple[str, bool]]:
    for number, match in enumerate(_WORD.finditer(sentence)):
        yield match[0], number == 0


def _may_be(word: str) -> bool:
    return len(word) >= SHORTEST and not word[0].islower()


def _is_one(word: str, language: str, known: Known, *, begins: bool) -> bool:
    """A word with a capital letter within a sentence is a name; Arabic has none."""
    if not word[0].isupper():
        return False
    return not begins or (language == "en" and bool(known.common) and not is_familiar(word.casefold(), known.common))


def _forms(word: str, language: str) -> set[str]:
    """As lists have it, without the endings that a language gives to names."""
    ends = [end for end in _ENDINGS.get(language, ()) if word.endswith(end) and len(word) - len(end) >= SHORTEST]
    return {search_key(word), *(search_key(word.removesuffix(end)) for end in ends)}


def _people(event: Event, words: Iterable[str], language: str) -> list[frozenset[str]]:
    """The words of the names of everybody who may be meant."""
    parts = {min(_forms(word, language), key=len) for word in words} - {""}
    if not parts:
        return []
    meant = reduce(or_, (Q(search__contains=part) | Q(given__icontains=part) for part in parts))
    rows = Person.objects.filter(meant, event=event, erased_at=None).order_by().values_list("search", "given")
    return list({frozenset([*search.split(), *search_key(given).split()]) for search, given in rows.distinct()})


def things_of(event: Event) -> frozenset[str]:
    """The words by which venues, places, activities and groups of an event go, in any language."""
    texts = [event.name, *event.venues.values_list("name", flat=True)]
    for name, other in Place.objects.filter(venue__event=event).values_list("name", "texts"):
        texts += [name, *(each.get("name", "") for each in other.values())]
    for title, other, groups in Activity.objects.filter(event=event).values_list("title", "texts", "groups"):
        texts += [title, *(each.get("title", "") for each in other.values()), *groups]
    return frozenset(search_key(" ".join(texts)).split())
