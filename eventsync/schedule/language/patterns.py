"""Words as they stand in texts: with the endings, and the little words in front, that each language gives them."""

import re
import unicodedata
from collections.abc import Iterable

_UNSEEN = {"Mn", "Cf"}  # vowel signs of Arabic, marks of direction
_BEFORE = {"ar": "[وف]?(?:[بكل]?ال|لل|[بكل])?"}
_AFTER = {"en": "(?:s|es|'s)?", "es": "(?:s|es)?", "fi": r"\w*", "ar": ""}
_SHORT = 3  # letters: an ending of any kind would make other words of it


def plain(text: str) -> str:
    """The same text with one way to write each letter. Not for counting: it may be shorter."""
    if text.isascii():
        return text
    shown = (each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each) not in _UNSEEN)
    return "".join(shown).replace("ـ", "").replace("’", "'")


def any_of(patterns: Iterable[str], language: str) -> re.Pattern[str]:
    """Finds whole words in plain text: the first of these in group 1, the second in group 2, and so on."""
    groups = "|".join(f"({each})" for each in patterns)
    return re.compile(rf"(?<!\w){_BEFORE.get(language, '')}(?:{groups})(?!\w)", re.IGNORECASE)


def as_written(words: str) -> str:
    """The pattern of one or several words; a star is any ending."""
    return r"\s+".join(re.escape(each).replace(r"\*", r"\w*") for each in plain(words).split())


def inflected(words: str, language: str) -> str:
    """The same, with the usual endings."""
    short = len(words) <= _SHORT
    return as_written(words) + ("" if short else _AFTER[language])
