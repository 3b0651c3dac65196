"""How long a text message is, as networks count it. Pure."""

from collections.abc import Iterator

_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)  # GSM 03.38: seven bits each
_TWICE = frozenset("^{}\\[~]|€")  # there too, by two characters
_GSM, _UCS = (160, 153), (70, 67)  # characters of a message by itself, and of each part of a longer one
_LIKE = str.maketrans(
    {
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("–—‑", "-"),
        **dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", " "),
        "…": "...",
    }
)


def plain(text: str) -> str:
    """The same with simple quotation marks, dashes and spaces: one curly one would more than double what it costs."""
    return text.translate(_LIKE)


def segments(text: str) -> int:
    """How many messages it is billed as."""
    seven = all(each in _PLAIN or each in _TWICE for each in text)
    widths = list(_seven(text) if seven else _sixteen(text))
    whole, part = _GSM if seven else _UCS
    if sum(widths) <= whole:
        return 1
    count, room = 1, part
    for width in widths:  # what is written by two is not torn apart
        if width > room:
            count, room = count + 1, part
        room -= width
    return count


def _seven(text: str) -> Iterator[int]:
    return (2 if each in _TWICE else 1 for each in text)


def _sixteen(text: str) -> Iterator[int]:
    return (2 if ord(each) > 0xFFFF else 1 for each in text)
