"""Quarantine: what people can do about a body that could not be applied. Its bytes stay, whatever
they do; only those of a sealed kind go once it is applied."""

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from eventsync.jobs.publishing import publish
from eventsync.rows import bulk
from eventsync.sync import demanding
from eventsync.sync.batch import (
    ERASED,
    OPERATION_COLUMNS,
    Result,
    Visible,
    bared,
    members_of,
    operation_row,
    result_of,
    without_text,
)  # fmt: skip
from eventsync.sync.errors import ApiError
from eventsync.sync.events import OperationReopened
from eventsync.sync.models import Operation, Quarantined, Resolution, Verdict
from eventsync.sync.push import PATIENCE, retried, with_all_locks
from eventsync.sync.registry import Family, Incoming, Outcome, registry
from eventsync.sync.streams import Changes, device_stream, lock, roster_stream
from eventsync.sync.telling import place_of, tell
from eventsync.sync.triage import Arrival, Item, triage
from eventsync.sync.wire import read_operation

log = logging.getLogger(__name__)

_SETTLED_BEFORE = "It arrived again and was applied before: the verdict is {}."
_TAKEN = "Another operation with this id was stored before. This one stays aside."
_RACED = "Its author sent it at this very moment. Re-run it once more."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a re-run came to. `applied`: it is in the books now; `told`: a sentence for a person."""

    applied: bool
    told: str


@dataclass(frozen=True, slots=True)
class _Rerun:
    key: int
    item: Item
    arrival: Arrival
    by: str
    now: datetime


def rerun(row: Quarantined, *, by: str, now: datetime) -> Attempt:
    """Judges the stored bytes anew, as if they had just come from the same hands; applied at most once."""
    if told := _closed(row) or ("" if row.body else ERASED):
        return Attempt(applied=False, told=told)
    try:
        return _try(row, _read_again(row, by, now))
    except ApiError as error:  # the database stays busy
        return Attempt(applied=False, told=error.message)


def _try(row: Quarantined, asked: _Rerun) -> Attempt:
    try:
        return retried(
            lambda: with_all_locks(lambda streams: _attempt(asked, streams)), until=time.monotonic() + PATIENCE
        )
    except ApiError:
        raise
    except Exception as error:  # whatever bug a handler still has
        log.exception("Operation %s failed again in its handler", row.operation_id)
        return Attempt(applied=False, told=f"The server failed on it again ({type(error).__name__}).")


def _read_again(row: Quarantined, by: str, now: datetime) -> _Rerun:
    """From whoever brought it, at the time when it first came, with the clock that its bringer had then."""
    first = Operation.objects.filter(id=row.operation_id, body_hash=row.body_hash).first() or row
    pusher = first.carrier or first.device
    arrival = Arrival(pusher, first.received_at, _skew(row, first), registry.describe(pusher.event_id))
    [item] = triage([read_operation(bytes(row.body))], arrival)
    return _Rerun(row.pk, item, arrival, by, now)


def _skew(row: Quarantined, first: Operation | Quarantined) -> timedelta | None:
    """The clock is that of the hands which brought the bytes that were kept; others may have come with them later."""
    if row.skew_ms is None or (row.carrier_id, row.received_at) != (first.carrier_id, first.received_at):
        return None
    return timedelta(milliseconds=row.skew_ms)


def _attempt(asked: _Rerun, also_lock: frozenset[str]) -> Attempt:
    judged = asked.item.judged
    family = registry.kinds[judged.kind].family([judged]) if isinstance(judged, Incoming) else None
    streams = family.streams() if family else set()
    with transaction.atomic():
        heads = {device_stream(asked.item.author.id), roster_stream(asked.item.author.event_id)}  # erasing has it, too
        changes = lock({*heads, *streams, *also_lock})
        row = Quarantined.objects.select_for_update().get(pk=asked.key)
        stored = Operation.objects.select_for_update().filter(id=row.operation_id).first()
        if told := _why_not(row, stored, asked):
            return Attempt(applied=False, told=told)
        if stored and stored.verdict != Verdict.QUARANTINED:
            _resolve(row, asked)
            return Attempt(applied=True, told=_SETTLED_BEFORE.format(stored.verdict))
        return _decide(_without_erased(asked), row, stored, family, changes)


def _without_erased(asked: _Rerun) -> _Rerun:
    """As a push takes what is about somebody who was erased meanwhile: for the bare id, and without a text."""
    item = asked.item
    erased = registry.erased(item.author.event_id, members_of([item]))
    if item.received.id not in erased:
        return asked
    judged = bared(item.judged, erased) if isinstance(item.judged, Incoming) else item.judged
    return replace(asked, item=without_text(msgspec.structs.replace(item, judged=judged), erased))


def _why_not(row: Quarantined, stored: Operation | None, asked: _Rerun) -> str:
    if (told := _closed(row)) or stored is None:
        return told
    if stored.body_hash != row.body_hash:
        return _TAKEN
    waiting = stored.verdict == Verdict.QUARANTINED
    return _RACED if waiting and stored.device_id != asked.item.author.id else ""


def _closed(row: Quarantined) -> str:
    """Why nothing can be done about it any more; empty when something can."""
    if row.resolution == Resolution.OPEN:
        return ""
    return f"It is not open any more: {row.get_resolution_display().lower()}."


def _decide(
    asked: _Rerun, row: Quarantined, stored: Operation | None, family: Family | None, changes: Changes
) -> Attempt:
    outcome = _outcome(asked.item, family, changes)
    heads = changes.write()
    result = result_of(asked.item, outcome, Visible(asked.item.author, heads, asked.arrival.event))
    if result.verdict == Verdict.QUARANTINED:
        transaction.set_rollback(True)
        return Attempt(applied=False, told=f"It still cannot be applied ({result.code}): {result.message}")
    _store(asked, stored, result)
    tell([(result.id, place_of(asked.item.judged, outcome, asked.item.author))])
    _resolve(row, asked)
    _tell_author(asked.item, result, changes)
    return Attempt(applied=True, told=f"It was applied: the verdict is {result.verdict}.")


def _outcome(item: Item, family: Family | None, changes: Changes) -> Outcome | None:
    if family is None or not isinstance(item.judged, Incoming):
        return None  # judged already
    [outcome] = demanding.apply(family, [item.judged], changes)
    return outcome


def _store(asked: _Rerun, stored: Operation | None, result: Result) -> None:
    row = operation_row(asked.item, result, asked.arrival)
    if stored is None:
        bulk.insert(Operation, OPERATION_COLUMNS, [row])
    else:
        columns = dict(zip(OPERATION_COLUMNS, row, strict=True))
        Operation.objects.filter(id=columns.pop("id")).update(**columns)


def _resolve(row: Quarantined, asked: _Rerun) -> None:
    """What it says is kept no longer than that of an operation that was never kept aside."""
    received = asked.item.received
    row.resolution, row.resolved_at, row.resolved_by = Resolution.APPLIED, asked.now, asked.by
    row.body = b"" if registry.seal_of(received.raw, received.members or {}) else received.raw
    row.message = row.message if received.raw else ERASED
    row.save(update_fields=["resolution", "resolved_at", "resolved_by", "body", "message"])


def _tell_author(item: Item, result: Result, changes: Changes) -> None:
    """The `verdict` record of protocol 9, in the author's own stream."""
    record = result.wire()
    del record["replayed"]
    changes.put(device_stream(item.author.id), "verdict", result.id, record)
    changes.write()


def discard(row: Quarantined, *, by: str, reason: str, now: datetime) -> bool:
    """Says, with a reason, that nothing is to be done; False when it is not open any more. The bytes stay."""
    said = {"resolution": Resolution.DISCARDED, "resolved_at": now, "resolved_by": by, "reason": reason}
    return Quarantined.objects.filter(pk=row.pk, resolution=Resolution.OPEN).update(**said) == 1


def reopen(row: Quarantined) -> bool:
    """Takes a discarding back; False when it was not discarded."""
    said = {"resolution": Resolution.OPEN, "resolved_at": None, "resolved_by": "", "reason": ""}
    with transaction.atomic():
        taken_back = Quarantined.objects.filter(pk=row.pk, resolution=Resolution.DISCARDED).update(**said) == 1
        if taken_back:
            fact = OperationReopened(event=row.device.event_id, operation=row.operation_id, quarantined=row.pk)
            publish(fact, correlation=row.operation_id)
    return taken_back
