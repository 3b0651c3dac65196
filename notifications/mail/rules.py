"""What a mail server's answer means. Pure."""

from datetime import datetime

from notifications.push.rules import Outcome, later
from notifications.rules import State


def outcome(code: int | None, *, ours: bool, tries: int, now: datetime, dice: float) -> Outcome:
    """`code`: what it said, None when it was away or said nothing; `ours`: it takes nothing from us at all.

    It is tried until it is of no use any more: a server may be away for an hour. What was taken although no answer came
    is there twice then, under one Message-ID, by which programs show it once.
    """
    if code is not None and 500 <= code < 600 and not ours:
        return Outcome(State.FAILED_PERM)
    return Outcome(State.FAILED_TEMP, wait=later(tries, now=now, dice=dice), ours=ours)
