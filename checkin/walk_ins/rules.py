"""Pure decisions: who on the list may be the same person as somebody who came without being on it.

`frontend/src/rules/likeness.ts` is the TypeScript twin; both run `tests/contract/vectors/likeness.json`.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

EQUAL, ONE_LETTER, BEGINNING, TWO_LETTERS, INITIAL = 100, 85, 80, 70, 60
ENOUGH = 75
SAME_DELEGATION = 10
SHORTEST_BEGINNING = 3
MOST_WORDS, MOST_LETTERS = 12, 30  # of a name; what comes after tells nobody apart


class Named(NamedTuple):
    """Somebody as they are compared: search_key of the name and of the delegation."""

    id: str
    search: str
    group: str


class Likeness(NamedTuple):
    """Who it may be, and how alike they are: at least ENOUGH, at most EQUAL + SAME_DELEGATION."""

    id: str
    points: int


def words_of(search: str) -> list[str]:
    return [word[:MOST_LETTERS] for word in search.split()[:MOST_WORDS]]


@lru_cache(maxsize=200_000)
def word_points(one: str, other: str) -> int:
    """How alike two words are, typing errors and short forms allowed for: 0 when they are two words."""
    if one == other:
        return EQUAL
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return INITIAL if long.startswith(short) else 0
    edits = _edits(one, other, most=2 if len(long) >= 8 else 1 if len(long) >= 4 else 0)
    if edits == 1:
        return ONE_LETTER
    if len(short) >= SHORTEST_BEGINNING and long.startswith(short):
        return BEGINNING
    return TWO_LETTERS if edits == 2 else 0


def name_points(one: Sequence[str], other: Sequence[str]) -> int:
    """How alike two names are, in whatever order their words are. One word must be right but for a letter, or begin
    the other."""
    if "".join(one) == "".join(other):
        return EQUAL
    pairs = [(-word_points(a, b), i, j) for i, a in enumerate(one) for j, b in enumerate(other)]
    left, right, total, close = set(range(len(one))), set(range(len(other))), 0, False
    for minus, i, j in sorted(pairs):
        if minus and i in left and j in right:
            left.remove(i)
            right.remove(j)
            total -= minus
            close |= -minus >= BEGINNING
    return 2 * total // (len(one) + len(other)) if close else 0


def _edits(one: str, other: str, *, most: int) -> int | None:
    """How many letters were left out, added, mistaken or swapped with the next; None when more than `most`."""
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return None
    before, row = [0], list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        oldest, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, oldest[j - 2] + 1)
            row.append(best)
    return row[-1] if row[-1] <= most else None


class LikelyPeople:
    """The list, ready to be asked. Built once; a question looks at those alone who share a word, as far as it can be
    told, so it does not grow with the list but with how common a name is."""

    def __init__(self, people: Iterable[Named]) -> None:
        self._people: list[tuple[Named, list[str]]] = [(person, words_of(person.search)) for person in people]
        self._by_word: dict[str, list[int]] = {}
        self._by_whole: dict[str, list[int]] = {}
        for at, (_, words) in enumerate(self._people):
            self._by_whole.setdefault("".join(words), []).append(at)
            for word in set(words):
                self._by_word.setdefault(word, []).append(at)
        self._misspelt: dict[str, list[str]] = {}
        self._beginnings: dict[str, list[str]] = {}
        for word in self._by_word:
            self._beginnings.setdefault(word[:SHORTEST_BEGINNING], []).append(word)
            for less in _one_letter_less(word):
                self._misspelt.setdefault(less, []).append(word)

    def like(self, whom: Named, limit: int) -> list[Likeness]:
        """The likeliest, who is most alike first; never `whom`."""
        words = words_of(whom.search)
        found = []
        for at in self._candidates(words):
            person, theirs = self._people[at]
            alike = name_points(words, theirs)
            points = alike + SAME_DELEGATION * (bool(whom.group) and whom.group == person.group)
            if alike and points >= ENOUGH and person.id != whom.id:
                found.append((-points, person.search, person.id))
        return [Likeness(key, -minus) for minus, _, key in sorted(found)[:limit]]

    def _candidates(self, words: Sequence[str]) -> set[int]:
        close = {near for word in words for near in self._near(word)}
        whole = self._by_whole.get("".join(words), ()) if words else ()
        return {at for word in close for at in self._by_word.get(word, ())}.union(whole)

    def _near(self, word: str) -> Iterator[str]:
        """Words of the list that are this one but for a letter, begin it, or begin with it."""
        yield word
        for variant in (word, *_one_letter_less(word)):
            yield variant
            yield from self._misspelt.get(variant, ())
        yield from (word[:length] for length in range(SHORTEST_BEGINNING, len(word)))
        if len(word) >= SHORTEST_BEGINNING:
            yield from (
                other for other in self._beginnings.get(word[:SHORTEST_BEGINNING], ()) if other.startswith(word)
            )


def _one_letter_less(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))] if len(word) > 1 else []
