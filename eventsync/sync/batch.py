"""One attempt at a batch: one transaction, from the locks to the verdicts."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
import orjson
from django.db import transaction

from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup
from eventsync.sync import demanding, keeping
from eventsync.sync.models import Device, Operation, Verdict
from eventsync.sync.registry import EventInfo, Family, Incoming, Outcome, Quarantine, Recorded, Refused, registry
from eventsync.sync.streams import Changes, lock
from eventsync.sync.telling import Place, place_of, tell
from eventsync.sync.triage import Arrival, Item
from eventsync.sync.wire import MAX_INTEGER, Received

ERASED = "What it said was erased with the data of a person."
_REUSED = Quarantine("id_reused", "Another operation with this id was stored before; this one is kept aside.")

OPERATION_COLUMNS = (
    "id", "event_id", "device", "carrier", "kind", "seq", "occurred_at", "offset_ms", "corrected_at", "received_at",
    "actor", "refers_to", "body", "body_hash", "verdict", "flags", "code", "message", "at",
)  # fmt: skip
# An enumeration looks its values up anew each time.
_ACCEPTED, _FLAGGED, _REFUSED = Verdict.ACCEPTED.value, Verdict.FLAGGED.value, Verdict.REFUSED.value
_QUARANTINED = Verdict.QUARANTINED.value
_KNOWN = Lookup(Operation, ("id", "verdict", "body_hash", "flags", "code", "message", "at"), by="id")


class Result(msgspec.Struct, frozen=True):
    """The verdict on one operation, as the device gets it."""

    id: str
    verdict: str
    hash: str
    flags: tuple[str, ...] = ()
    code: str = ""
    message: str = ""
    at: dict[str, int] = {}
    replayed: bool = False

    def wire(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "id": self.id, "verdict": self.verdict, "flags": self.flags, "at": self.at, "replayed": self.replayed,
        }  # fmt: skip
        if self.code:
            answer |= {"code": self.code, "message": self.message}
        return answer


def apply_batch(items: Sequence[Item], arrival: Arrival, *, also_lock: frozenset[str]) -> list[Result]:
    """Verdicts by position, committed. StreamNotLocked when a handler finds that it must write elsewhere too."""
    runs = _runs(items)
    streams = {stream for family, _ in runs for stream in family.streams()} | keeping.streams(items, arrival)
    with transaction.atomic():
        changes = lock(streams | also_lock)
        known = _known([item.received.id for item in items])
        fresh = _first_of_each(items, known)
        erased = registry.erased(arrival.pusher.event_id, members_of(items))
        decided: dict[str, Outcome] = {}
        for family, operations in runs:
            new = [each for each in operations if each.id in fresh and fresh[each.id].judged is each]
            new = [bared(each, erased) for each in new] if erased else new
            decided |= zip((each.id for each in new), demanding.apply(family, new, changes), strict=True)
        if erased:
            items = [without_text(each, erased) for each in items]
            fresh = _first_of_each(items, known)
        heads = changes.write()
        results = _results(fresh.values(), decided, heads, arrival.event)
        _store_operations(fresh.values(), results, arrival)
        _store_quarantined(fresh.values(), results, arrival, changes)
        _hear(arrival)
        answers = _answers(items, fresh, known | results, arrival, changes)
        tell(_new(items, answers, decided))
        return answers


def members_of(items: Sequence[Item]) -> dict[str, dict[str, Any]]:
    return {each.received.id: each.received.members or {} for each in items}


def bared(operation: Incoming, erased: Mapping[str, str]) -> Incoming:
    """The operation as its family may know it: of who was erased it says a bare id and no text."""
    if operation.id not in erased:
        return operation
    said = registry.bare(operation.payload, erased[operation.id])
    return msgspec.structs.replace(operation, payload=said)


def without_text(item: Item, erased: Mapping[str, str]) -> Item:
    """What is stored of it: its hash, so that a repeat is known. Why it could not be read may repeat what it said."""
    if item.received.id not in erased:
        return item
    received, judged = msgspec.structs.replace(item.received, raw=b"", canonical=""), item.judged
    if isinstance(judged, Quarantine):
        judged = dataclasses.replace(judged, message=ERASED)
    return msgspec.structs.replace(item, received=received, judged=judged)


def _runs(items: Sequence[Item]) -> list[tuple[Family, list[Incoming]]]:
    """In the order of their numbers, as many at a time as are of one family."""
    operations = sorted((each.judged for each in items if isinstance(each.judged, Incoming)), key=attrgetter("seq"))
    groups = groupby(operations, key=lambda each: registry.kinds[each.kind].family)
    return [(family(run), run) for family, group in groups if (run := list(group))]


def _known(ids: Sequence[str]) -> dict[str, Result]:
    """The verdicts in force on what was stored before."""
    return {
        key: Result(key, verdict, digest, tuple(orjson.loads(flags)), code, message, orjson.loads(at), True)
        for key, verdict, digest, flags, code, message, at in _KNOWN.rows(set(ids))
    }


def _first_of_each(items: Sequence[Item], known: dict[str, Result]) -> dict[str, Item]:
    """The new operations by id; of two with one id the first in the batch."""
    fresh: dict[str, Item] = {}
    for item in items:
        if item.received.id not in known and _binding(item):
            fresh.setdefault(item.received.id, item)
    return fresh


def _results(
    fresh: Iterable[Item], decided: dict[str, Outcome], heads: dict[str, int], event: EventInfo | None
) -> dict[str, Result]:
    visible: dict[int, Visible] = {}
    results = {}
    for item in fresh:
        seen = visible.get(id(item.author)) or visible.setdefault(id(item.author), Visible(item.author, heads, event))
        results[item.received.id] = result_of(item, decided.get(item.received.id), seen)
    return results


class Visible:
    """Where an author finds what was written: the heads after it of the streams that the author may read."""

    def __init__(self, author: Device, heads: dict[str, int], event: EventInfo | None) -> None:
        readable = set(registry.readable(author, event))
        self._heads = {stream: head for stream, head in heads.items() if stream in readable}
        self._at: dict[frozenset[str], dict[str, int]] = {}

    def at(self, streams: frozenset[str]) -> dict[str, int]:
        """The same for all operations that write to the same streams."""
        if streams not in self._at:
            self._at[streams] = {name: self._heads[name] for name in sorted(streams) if name in self._heads}
        return self._at[streams]


def result_of(item: Item, outcome: Outcome | None, visible: Visible) -> Result:
    received = item.received
    if isinstance(item.judged, Quarantine):
        outcome = item.judged
    match outcome:
        case Recorded():
            verdict = _FLAGGED if outcome.flags else _ACCEPTED
            at = visible.at(outcome.streams)
            return Result(received.id, verdict, received.hash, outcome.flags, at=at)
        case Refused():
            code, message = outcome.code, outcome.message
            return Result(received.id, _REFUSED, received.hash, code=code, message=message)
        case Quarantine():
            code, message = outcome.code, outcome.message
            return Result(received.id, _QUARANTINED, received.hash, code=code, message=message)
        case None:
            raise AssertionError(f"{received.id} was not decided")


def _new(
    items: Sequence[Item], answers: Sequence[Result], decided: dict[str, Outcome]
) -> Iterator[tuple[str, Place | None]]:
    """What the batch said for the first time: each operation, and the kind of fact that it is."""
    for item, answer in zip(items, answers, strict=True):
        if not answer.replayed:
            aside = answer.verdict == _QUARANTINED
            outcome = Quarantine(answer.code, answer.message) if aside else decided[answer.id]
            yield answer.id, place_of(item.judged, outcome, item.author)


def _binding(item: Item) -> bool:
    return not isinstance(item.judged, Quarantine) or item.judged.binding


def _answers(
    items: Sequence[Item], fresh: dict[str, Item], in_force: dict[str, Result], arrival: Arrival, changes: Changes
) -> list[Result]:
    """By position: the verdict in force for the same body; else, or from the wrong hands, why it is kept aside."""
    aside = [(item, reason) for item in items if (reason := _why_aside(item, in_force))]
    seen = keeping.stored(item for item, _ in aside)
    keeping.store(aside, arrival, changes)
    reasons = {id(item): reason for item, reason in aside}
    answers = []
    for item in items:
        received, reason = item.received, reasons.get(id(item))
        if reason is None:
            answers.append(_in_force(in_force[received.id], first=fresh.get(received.id) is item))
        else:
            answers.append(_kept_aside(received, reason, replayed=(received.id, received.hash) in seen))
            seen.add((received.id, received.hash))
    return answers


def _in_force(result: Result, *, first: bool) -> Result:
    return result if result.replayed is not first else msgspec.structs.replace(result, replayed=not first)


def _why_aside(item: Item, in_force: dict[str, Result]) -> Quarantine | None:
    """Why a body is neither the first under its id nor a repeat of it; None when it is one of these."""
    first = in_force.get(item.received.id)
    if first is not None:
        return None if first.hash == item.received.hash else _REUSED
    assert isinstance(item.judged, Quarantine)
    return item.judged


def _kept_aside(received: Received, reason: Quarantine, *, replayed: bool) -> Result:
    code, message = reason.code, reason.message
    return Result(received.id, _QUARANTINED, received.hash, code=code, message=message, replayed=replayed)


def _hear(arrival: Arrival) -> None:
    if said := arrival.heard:
        bulk.update(Device, tuple(said), [(*said.values(), arrival.pusher.id)], key=("id",))


def _store_operations(fresh: Iterable[Item], results: dict[str, Result], arrival: Arrival) -> None:
    rows = [operation_row(item, results[item.received.id], arrival) for item in fresh]
    bulk.insert(Operation, OPERATION_COLUMNS, rows)


def operation_row(item: Item, result: Result, arrival: Arrival) -> bulk.Row:
    """The values of OPERATION_COLUMNS."""
    received, judged = item.received, item.judged
    said: bulk.Row
    if isinstance(judged, Incoming):
        said = (
            judged.kind, judged.seq, judged.occurred_at, judged.offset_ms, judged.corrected_at, arrival.received_at,
            judged.actor, judged.refers_to, "" if registry.kinds[judged.kind].seal else received.canonical,
        )  # fmt: skip
    else:
        kind, seq = _readable(received)
        said = (kind, seq, None, None, None, arrival.received_at, "", None, "")
    return (
        received.id, item.author.event_id, item.author.id, arrival.carrier_of(item.author), *said, received.hash,
        result.verdict, orjson.dumps(result.flags).decode(), result.code, result.message,
        orjson.dumps(result.at).decode(),
    )  # fmt: skip


def _readable(received: Received) -> tuple[str, int | None]:
    """Its kind and its number, as far as it has any: that number is no hole."""
    members = received.members or {}
    kind, seq = members.get("kind"), members.get("seq")
    counts = type(seq) is int and 0 < seq <= MAX_INTEGER
    return kind[:64] if isinstance(kind, str) else "", seq if counts else None


def _store_quarantined(fresh: Iterable[Item], results: dict[str, Result], arrival: Arrival, changes: Changes) -> None:
    unapplied = [
        (item, Quarantine(result.code, result.message))
        for item in fresh
        if (result := results[item.received.id]).verdict == _QUARANTINED
    ]
    keeping.store(unapplied, arrival, changes)
