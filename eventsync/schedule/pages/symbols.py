"""Symbols of activities: one symbol, one meaning, always beside its word. The front end's build brings the drawings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

_KNOWN: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "symbols.json").read_text(encoding="utf-8"))
"""By key: `openmoji`, the code of the drawing, and the word in each language. A key keeps its meaning for ever."""

KEYS = tuple(_KNOWN)
OPENMOJI, LICENCE = "https://openmoji.org/", "https://creativecommons.org/licenses/by-sa/4.0/"


@dataclass(frozen=True, slots=True)
class Picture:
    """`file`: the address of the drawing. `in_title`: the title is the very word."""

    word: str
    file: str
    in_title: bool = False


def picture_of(key: str, language: str, *, title: str = "") -> Picture | None:
    """None where the organisers' word is none of ours."""
    known = _KNOWN.get(key)
    if known is None:
        return None
    word = known[language]
    return Picture(word, _file(known), in_title=title.casefold() == word.casefold())


def choices(current: str) -> list[tuple[str, str]]:
    """For the desk: the word of each. What a file brought that is none of ours stays, and says so."""
    known = sorted((known["en"], key) for key, known in _KNOWN.items())
    other = [(current, f"{current} (no picture)")] if current and current not in _KNOWN else []
    return [("", "No picture"), *other, *((key, word) for word, key in known)]


def _file(known: Mapping[str, str]) -> str:
    return f"{settings.STATIC_URL}dist/schedule/{known['openmoji']}.svg"
