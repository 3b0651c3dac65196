"""What a device says of itself with each push: how much it holds, since when, and how it fares (protocol 3).

Nothing here is worth losing a batch for: what makes no sense leaves what was known.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from eventsync.jobs.alerts import alert_if_possible
from eventsync.jobs.rules import Partition
from eventsync.sync.models import Device
from eventsync.sync.registry import registry
from eventsync.sync.rules import SUSPECT
from eventsync.sync.wire import MAX_INTEGER, Envelope, read_time

_FIRST_PHONES = datetime(2000, 1, 1, tzinfo=UTC)  # nothing was recorded before, whatever a clock says
_MOST_PENDING = 2**31 - 1
_LONGEST_NAME = 100


def heard(envelope: Envelope, *, skew: timedelta | None, received_at: datetime) -> dict[str, Any]:
    """The columns of `Device` that this push changes, and their values."""
    said: dict[str, Any] = {"heard_at": received_at}
    said |= {name: value for name, sound in _SOUND.items() if sound(value := getattr(envelope, name))}
    match envelope.oldest_unsent:
        case None:
            said["oldest_unsent"] = None
        case str() as text if (moment := _recorded(text, skew, received_at)) is not None:
            said["oldest_unsent"] = moment
    return said


def _whole(most: int) -> Callable[[object], bool]:
    return lambda value: type(value) is int and 0 <= value <= most  # True is an int, too


_SOUND: dict[str, Callable[[object], bool]] = {
    "pending": _whole(_MOST_PENDING),
    "roster_version": _whole(MAX_INTEGER),
    "storage_persisted": lambda value: isinstance(value, bool),
    "battery": _whole(100),
    "holder": lambda value: isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= _LONGEST_NAME,
}


def _recorded(text: str, skew: timedelta | None, received_at: datetime) -> datetime | None:
    """When it was, by our clock; None when that cannot be."""
    try:
        moment = read_time(text)
        if skew is not None and abs(skew) > SUSPECT:
            moment += skew
    except (ValueError, OverflowError):
        return None
    return min(moment, received_at) if _FIRST_PHONES <= moment <= received_at + SUSPECT else None


def mismatch(device: Device, stream: object, *, now: datetime) -> None:
    """Raises an alert, one for each device and stream, when a copy that was pulled does not add up (protocol 4.5)."""
    if stream is msgspec.UNSET or stream not in registry.readable(device):
        return
    alert_if_possible(
        kind="checksum_mismatch",
        subject=f"{device.id} {stream}",
        message=f"{device} had a copy of {stream} that did not add up, and pulls it anew. Nothing that it recorded "
        "is touched. When this comes again, the server's copy may be wrong: run manage.py audit.",
        now=now,
        of=Partition(device.event_id, device.venue_id),
    )
