"""Sentences and words. The sentences of a text hold all of its words, each once and in order; spaces become one."""

from collections.abc import Iterator
from itertools import zip_longest

_STOPS = ".!?؟…"
_OPENERS, _CLOSERS = "\"'“”‘’«»([¿¡", "\"'“”‘’«»)]"

# After these a sentence goes on.
_ALWAYS = {
    "en": {"e.g.", "i.e.", "mr.", "mrs.", "ms.", "dr.", "prof.", "vs.", "approx."},
    "es": {"sr.", "sra.", "srta.", "dr.", "dra.", "prof.", "p.", "ej.", "p.ej.", "aprox.", "av.", "avda."},
    "fi": {"esim.", "n.", "ns.", "ts.", "mm.", "prof.", "vrt."},
    "ar": {"د.", "أ.", "م."},
}
# These end one as well, unless a small letter follows.
_SOMETIMES = {
    "en": {"etc.", "a.m.", "p.m.", "min.", "max.", "tel."},
    "es": {"etc.", "a.m.", "p.m.", "min.", "máx.", "tel.", "ud.", "uds."},
    "fi": {"jne.", "ym.", "yms.", "tms.", "min.", "puh.", "krs."},
    "ar": {"إلخ."},
}
# And these, unless a number follows.
_NUMBERED = {"en": {"no.", "nos.", "p."}, "es": {"no.", "n.º.", "núm."}, "fi": {"nro.", "s.", "klo."}, "ar": {"ص."}}


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text in one of our languages. A line ends one, too: titles and steps have no full stop."""
    return [sentence for line in text.splitlines() for sentence in _of_line(line.split(), language)]


def words(sentence: str) -> list[str]:
    """What is counted: whatever has a letter or a digit in it, between spaces."""
    return [token for token in sentence.split() if any(map(str.isalnum, token))]


def _of_line(tokens: list[str], language: str) -> Iterator[str]:
    begin = 0
    for end, (token, following) in enumerate(zip_longest(tokens, tokens[1:], fillvalue=""), 1):
        if not following or _ends(token, following, language):
            yield " ".join(tokens[begin:end])
            begin = end


def _ends(token: str, following: str, language: str) -> bool:
    """Whether the sentence ends between these two."""
    bare = token.rstrip(_CLOSERS)
    word = bare.rstrip(_STOPS).lstrip(_OPENERS)
    stops = bare[len(bare.rstrip(_STOPS)) :]
    first = following.lstrip(_OPENERS)[:1]
    if stops == ".":
        return _full(f"{word}.".casefold(), first, language)
    if not set(stops) & set("!?؟"):
        return bool(stops) and not first.islower()
    return True


def _full(word: str, first: str, language: str) -> bool:
    """Whether a full stop after this word ends the sentence before a word that begins with `first`."""
    if word in _ALWAYS[language]:
        return False
    if word in _SOMETIMES[language]:
        return not first.islower()
    if word in _NUMBERED[language]:
        return not first.isdigit()
    if word[:-1].isdigit():  # the fourth, in Finnish
        return not (first.islower() or (language == "fi" and first.isdigit()))
    return True
