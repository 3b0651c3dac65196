"""What is hard to read in a text for families. Pure.

What is `hard` an event does not tell anew without saying why; the rest is advice. Where a rule knows one language only,
it says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property, lru_cache

from eventsync.schedule.language.familiar import is_familiar
from eventsync.schedule.language.patterns import any_of, as_written, inflected, plain
from eventsync.schedule.language.sentences import sentences, words
from eventsync.schedule.language.synonyms import CHECKED, SYNONYMS, Synonym

GOOD, LONGEST = 12, 15  # words of a sentence
TEXTS = 20_000  # that a process remembers what it found in
_SHOUTED = 5  # letters of a word: fewer may be an abbreviation
_ROMAN = re.compile("[IVX]+")
_MARKS = ".,:;!?…()\"'“”‘’"

# Two of these in one sentence turn each other round. Spanish says “no” with “nada”, and means one.
_NEGATIONS = {
    "en": "not, no, never, nothing, nobody, none, neither, without, unless, cannot, *n't, unable, unlikely, "
    "impossible, unnecessary, unusual, uncommon",
    "es": "no, sin, imposible, innecesario, innecesaria",
    "fi": "en, et, ei, emme, ette, eivät, älä, älkää, ilman, mahdoton, mahdotonta",
    "ar": "لا, لم, لن, ليس, ليست, بدون, دون, غير, مستحيل",
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ANSWER = re.compile(r"^\W*(no|ei|لا)\s*[,،]", re.IGNORECASE)


class Kind(StrEnum):
    LONG = "long"
    SYNONYM = "synonym"
    CAPITALS = "capitals"
    EXCLAMATION = "exclamation"
    NEGATIONS = "negations"
    RARE = "rare"
    TELLTALE = "telltale"  # it tells others of somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`field` and `language`: where; `words`: what stands there; `instead`: what to do, in a sentence."""

    kind: Kind
    field: str
    language: str
    words: str
    instead: str
    hard: bool = False


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the readers of an event know. `terms`: its own words, by language; `names` mean nothing else.

    `common`: the words of everyday English, in small letters; without them nobody looks for rare ones.
    """

    terms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((frozenset(self.terms.items()), self.names, self.common))

    @cached_property
    def _terms(self) -> dict[str, list[str]]:
        """The longest first, for it may begin with another; without those of which nothing is seen."""
        seen = {language: [each for each in terms if plain(each).split()] for language, terms in self.terms.items()}
        return {language: sorted(terms, key=len, reverse=True) for language, terms in seen.items() if terms}

    @cached_property
    def _allowed(self) -> dict[str, re.Pattern[str]]:
        return {key: any_of((inflected(each, key) for each in terms), key) for key, terms in self._terms.items()}

    @cached_property
    def _begin(self) -> dict[str, list[str]]:
        """The first word of each: most texts have none of them, and need no other look."""
        return {key: [plain(each).split()[0].casefold() for each in terms] for key, terms in self._terms.items()}

    def without_terms(self, text: str, language: str) -> str:
        """The text, written plainly, with a gap for each of the event's own words."""
        said = plain(text)
        begin, folded = self._begin.get(language, ()), said.casefold()
        return self._allowed[language].sub(" ", said) if any(each in folded for each in begin) else said


NOTHING = Known()
_Said = tuple[Kind, str, str, bool]


def findings(text: str, *, field: str, language: str, known: Known = NOTHING) -> list[Finding]:
    """All that is hard to read in a text of one of our languages, in the order of its sentences; each once."""
    return [
        Finding(kind=kind, field=field, language=language, words=found, instead=instead, hard=hard)
        for kind, found, instead, hard in _read(text, language, known)
    ]


@lru_cache(maxsize=TEXTS)
def _read(text: str, language: str, known: Known) -> tuple[_Said, ...]:
    """Kept, for a release is looked at several times: when it is shown, when it is made, when it is shown again."""
    return tuple(dict.fromkeys(each for one in sentences(text, language) for each in _of(one, language, known)))


def _of(sentence: str, language: str, known: Known) -> Iterator[_Said]:
    bare = known.without_terms(sentence, language)
    yield from _long(sentence)
    yield from _capitals(bare)
    if "!" in bare or "¡" in bare:
        yield Kind.EXCLAMATION, sentence, "Write it without an exclamation mark.", True
    banned, meant = _banned(language)
    found = list(banned.finditer(bare))
    yield from _synonyms(found, meant, language)
    if len(_negations(language).findall(_ANSWER.sub("", bare))) > 1:
        yield Kind.NEGATIONS, sentence, "It says “not” twice. Say what is so, or what to do.", False
    if language == "en" and known.common:
        yield from _rare(banned.sub(" ", bare) if found else bare, known)


def _long(sentence: str) -> Iterator[_Said]:
    if (count := len(words(sentence))) > GOOD:
        said = f"It has {count} words. Make two sentences of it, of at most {GOOD} words."
        yield Kind.LONG, sentence, said, count > LONGEST


def _capitals(bare: str) -> Iterator[_Said]:
    """Whole sentences, and words. What has a digit in it is a name, such as U18."""
    shown = [each.strip(_MARKS) for each in words(bare)]
    spelt = {each: len(letters) for each in shown if len(letters := re.sub(r"\W", "", each)) > 1 and letters.isalpha()}
    loud = [each for each in spelt if each.isupper() and not _ROMAN.fullmatch(each)]
    if len(loud) > 1 and len(loud) == len(spelt):
        yield Kind.CAPITALS, bare.strip(), "Write it in small letters.", True
        return
    for each in loud:
        shouted = spelt[each] >= _SHOUTED
        said = "Write it in small letters." if shouted else "Write it in full, or explain it among the event’s words."
        yield Kind.CAPITALS, each, said, shouted


def _synonyms(found: Iterable[re.Match[str]], meant: Sequence[Synonym], language: str) -> Iterator[_Said]:
    for match in found:
        synonym = meant[(match.lastindex or 1) - 1]
        said = f"Write “{synonym.instead}”." if synonym.instead else "Leave it out."
        yield Kind.SYNONYM, match[0], said, synonym.hard and language in CHECKED


def _rare(bare: str, known: Known) -> Iterator[_Said]:
    """English only. A capital letter that begins no sentence is a name's."""
    for number, token in enumerate(words(bare)):
        for word in _WORD.findall(token):
            is_name = (number > 0 and word[0].isupper()) or word.isupper() or word.casefold() in known.names
            if not is_name and not is_familiar(word.casefold(), known.common):
                yield Kind.RARE, word, "Write a more common word, or explain it among the event’s words.", False


@cache
def _negations(language: str) -> re.Pattern[str]:
    return any_of([_choice(_NEGATIONS[language].split(","))], language)


@cache
def _banned(language: str) -> tuple[re.Pattern[str], tuple[Synonym, ...]]:
    found = SYNONYMS[language]
    return any_of((_choice(each.words) for each in found), language), found


def _choice(patterns: Iterable[str]) -> str:
    return "|".join(as_written(each) for each in patterns)
