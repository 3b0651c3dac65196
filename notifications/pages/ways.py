"""What the page says of text messages and e-mails: where they go, the code that is waited for, what was wrong."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from notifications.addresses import is_on, masked
from notifications.confirming import codes
from notifications.confirming.rules import Refusal, State
from notifications.models import Channel, Recipient
from notifications.pages.words import WORDS

FIELDS = {Channel.SMS: ("tel", "tel"), Channel.EMAIL: ("email", "email")}  # its type, and what a browser fills in


@dataclass(frozen=True, slots=True)
class Refused:
    """What somebody typed in, and why it is not taken."""

    channel: Channel
    typed: str
    why: Refusal

    @property
    def of_code(self) -> bool:
        return self.why in {Refusal.WRONG, Refusal.OVER}


@dataclass(frozen=True, slots=True)
class Way:
    """`on`: where messages go now; `waits`: that a code went there; both sentences, or "". `wrong` is of the address,
    `wrong_code` of the code. `typed`: to be put right."""

    name: str
    word: str
    hint: str
    kind: str
    filled: str
    on: SafeString | str = ""
    waits: SafeString | str = ""
    failed: bool = False
    typed: str = ""
    wrong: str = ""
    wrong_code: str = ""


def channels() -> list[Channel]:
    """On which something goes out from here."""
    return [each for each in (Channel.SMS, Channel.EMAIL) if is_on(each)]


def ways_of(recipient: Recipient, language: str, refused: Refused | None, *, now: datetime) -> list[Way]:
    return [_way(recipient, each, language, refused, now) for each in channels()]


def _way(recipient: Recipient, channel: Channel, language: str, refused: Refused | None, now: datetime) -> Way:
    words, name = WORDS[language], channel.value
    address = getattr(recipient, codes.FIELDS[channel])
    waits, before = codes.waiting(recipient, channel, now=now), codes.last(recipient, channel)
    kind, filled = FIELDS[channel]
    mine = refused if refused and refused.channel == channel else None
    said = words[mine.why] if mine else ""
    return Way(
        name=name,
        word=words[f"{name}_word"],
        hint=words[f"{name}_hint"],
        kind=kind,
        filled=filled,
        on=_told(words["way_on"], address),
        waits=_told(words["code_sent"], waits.address) if waits else "",
        failed=before is not None and before.state == State.FAILED,
        typed=mine.typed if mine and not mine.of_code else "",
        wrong=said if mine and not mine.of_code else "",
        wrong_code=said if mine and mine.of_code else "",
    )


def _told(sentence: str, address: str) -> SafeString | str:
    """Numbers and addresses are read from left to right in every language."""
    return format_html(sentence, at=format_html('<bdi dir="ltr">{}</bdi>', masked(address))) if address else ""
