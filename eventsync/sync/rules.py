"""Pure decisions of the engine: whose clock to believe."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# More than this between a device's clock and ours is worth a flag, and worth correcting.
SUSPECT = timedelta(seconds=120)
AROUND_EVENT = timedelta(days=1)
# No clock was right before; and the calendar ends so near year 1 that time zones fall off it.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timing:
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
    if correction is None and skew is not None and abs(skew) > SUSPECT:
        correction = skew
    try:
        claimed = occurred_at + (correction or timedelta())
    except OverflowError:
        claimed = received_at
    corrected = max(EARLIEST, min(claimed, received_at))
    doubts = [abs(doubt) > SUSPECT for doubt in (offset, skew) if doubt is not None]
    outside = dates is not None and not (dates[0] - AROUND_EVENT <= corrected <= dates[1] + AROUND_EVENT)
    return Timing(corrected, any(doubts) or outside or claimed - received_at > SUSPECT)
