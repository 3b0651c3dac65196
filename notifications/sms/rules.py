"""How long a text message is, as networks count it, and what a gateway's answer means. Pure."""

from collections.abc import Iterator
from datetime import datetime

from notifications.push.rules import TRIES, Outcome, later
from notifications.rules import Importance, State

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


def asks(importance: Importance, *, must_acknowledge: bool) -> bool:
    """Whether a text message has an address by which somebody can say that they read it; it makes one dearer."""
    return must_acknowledge or importance == Importance.CRITICAL


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


OURS = {401, 403, 404}  # we are not who may send there, or ask at the wrong address
_PASSES = {408, 429, 503}  # it took nothing, and will


def outcome(status: int | None, *, gone: bool, retry_after: str, tries: int, now: datetime, dice: float) -> Outcome:
    """`status`: None when there was no answer, `gone`: to what was sent. As for pushes, but that a text message which
    may have been taken is not sent again: whoever asked for it twice would have it twice."""
    if status is not None and 200 <= status < 300:
        return Outcome(State.ACCEPTED)
    wait = later(tries, retry_after=retry_after, now=now, dice=dice)
    if gone or (status is not None and status >= 500 and status not in _PASSES):
        return Outcome(State.UNCERTAIN, wait=wait)
    ours = status is not None and (status in OURS or status < 400)
    passes = status is None or status in _PASSES or ours
    if not passes or tries >= TRIES:
        return Outcome(State.FAILED_PERM, ours=ours)
    return Outcome(State.FAILED_TEMP, wait=wait, ours=ours)
