"""What a push service is asked for, and what its answer means. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from notifications.rules import Importance, State

SHORTEST, LONGEST = timedelta(seconds=60), timedelta(hours=12)  # that a push service keeps it for a phone that is off
MOST = 2_700  # bytes of a payload: some services take no more
TRIES = 6
WAITS = tuple(timedelta(seconds=each) for each in (30, 60, 120, 300, 600))
AT_MOST = timedelta(hours=1)  # that a push service can make us wait
SPREAD = 0.2  # what was turned away together does not come back together
URGENCY: Mapping[Importance, str] = {
    Importance.CRITICAL: "high",
    Importance.BIG: "normal",
    Importance.NORMAL: "low",
}
OURS = {400, 401, 403}  # what we sent was wrong: our key, or our clock


def ttl(*, expires_at: datetime, now: datetime) -> int:
    """Seconds. Never 0, which means: throw it away unless the phone is there right now."""
    return int(min(max(expires_at - now, SHORTEST), LONGEST).total_seconds())


def topic(tag: str) -> str:
    """24 characters of base64url: a newer push of the same topic takes the place of one that still waits."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:18]).decode()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a delivery. `wait`: until it is tried again; `gone`: the browser will never hear of us again;
    `too_long`: fewer words may be taken; `ours`: a person must look at it."""

    state: State
    wait: timedelta | None = None
    gone: bool = False
    too_long: bool = False
    ours: bool = False


def outcome(status: int | None, *, retry_after: str, tries: int, now: datetime, dice: float) -> Outcome:
    """`status`: None when there was no answer; `tries`: with this one; `dice`: from 0 to 1."""
    if status is not None and 200 <= status < 300:
        return Outcome(State.ACCEPTED)
    if status in {404, 410}:
        return Outcome(State.FAILED_PERM, gone=True)
    if status == 413:
        return Outcome(State.FAILED_PERM, too_long=True)
    passes = status is None or status in {408, 429} or status >= 500 or status in OURS
    if not passes or tries >= TRIES:
        return Outcome(State.FAILED_PERM, ours=status in OURS)
    wait = later(tries, retry_after=retry_after, now=now, dice=dice)
    return Outcome(State.FAILED_TEMP, wait=wait, ours=status in OURS)


def later(tries: int, *, retry_after: str = "", now: datetime, dice: float) -> timedelta:
    """How long to wait after so many tries, and no shorter than we were asked to."""
    return max(WAITS[min(tries, len(WAITS)) - 1], _asked(retry_after, now)) * (1 + SPREAD * dice)


def _asked(retry_after: str, now: datetime) -> timedelta:
    """Retry-After is seconds or a date; whatever else it says asks for nothing."""
    said = retry_after.strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:6])), AT_MOST)
    try:
        return min(max(parsedate_to_datetime(said) - now, timedelta(0)), AT_MOST)
    except (TypeError, ValueError):  # no date, or one without a zone
        return timedelta(0)
