"""Files of outboxes between their upload and their import, and what is remembered of them afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files import File

from eventsync.sync.models import OutboxImport
from eventsync.sync.outbox.importing import Report, bring_in
from eventsync.sync.outbox.reading import Outbox

if TYPE_CHECKING:
    Content = File[bytes]  # generic in its type stubs only
else:
    Content = File

FORGOTTEN_AFTER = timedelta(days=1)  # it tells who was where: not to be left lying about


def keep(*, content: Content, name: str, outbox: Outbox, event_id: UUID, by: str, now: datetime) -> OutboxImport:
    """Keeps an uploaded file until somebody brings it in or throws it away."""
    forget_abandoned(now=now)
    row = _row(name=name, outbox=outbox, event_id=event_id, by=by, now=now)
    row.file.save(f"{row.pk}.ndjson", content, save=False)
    row.save()
    return row


def forget_abandoned(*, now: datetime) -> None:
    for row in OutboxImport.objects.filter(done_at=None, created_at__lt=now - FORGOTTEN_AFTER):
        discard(row)


def remember(*, name: str, outbox: Outbox, event_id: UUID, by: str, now: datetime, report: Report) -> OutboxImport:
    """The row of a file that was brought in without being uploaded."""
    row = _row(name=name, outbox=outbox, event_id=event_id, by=by, now=now)
    row.done_at, row.report = now, report.wire()
    row.save()
    return row


def _row(*, name: str, outbox: Outbox, event_id: UUID, by: str, now: datetime) -> OutboxImport:
    device = UUID(outbox.header.device)
    return OutboxImport(name=name[:255], event_id=event_id, device=device, by=by, created_at=now)


@contextmanager
def opened(row: OutboxImport) -> Iterator[Outbox]:
    """The kept file. FileNotFoundError when somebody has just thrown it away."""
    with row.file.open("rb") as file:
        yield Outbox(file)


def finish(row: OutboxImport, *, create: str | None, by: str, now: datetime) -> bool:
    """Brings the kept file in; False when somebody else did first. ApiError `unavailable`: some of it is in by then."""
    with opened(row) as outbox:
        report = bring_in(outbox, event_id=row.event_id, create=create, now=now, progress=_nobody)
    said: dict[str, Any] = {"done_at": now, "report": report.wire(), "by": by, "file": ""}
    done = OutboxImport.objects.filter(pk=row.pk, done_at=None).update(**said) == 1
    row.file.delete(save=False)
    row.refresh_from_db()
    return done


def _nobody(count: int) -> None:
    """Progress that nobody watches."""


def discard(row: OutboxImport) -> bool:
    """Throws a file away that was not brought in; False when it was meanwhile."""
    gone, _ = OutboxImport.objects.filter(pk=row.pk, done_at=None).delete()
    if gone:
        row.file.delete(save=False)
    return bool(gone)
