"""What a file says of whether somebody is still expected: the words that we know, and no guesses."""

from checkin.models import Standing

_WORDS = {
    Standing.EXPECTED: ("", "expected", "paid"),
    Standing.CANCELLED: ("cancelled", "canceled"),
    Standing.UNPAID: ("unpaid", "not paid", "pending"),
}
_BY_WORD = {word: standing.value for standing, words in _WORDS.items() for word in words}


def standing_of(text: str) -> str | None:
    """The standing that a cleaned cell names; None when we do not know the word. An empty cell: expected."""
    return _BY_WORD.get(text.casefold())
