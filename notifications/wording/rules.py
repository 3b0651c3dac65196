"""What is wrong with a text for a lock screen, and what to do about it. Pure.

What is `hard` is not sent; the rest is advice. An event's own words mean nothing else, as everywhere in plain language.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from re import Pattern
from string import Formatter

from eventsync.schedule.language.patterns import any_of, as_written
from eventsync.schedule.language.rules import NOTHING, Kind, Known, findings
from notifications.wording.lists import ALARMING, HEALTH


class Part(StrEnum):
    TITLE = "title"
    BODY = "body"


TITLE, BODY = 40, 120  # characters, as counted on a lock screen
MOST: Mapping[Part, int] = {Part.TITLE: TITLE, Part.BODY: BODY}
PLACEHOLDERS = ("activity", "day", "time", "place", "group", "number")
"""What may stand in a template: nobody's name, and nothing of anybody's health."""

_GAP = re.compile(r"\{\w*\}")  # left of a template
_OF_HEALTH = (HEALTH, "Others can read it over a shoulder. Say what to do, and nothing of anybody’s health.")
_LISTS = (_OF_HEALTH, (ALARMING, "Say calmly what to do and by when."))


@dataclass(frozen=True, slots=True)
class Fault:
    """`words`: what stands there; `instead`: what to do, in a sentence."""

    words: str
    instead: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """Words by which people of the list are called: for sure, or where they may mean something else."""

    surely: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


def faults(text: str, *, part: Part, language: str, known: Known = NOTHING, named: Named | None = None) -> list[Fault]:
    """All that is wrong with the title or the body of a notice, what stops it first."""
    found = [*_length(text, part), *_unfilled(text), *_names(named or Named()), *_plain(text, language, known)]
    found += _listed(known.without_terms(text, language), language)
    return sorted(dict.fromkeys(found), key=lambda fault: not fault.hard)


def telltale(text: str, *, language: str, known: Known, named: Named) -> list[Fault]:
    """What of it would tell others of somebody. In Arabic, which has no capital letters, a word may mean too much else
    to count by itself."""
    names = (each for each in _names(named) if each.hard or language != "ar")
    return [*names, *_found(known.without_terms(text, language), language, *_OF_HEALTH)]


def _length(text: str, part: Part) -> Iterator[Fault]:
    if not text.strip():
        yield Fault("", f"Write the {part}.")
    if (over := len(text) - MOST[part]) > 0:
        yield Fault(
            text[MOST[part] :],
            f"A {part} has at most {MOST[part]} characters, or phones cut it off. Take {over} away.",
        )


def _unfilled(text: str) -> Iterator[Fault]:
    for match in _GAP.finditer(text):
        yield Fault(match[0], "Write here what it is.")


def _names(named: Named) -> Iterator[Fault]:
    for words in named.surely:
        yield Fault(words, "Somebody of the list is called that. Leave people’s names out: anybody can read a phone.")
    for words in named.perhaps:
        yield Fault(words, "If this is a person’s name, leave it out: anybody can read a phone.", hard=False)


def _plain(text: str, language: str, known: Known) -> Iterator[Fault]:
    """On a lock screen small letters are a must, abbreviations too."""
    for each in findings(text, field="", language=language, known=known):
        if each.kind == Kind.CAPITALS:
            yield Fault(each.words, "Write it in small letters, or explain it among the event’s words.")
        else:
            yield Fault(each.words, each.instead, each.hard)


def _listed(bare: str, language: str) -> Iterator[Fault]:
    for lists, instead in _LISTS:
        yield from _found(bare, language, lists, instead)


def _found(bare: str, language: str, lists: Mapping[str, str], instead: str) -> Iterator[Fault]:
    for match in _pattern(lists[language], language).finditer(bare):
        yield Fault(match[1], instead)


@cache
def _pattern(words: str, language: str) -> Pattern[str]:
    return any_of(["|".join(as_written(each) for each in words.split(","))], language)


def placeholders(text: str) -> list[Fault]:
    """What is wrong with those of a template."""
    try:
        fields = [each for each in Formatter().parse(text) if each[1] is not None]
    except ValueError:
        return [Fault(text, "A curly bracket has no other half.")]
    wrong = [name or "" for _, name, form, turned in fields if name not in PLACEHOLDERS or form or turned]
    return [Fault(f"{{{name}}}", f"A template may have {_choice(PLACEHOLDERS)}.") for name in dict.fromkeys(wrong)]


def _choice(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
