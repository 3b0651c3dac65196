"""When what is critical climbs a rung with somebody, and when somebody is called again. Pure: `now` is a parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SHOWN_WITHIN = timedelta(minutes=5)
READ_WITHIN = timedelta(minutes=15)
AGAIN = tuple(timedelta(minutes=each) for each in (5, 10, 20))  # after the first, the second, each later try


class Rung(StrEnum):
    TEXT = "text"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How far a critical notice has come with somebody.

    `pushed`: some phone of theirs may still show it; `shown`, `read`: as phones say. `texts`: whether a text message
    can go to them; `number`: whether they can be called. `texted`, `called`: that rung was taken, whatever came of it.
    """

    said_at: datetime
    until: datetime
    pushed: bool
    shown: bool = False
    read: bool = False
    texts: bool
    number: bool
    texted: bool = False
    called: bool = False


def rungs(known: Known, *, now: datetime) -> Mapping[Rung, datetime]:
    """Those that are still to be taken, and when; none once they have read it, or it is of no use any more.

    In UTC: what a clock on a wall does in between counts for nothing.
    """
    said_at, until = known.said_at.astimezone(UTC), known.until.astimezone(UTC)
    if known.read or now.astimezone(UTC) >= until:
        return {}
    found = {}
    if known.texts and not known.texted and not known.shown:
        found[Rung.TEXT] = said_at + (SHOWN_WITHIN if known.pushed else timedelta(0))
    if known.number and not known.called:
        found[Rung.CALL] = said_at + READ_WITHIN
    return {rung: at for rung, at in found.items() if at < until}


class Call(StrEnum):
    """Of a call that somebody is to make, each with its way in and its ways out."""

    OPEN = "open"  # in: nobody said that they read it; out: reached, wrong_number, read, over
    REACHED = "reached"  # in: somebody told them
    WRONG_NUMBER = "wrong_number"  # in: somebody else has that number, and hears nothing more from us
    READ = "read"  # in: they said that they read it, before anybody reached them
    OVER = "over"  # in: it is of no use any more, or they took their number away


class Outcome(StrEnum):
    """Of one try to call."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CALL_AGAIN = "call_again"  # they asked for it, or were cut off


ENDS = {Outcome.REACHED: Call.REACHED, Outcome.WRONG_NUMBER: Call.WRONG_NUMBER}


def again_at(tries: int, *, now: datetime) -> datetime:
    """When to try once more; `tries`: with this one."""
    return now + AGAIN[min(tries, len(AGAIN)) - 1]


def shared_out(calls: int, waiting: Mapping[int, int]) -> list[int | None]:
    """Who makes each of so many new calls: always whoever has the fewest. `waiting`: how many each has already.

    None where there is nobody to make them: whoever sees the list takes them.
    """
    has = dict(waiting)
    found: list[int | None] = []
    for _ in range(calls):
        whose = min(has, key=lambda each: (has[each], each), default=None)
        if whose is not None:
            has[whose] += 1
        found.append(whose)
    return found
