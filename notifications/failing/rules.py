"""What it means that a delivery failed for good. Pure.

What people do not want any more has failed, too, but nobody need do anything about it: deliveries.close says so.
"""

from enum import StrEnum

from notifications.push.rules import OURS as OF_PUSHES
from notifications.push.rules import TRIES
from notifications.rules import Channel
from notifications.sms.rules import OURS as OF_TEXTS

OFF = "It was switched off on this server that any go out on this way."  # a delivery's error
MISSED = "It did not go out before it was of no use any more."  # the same


class Failure(StrEnum):
    REFUSED = "refused"  # whoever brings it takes it to others, but not to this number, address or browser
    OURS = "ours"  # they take nothing from us
    AWAY = "away"  # they were away, or too busy, at each try
    BROKEN = "broken"  # what a browser or an address says of itself cannot be used
    TOO_LONG = "too_long"  # not even the fewest words are taken
    OFF = "off"  # it was switched off that any go out from this server
    MISSED = "missed"  # nobody took it before it was of no use any more


_OURSELVES = {OFF: Failure.OFF, MISSED: Failure.MISSED}


def failure_of(channel: Channel, status: int | None, *, error: str, tries: int) -> Failure:
    """`status`: the last answer, None when there was none."""
    if error in _OURSELVES:
        return _OURSELVES[error]
    return {Channel.PUSH: _of_push, Channel.SMS: _of_text, Channel.EMAIL: _of_mail}[channel](status, tries)


def _of_push(status: int | None, tries: int) -> Failure:
    if status is None:
        return Failure.AWAY if tries >= TRIES else Failure.BROKEN
    if status == 413:
        return Failure.TOO_LONG
    if status in OF_PUSHES:
        return Failure.OURS
    return Failure.AWAY if status in {408, 429} or status >= 500 else Failure.REFUSED


def _of_text(status: int | None, tries: int) -> Failure:
    if status is None or status in {408, 429, 503}:
        return Failure.AWAY
    return Failure.OURS if status < 400 or status in OF_TEXTS else Failure.REFUSED


def _of_mail(status: int | None, tries: int) -> Failure:
    """A server that is away is tried until it is of no use any more."""
    return Failure.BROKEN if status is None else Failure.REFUSED
