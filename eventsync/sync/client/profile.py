"""What this device is, and so what it may keep for how long."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from eventsync.sync.client.messages import read_time, write_time
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records

NAMELESS = "attendance:"  # where people stand and who is counted, by ids: what lets a device go on recording codes


def profile_of(outbox: Outbox, records: Records) -> Mapping[str, Any]:
    """`{name, retain_hours, roster_hours}` as its own stream says, else as its enrolment did; empty before that."""
    device = outbox.recall("device")
    _, followed = records.live(f"device:{device}").get(("profile", device), (0, None))
    return followed or outbox.recall("profile") or {}


def erase_expired(outbox: Outbox, records: Records, now: datetime) -> None:
    """Erases the lists that name people when the server was not heard for `roster_hours`, by this device's own clock.

    It may be lost (protocol 7.7). The outbox stays.
    """
    hours = profile_of(outbox, records).get("roster_hours", 0)
    heard_at = read_time(outbox.recall_or_make("heard_at", lambda: write_time(now)))
    # A time to come says that the clock was set back, not that time has passed.
    if hours > 0 and now - heard_at >= timedelta(hours=hours):
        for stream in records.streams():
            if not stream.startswith(NAMELESS):
                records.erase(stream)
