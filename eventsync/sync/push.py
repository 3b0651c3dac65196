"""Push: a batch of operations goes in, a verdict for each comes out, and both survive any repeat.

One transaction for a batch. Trouble of the database (locks, connections, a full disk) is never a verdict: the whole
batch is tried again, then the device is told to come back. Any other error is somebody's bug: the batch is halved
until the culprit is alone.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import structlog
from django.db import Error, IntegrityError, connection
from django.utils import timezone

from eventsync.jobs import correlation, spans
from eventsync.jobs.alerts import alert_if_possible
from eventsync.jobs.rules import Partition
from eventsync.sync import heartbeat
from eventsync.sync.batch import Result, apply_batch
from eventsync.sync.errors import ApiError
from eventsync.sync.marker import keeper
from eventsync.sync.models import Device
from eventsync.sync.putting_off import put_off
from eventsync.sync.registry import Incoming, Quarantine, registry
from eventsync.sync.streams import StreamNotLocked
from eventsync.sync.triage import Arrival, Item, triage
from eventsync.sync.trouble import is_trouble
from eventsync.sync.wire import Received, read_envelope, read_operation, read_time, to_milliseconds, write_time

T = TypeVar("T")

log = structlog.get_logger(__name__)

# Seconds. With the longest wait for a lock (5, in eventsync/environment.py) less than a phone waits for us (20).
PATIENCE = 8
_FIRST_PAUSE = 0.05
_RETRY_AFTER = 5


def push(*, pusher: Device, body: bytes, received_at: datetime) -> dict[str, Any]:
    """The answer to a push (protocol 3); ApiError `malformed`, `too_large` or `unavailable`; Full."""
    envelope = read_envelope(body)
    received = [read_operation(bytes(raw)) for raw in envelope.operations]
    if received:
        correlation.rename(received[0].id)
    now = to_milliseconds(received_at)
    event = registry.describe(pusher.event_id)
    skew = _skew(envelope.sent_at, now)
    arrival = Arrival(pusher, now, skew, event, heartbeat.heard(envelope, skew=skew, received_at=now))
    later = put_off(received)
    verdicts = iter(deliver([each for each in received if each.id not in later], arrival))
    results = [Result(each.id, "retry", each.hash) if each.id in later else next(verdicts) for each in received]
    heartbeat.mismatch(pusher, envelope.checksum_mismatch, now=now)
    return {"server_time": write_time(timezone.now()), "results": [result.wire() for result in results]}


def deliver(received: Sequence[Received], arrival: Arrival) -> list[Result]:
    """The verdicts on these operations by position, committed; ApiError `unavailable`."""
    began = time.monotonic()
    told: spans.Says = {"eventsync.device": str(arrival.pusher.id), "eventsync.operations": len(received)}
    with spans.span("push", told):
        results = _settle(triage(received, arrival), arrival, until=began + PATIENCE)
    keeper.keep_up()
    if results:
        _say(results, arrival, time.monotonic() - began)
    return results


def _say(results: Sequence[Result], arrival: Arrival, seconds: float) -> None:
    """One line for a batch: a line for each operation would cost more than the operation."""
    log.info(
        "push.applied",
        device=str(arrival.pusher.id),
        operations=[each.id for each in results],
        verdicts=dict(Counter(each.verdict for each in results)),
        replayed=sum(each.replayed for each in results),
        ms=round(seconds * 1000, 1),
    )


def _skew(sent_at: str | None, received_at: datetime) -> timedelta | None:
    try:
        return received_at - read_time(sent_at) if sent_at is not None else None
    except ValueError as error:
        raise ApiError("malformed", "sent_at is not an RFC 3339 time.") from error


def _settle(items: Sequence[Item], arrival: Arrival, *, until: float) -> list[Result]:
    try:
        return _batch(items, arrival, until=until)
    except ApiError:
        raise
    except Exception as error:
        if not items:
            raise
        if len(items) > 1:
            middle = len(items) // 2
            return _settle(items[:middle], arrival, until=until) + _settle(items[middle:], arrival, until=until)
        log.exception("push.quarantined", operation=items[0].received.id, kind=_kind(items[0]))
        reason = Quarantine("handler_error", f"The server failed on it ({type(error).__name__}); somebody will look.")
        results = _batch([msgspec.structs.replace(items[0], judged=reason)], arrival, until=until)
        _tell(items[0], error, arrival)
        return results


def _kind(item: Item) -> str:
    return item.judged.kind if isinstance(item.judged, Incoming) else ""


def _tell(item: Item, error: Exception, arrival: Arrival) -> None:
    about = item.received.id
    message = f"The server failed on an operation ({type(error).__name__}); it is in quarantine: {about}."
    of = Partition(item.author.event_id, item.author.venue_id)
    alert_if_possible(kind="handler_error", subject=about, message=message, now=arrival.received_at, of=of)


def _batch(items: Sequence[Item], arrival: Arrival, *, until: float) -> list[Result]:
    return retried(lambda: with_all_locks(lambda streams: apply_batch(items, arrival, also_lock=streams)), until=until)


def with_all_locks(attempt: Callable[[frozenset[str]], T]) -> T:
    """Tries with these streams locked too, until the attempt writes to no other."""
    streams: set[str] = set()
    while True:
        try:
            return attempt(frozenset(streams))
        except StreamNotLocked as missing:
            if missing.stream in streams:
                raise
            streams.add(missing.stream)


def retried(attempt: Callable[[], T], *, until: float) -> T:
    """Tries again after errors that say nothing of the batch: locks, lost connections, one lost race for an id."""
    pause, raced = _FIRST_PAUSE, False
    while True:
        try:
            return attempt()
        except IntegrityError:
            if raced:
                raise
            raced = True
        except Error as error:
            if not is_trouble(error):
                raise
            if time.monotonic() + pause > until:
                log.warning("push.sent_away", exc_info=error)
                message = "The server is busy. The phone will send this again by itself."
                raise ApiError("unavailable", message, retry_after=_RETRY_AFTER) from error
            time.sleep(pause)
            pause *= 2
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
