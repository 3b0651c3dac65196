"""What notices add to a trace: who wrote them, that they were made, what became of them on each way, who is called."""

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Model, Q, QuerySet

from eventsync.ids import first_id_at
from eventsync.jobs.models import DomainEvent
from eventsync.jobs.rules import Partition
from eventsync.jobs.seeing.registry import Step, trace
from eventsync.jobs.seeing.traces import MOST
from notifications.events import NoticeMade
from notifications.models import CallTask, Delivery, Notice
from notifications.rights import SEE_CALL, SEE_DELIVERY, SEE_HAND, SEE_NOTICE

_AROUND = timedelta(minutes=1)  # a notice and its domain event are of one transaction


@trace
def of_notices(ids: AbstractSet[UUID]) -> tuple[list[Step], set[UUID]]:
    """Those that began with these ids, by their domain events; and a notice by its own id."""
    told = DomainEvent.objects.filter(Q(correlation__in=ids) | Q(pk__in=ids), name=NoticeMade.name)[:MOST]
    keys = {UUID(json.loads(row.body)["notice"]) for row in told}
    rows = list(Notice.objects.filter(pk__in=keys | ids).select_related("event", "by_hand"))
    began = {correlation for row in rows if row.pk not in keys for correlation in _began(row)}
    return [step for row in rows for step in _way(row)], began


def _began(row: Notice) -> "QuerySet[DomainEvent, UUID]":
    first, last = first_id_at(row.made_at - _AROUND), first_id_at(row.made_at + _AROUND)
    near = DomainEvent.objects.filter(pk__range=(first, last), event_id=row.event_id, name=NoticeMade.name)
    return near.filter(body__contains=str(row.pk)).values_list("correlation", flat=True)


def _way(row: Notice) -> Iterator[Step]:
    page, of = ("admin:notifications_notice_change", str(row.pk)), Partition(row.event_id)
    written = getattr(row, "by_hand", None)
    if written:
        words = f"{written.by_name} wrote “{row}”."
        writing = ("admin:notifications_handnotice_change", str(written.pk))
        yield Step(written.written_at, "Notice", words, writing, SEE_HAND, Partition(row.event_id, written.venue_id))
    yield Step(row.made_at, "Notice", f"“{row}” is said: {row.importance}.", page, SEE_NOTICE, of)
    for channel, state, at, count in _counted(row.deliveries.values_list("channel", "state")):
        words = f"{_words(Delivery, 'channel')[channel]}: {_words(Delivery, 'state')[state]}: {count}."
        yield Step(at, "Delivery", words, page, SEE_DELIVERY, of)
    for state, at, count in _counted(row.calls.values_list("state")):
        yield Step(at, "Call", f"{_words(CallTask, 'state')[state]}: {count}.", page, SEE_CALL, of)


def _counted(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """How many are alike, as of the last change: who they are is nobody's concern."""
    counted: QuerySet[Any, Any] = rows.order_by().annotate(at=Max("changed_at"), count=Count("pk"))
    return counted


def _words(table: type[Model], field: str) -> dict[str, str]:
    return dict(table._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
