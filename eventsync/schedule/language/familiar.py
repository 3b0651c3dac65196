"""Whether somebody who knows the common words of English knows this one: its forms, and how the British spell it."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

_ENDINGS = (
    ("", ""), ("'s", ""), ("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ied", "y"), ("ing", ""),
    ("ing", "e"), ("er", ""), ("r", ""), ("est", ""), ("ly", ""),
)  # fmt: skip
_BRITISH = (("our", "or"), ("tre", "ter"), ("ise", "ize"), ("yse", "yze"), ("ogue", "og"), ("ll", "l"), ("mme", "m"))
_SHORTEST = 3  # letters of a word that may be rare


def is_familiar(word: str, common: AbstractSet[str]) -> bool:
    """`word` and the `common` ones in small letters."""
    if len(word) < _SHORTEST or word in common:
        return True
    return any(each in common for form in _forms(word) for each in _spelt(form))


def _forms(word: str) -> Iterator[str]:
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            yield stem + instead
            if ending and len(stem) > _SHORTEST and stem[-1] == stem[-2]:  # jogging
                yield stem[:-1]


def _spelt(word: str) -> Iterator[str]:
    yield word
    for british, american in _BRITISH:
        if british in word:
            yield word.replace(british, american)
