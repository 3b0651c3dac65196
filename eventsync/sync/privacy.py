"""What phones sent about people, as it came."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from eventsync.privacy.registry import Holding, Whom, hold, nobodys
from eventsync.privacy.words import take_out
from eventsync.sync.batch import ERASED
from eventsync.sync.models import Operation, Quarantined, Resolution, Verdict

_NAME = "operations"
_PART = 500
_UNDER_WAY = timedelta(minutes=15)  # far longer than anything that arrived takes to be committed
_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _operations(whom: Whom) -> "list[QuerySet[Operation]]":
    return [Operation.objects.filter(Q(pk__in=whom.operations) | Q(_marked(whom), event_id=whom.event))]


def _marked(whom: Whom) -> Q:
    found = Q(pk__in=[])
    for mark in whom.marks:
        found |= Q(body__contains=mark)
    return found


def _search(whom: Whom) -> frozenset[UUID]:
    about = Operation.objects.filter(_marked(whom) | whom.words.among("body"), event_id=whom.event)
    return frozenset(about.order_by().values_list("pk", flat=True))


def _erase_operations(whom: Whom) -> None:
    """Its hash stays: the same again is still known for a repeat."""
    for part in _parts(whom.operations):
        _clear(Operation.objects.filter(pk__in=part))
    for rows in _unread(whom) if whom.marks or whom.words else ():
        _clear(rows.filter(_marked(whom)))
        take_out(whom.words, rows, "body")


def _unread(whom: Whom) -> "Iterator[QuerySet[Operation]]":
    """All that may say something of them: what was found, and what came or was run again since. Or all of the event."""
    rows = Operation.objects.filter(event_id=whom.event)
    if whom.searched is None:
        yield rows
        return
    since = whom.searched.at - _UNDER_WAY
    yield rows.filter(received_at__gte=since)
    yield rows.filter(pk__in=Quarantined.objects.filter(resolved_at__gte=since).values("operation_id"))
    yield from (rows.filter(pk__in=part) for part in _parts(whom.searched.found[_NAME] - whom.operations))


def _parts(keys: Iterable[UUID]) -> Iterator[list[UUID]]:
    wanted = sorted(keys)
    return (wanted[start : start + _PART] for start in range(0, len(wanted), _PART))


def _clear(rows: "QuerySet[Operation]") -> None:
    """What a message says of why it could not be applied may repeat what it said."""
    rows.exclude(message="").update(message=ERASED)
    rows.exclude(body="").update(body="")


def _quarantined(whom: Whom) -> "list[QuerySet[Quarantined]]":
    return [Quarantined.objects.filter(pk__in=list(_about(whom)))]


def _about(whom: Whom) -> Iterator[int]:
    """Of bytes no database is asked what is in them; there are few."""
    marks = [mark.encode() for mark in whom.marks]
    for key, operation, body in _of(whom.event).values_list("pk", "operation_id", "body").iterator():
        said = bytes(body)
        named = any(mark in said for mark in marks) or not whom.operations.isdisjoint(_ids_in(said))
        if operation in whom.operations or named or whom.words.out_of(text := said.decode(errors="replace")) != text:
            yield key


def _ids_in(body: bytes) -> set[UUID]:
    """What takes a record back, or judges of it, names that record alone."""
    return {UUID(found.decode()) for found in _ID.findall(body)}


def _of(event: UUID) -> "QuerySet[Quarantined]":
    return Quarantined.objects.filter(device__event_id=event)


def _empty(rows: "QuerySet[Quarantined]") -> None:
    rows.filter(resolution=Resolution.OPEN).update(
        resolution=Resolution.DISCARDED, resolved_at=timezone.now(), resolved_by="", reason=ERASED
    )
    same = Operation.objects.filter(pk__in=rows.values("operation_id"), body_hash__in=rows.values("body_hash"))
    same.filter(verdict=Verdict.QUARANTINED).update(message=ERASED, body="")
    rows.update(body=b"", message=ERASED)


def _erase_quarantined(whom: Whom) -> None:
    for rows in _quarantined(whom):
        _empty(rows)


def _sweep_operations(event: UUID) -> None:
    _clear(Operation.objects.filter(event_id=event))


hold(
    Holding(
        name=_NAME,
        tables=(Operation,),
        goes="What phones sent about them, word for word.",
        stays="Number, kind, time, phone and verdict of each, and a fingerprint by which a repeat is known.",
        rows=_operations,
        erase=_erase_operations,
        sweep=_sweep_operations,
        search=_search,
    )
)
hold(
    Holding(
        name="quarantined",
        tables=(Quarantined,),
        goes="Records in quarantine that name them: they can no longer be re-run.",
        stays="That there was one, when, and from which phone.",
        rows=_quarantined,
        erase=_erase_quarantined,
        sweep=lambda event: _empty(_of(event)),
    )
)
nobodys("sync.Change", "sync.StreamHead", why="What other tables say; who leaves those leaves these by a tombstone.")
nobodys("sync.Device", "sync.EnrolmentCode", "sync.DeviceToken", why="Phones, and the volunteers who have them.")
nobodys("sync.OutboxImport", why="Files of a day, and what came of them in numbers.")
nobodys("sync.Server", "sync.Backup", why="This server.")
