"""What the engine adds to a trace: operations, their verdicts, and where in which stream they are visible."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta
from uuid import UUID

import orjson

from eventsync.ids import first_id_at
from eventsync.jobs.models import DomainEvent
from eventsync.jobs.rules import Partition
from eventsync.jobs.seeing.registry import Step, trace
from eventsync.sync.models import Operation, Quarantined, Resolution

_AROUND = timedelta(minutes=1)  # a push ends within that
_VISIBLE = (  # whether a poke went out is in the log alone
    "Visible in {} from position {} on. Phones that listen are told to look, as far as they can be reached."
)


@trace
def of_operations(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    """And what the batch of an operation began: its domain events have its first operation as their correlation.

    That first one is not a part of another's story.
    """
    rows = Operation.objects.filter(pk__in=ids).select_related("device")
    began = {row: _batch(row) for row in rows}
    others = {each for row, batch in began.items() for each in batch if each != row.pk}
    steps = [step for row in began if row.pk not in others for step in _life(row)]
    return steps, {each for batch in began.values() for each in batch}


def _life(row: Operation) -> Iterator[Step]:
    page, sees = ("admin:sync_operation_change", str(row.pk)), "sync.view_operation"
    own = Partition(row.event_id, row.device.venue_id)
    if row.corrected_at is not None:
        yield Step(row.corrected_at, "Operation", f"{row.kind} was recorded on a phone.", page, sees, own)
    flags = ", ".join(orjson.loads(row.flags))
    said = ": ".join(filter(None, (row.verdict, flags, row.message)))
    yield Step(row.received_at, "Verdict", f"{row.kind or 'It'} arrived: {said.rstrip('.')}.", page, sees, own)
    for stream, seq in orjson.loads(row.at).items():
        whole = stream.endswith((str(row.event_id), str(row.device_id)))
        there = own if whole else Partition(row.event_id, UUID(stream.partition(":")[2]))  # at another venue's door
        yield Step(row.received_at, "Change", _VISIBLE.format(stream, seq), sees=sees, partition=there)


def _batch(row: Operation) -> set[UUID]:
    first, last = first_id_at(row.received_at - _AROUND), first_id_at(row.received_at + _AROUND)
    near = DomainEvent.objects.filter(pk__range=(first, last), event_id=row.event_id, body__contains=str(row.pk))
    return set(near.values_list("correlation", flat=True))


@trace
def of_quarantine(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    rows = Quarantined.objects.filter(operation_id__in=ids).select_related("device")
    return [step for row in rows for step in _aside(row)], set()


def _aside(row: Quarantined) -> Iterator[Step]:
    page = ("admin:sync_quarantined_change", str(row.pk))
    whose = ("sync.view_quarantined", Partition(row.device.event_id, row.device.venue_id))
    yield Step(row.received_at, "Quarantine", f"Kept aside, {row.code}: {row.message}", page, *whose)
    if row.resolved_at is not None:
        yield Step(row.resolved_at, "Quarantine", f"{Resolution(row.resolution).label} by a person.", page, *whose)
