"""Names of people in a text: those of the list of an event, but for its own words, and names that things have, too."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
People = Mapping[str, Sequence[frozenset[str]]]
"""By each word of a name, the names that have it: all their words."""
_AT_ONCE = 200  # words; SQLite takes no longer conditions


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a text in a language; `asked`: those that may be names."""

    language: str
    known: Known
    words: _Words
    asked: _Words


def named(text: str, *, event: Event, language: str, known: Known, things: frozenset[str]) -> Named:
    """Where a word may be a name or another word, as at the beginning of a sentence, it is only perhaps one.

    `things`: the words by which the event's own things go, which are nobody's names.
    """
    said = read(text, language=language, known=known, things=things)
    return called(said, people(event, [said]))


def read(text: str, *, language: str, known: Known, things: frozenset[str]) -> Said:
    bare = known.without_terms(text, language)
    said = [each for sentence in sentences(bare, language) for each in _words(sentence)]
    days = search_key(" ".join([*WORDS[language].weekdays, *WORDS[language].months])).split()
    asked = [each for each in said if _may_be(each[0]) and search_key(each[0]) not in things.union(days)]
    return Said(language, known, said, asked)


def called(said: Said, people: People) -> Named:
    surely, perhaps = dict[str, None](), dict[str, None]()
    for at, (word, begins) in enumerate(said.words):
        names = [each for form in _forms(word, said.language) for each in people.get(form, ())]
        if (word, begins) not in said.asked or not names:
            continue
        pair = said.words[at + 1][0] if at + 1 < len(said.words) else ""
        if pair and any(_forms(pair, said.language) & each for each in names):
            surely[f"{word} {pair}"] = None
        elif _is_one(word, said.language, said.known, begins=begins):
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


def people(event: Event, texts: Iterable[Said]) -> People:
    """Everybody who may be meant in any of these texts."""
    parts = sorted({min(_forms(word, said.language), key=len) for said in texts for word, _ in said.asked} - {""})
    some = (parts[at : at + _AT_ONCE] for at in range(0, len(parts), _AT_ONCE))
    found: dict[str, list[frozenset[str]]] = defaultdict(list)
    for names in {names for each in some for names in _people(event, each)}:
        for word in names:
            found[word].append(names)
    return found


def _people(event: Event, parts: Sequence[str]) -> Iterator[frozenset[str]]:
    meant = reduce(or_, (Q(search__contains=part) | Q(given__icontains=part) for part in parts))
    rows = Person.objects.filter(meant, event=event, erased_at=None).order_by().values_list("search", "given")
    for search, given in rows.distinct():
        yield frozenset([*search.split(), *search_key(given).split()])


def things_of(event: Event) -> frozenset[str]:
    """The words by which venues, places, activities and groups of an event go, in any language."""
    texts = [event.name, *event.venues.values_list("name", flat=True)]
    for name, other in Place.objects.filter(venue__event=event).values_list("name", "texts"):
        texts += [name, *(each.get("name", "") for each in other.values())]
    for title, other, groups in Activity.objects.filter(event=event).values_list("title", "texts", "groups"):
        texts += [title, *(each.get("title", "") for each in other.values()), *groups]
    return frozenset(search_key(" ".join(texts)).split())
