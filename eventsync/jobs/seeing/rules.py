"""When a measure is an alert, and when it is none any more: pure decisions, `now` is a parameter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

GAP = timedelta(minutes=2)  # unseen for longer, nobody knows what it was in between
_UNUSUAL = 6  # times what is usual
_SMALLEST = 50  # below that, growth is no trouble


@dataclass(frozen=True, slots=True)
class Limit:
    """`above` it for `lasting` is an alert of this kind; `below` it for `calm` is the end of that.

    The two values apart keep a measure that hovers about one of them from raising and clearing all the time.
    `sentence` says it to a person: {value}, and {subject}, which is what of the measure it is about.
    """

    kind: str
    measure: str
    above: float
    lasting: timedelta
    below: float
    calm: timedelta
    sentence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is remembered of one subject under a limit.

    `since`: how long the measure has said the contrary of `alerting`, without a break. `seen`: when it was last read.
    """

    alerting: bool = False
    since: datetime | None = None
    seen: datetime | None = None


def judge(limit: Limit, before: Standing, *, value: float, now: datetime) -> Standing:
    """What is to be remembered after the measure was read."""
    contrary = value < limit.below if before.alerting else value > limit.above
    if not contrary:
        return Standing(before.alerting, None, now)
    unbroken = before.since is not None and before.seen is not None and now - before.seen <= GAP
    since = min(before.since, now) if unbroken and before.since else now
    if now - since >= (limit.calm if before.alerting else limit.lasting):
        return Standing(not before.alerting, None, now)
    return Standing(before.alerting, since, now)


def unusual_growth(depths: Sequence[float], *, steps: int) -> float:
    """How much the last of these grew within the last `steps` of them, if that is not usual; else 0.

    Unusual: never falling, at least 50, and six times the median change within as many steps before.
    """
    last = depths[-steps - 1 :]
    if len(last) <= steps or any(after < before for before, after in pairwise(last)):
        return 0
    growth = last[-1] - last[0]
    earlier = depths[:-steps]
    changes = [abs(after - before) for before, after in zip(earlier, earlier[steps:], strict=False)]
    usual = median(changes) if changes else 0
    return growth if growth >= max(_SMALLEST, _UNUSUAL * usual) else 0
