"""Pure decisions of the engine: whose clock to believe."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

# More than this between a device's clock and ours is worth a flag, and worth correcting.
SUSPECT = timedelta(seconds=120)
AROUND_EVENT = timedelta(days=1)
# No clock was right before; and the calendar ends so near year 1 that time zones fall off it.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class Timing(NamedTuple):
    """When an operation happened, in server time, and whether the clocks give reason to doubt it."""

    corrected: datetime
    suspect: bool


def corrected_time(
    *,
    occurred_at: datetime,
    offset: timedelta | None,
    skew: timedelta | None,
    received_at: datetime,
    dates: tuple[datetime, datetime] | None,
) -> Timing:
    """The earlier of the corrected claim and the time of receipt.

    `offset` is what the device believed at that moment (server minus device; None: it never heard a server), `skew` is
    what we see now from `sent_at` (None: the author is not who pushes), `dates` are the event's first and last moment.
    """
    correction = offset
    if correction is None and _suspect(skew):
        correction = skew
    try:
        claimed = occurred_at + correction if correction else occurred_at
    except OverflowError:
        claimed = received_at
    corrected = max(EARLIEST, min(claimed, received_at))
    doubtful = _suspect(offset) or _suspect(skew) or claimed - received_at > SUSPECT
    outside = dates is not None and not (dates[0] - AROUND_EVENT <= corrected <= dates[1] + AROUND_EVENT)
    return Timing(corrected, doubtful or outside)


def _suspect(doubt: timedelta | None) -> bool:
    return doubt is not None and abs(doubt) > SUSPECT
