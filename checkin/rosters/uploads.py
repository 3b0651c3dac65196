"""Uploaded roster files: kept until somebody has seen what they would change, then confirmed or thrown away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from checkin.models import RosterImport
from checkin.rosters.codes import join_codes
from checkin.rosters.importing import Answer, State, forget_file, give_up, import_now, plan_of
from checkin.rosters.listing import Note
from checkin.rosters.planning import Entry, Plan, plan_import
from checkin.rosters.table import LARGE
from eventsync.jobs.models import UNFINISHED, Job
from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition
from eventsync.schedule.models import Event
from eventsync.tables import Table

IMPORT_ROSTER = "checkin.import_roster"  # the job

FORGOTTEN_AFTER = timedelta(days=1)
LOST_AFTER = 2 * FORGOTTEN_AFTER  # longer than a file may wait and a request may last
SHOWN = 100  # of each list of a preview

_JOBS = Job.objects.filter(task=IMPORT_ROSTER, subject=OuterRef("pk"))
_LIVE = _JOBS.filter(state__in=UNFINISHED)


def keep(*, event: Event, table: Table, content: bytes, now: datetime) -> RosterImport:
    """Keeps a file that can be read. What a large one would change is found out here, once: it takes seconds."""
    forget_abandoned(now=now)
    row = RosterImport(event=event, name=table.name[:255], total=len(table.rows), created_at=now)
    if len(table.rows) > LARGE:
        row.report = _told(plan_import(event, table))
    row.file.save(f"{row.pk}.roster", ContentFile(content), save=False)
    row.save()
    return row


def with_owed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Adds `owed`: somebody confirmed it, and a worker shall do it."""
    owed: QuerySet[Any] = rows.annotate(owed=Exists(_JOBS))
    return owed


def unconfirmed(row: Any) -> bool:
    """Of a row `with_owed`."""
    return row.state == State.WAITING and not row.owed


def preview(row: RosterImport) -> dict[str, Any]:
    """What an unconfirmed file would change: a small one now, a large one when it was uploaded. Or RosterError.

    `seen` is what a confirmation must repeat; `parts` are the lists by name: their first `rows`, `count` and `more`.
    """
    return row.report or _told(plan_of(row))


def confirm(row: RosterImport, *, seen: str) -> Answer:
    """Imports a small file now; owes a large one to a worker, which compares it with the roster as it is by then."""
    if row.state != State.WAITING:
        return "too late"
    if not row.report:
        return import_now(row, seen=seen)
    if row.report["parts"]["problems"]["count"] or row.report["seen"] != seen:
        return "overtaken"
    with transaction.atomic():
        if _held(row.pk) is None:
            return "too late"
        enqueue(IMPORT_ROSTER, row.pk, partition=Partition(row.event_id))
    return "taken"


def discard(row: RosterImport) -> bool:
    """Throws an unconfirmed file away; False when it was confirmed meanwhile."""
    with transaction.atomic():
        held = _held(row.pk)
        if held is None:
            return False
        held.delete()
    forget_file(row)
    return True


def forget_abandoned(*, now: datetime) -> None:
    """A roster is personal data: a file goes when nobody confirmed it within a day, or nobody works on it any more."""
    waiting = RosterImport.objects.filter(state=State.WAITING).exclude(Exists(_JOBS))
    for row in waiting.filter(created_at__lt=now - FORGOTTEN_AFTER):
        discard(row)
    started = RosterImport.objects.filter(state__in=[State.WAITING, State.RUNNING]).exclude(Exists(_LIVE))
    for row in started.filter(Exists(_JOBS) | Q(state=State.RUNNING, created_at__lt=now - LOST_AFTER)):
        give_up(row)


def _held(key: UUID) -> RosterImport | None:
    """An unconfirmed row, locked. Its job is asked for in a statement of its own: PostgreSQL answers as of the
    beginning of a statement, which may have waited for the lock while somebody else confirmed."""
    row = RosterImport.objects.select_for_update().filter(pk=key, state=State.WAITING).first()
    return None if row is None or Job.objects.filter(task=IMPORT_ROSTER, subject=key).exists() else row


def _told(plan: Plan) -> dict[str, Any]:
    """A plan for a page, and for JSON."""
    notes = {"problems": plan.problems, "warnings": plan.warnings, "skipped": plan.skipped}
    return {
        "rows": plan.rows,
        "unchanged": plan.unchanged,
        "missing": plan.missing,
        "remarks": plan.remarks,
        "seen": plan.fingerprint,
        "parts": {
            **{name: _part(found, [note._asdict() for note in found[:SHOWN]]) for name, found in notes.items()},
            "new": _part(plan.new, [_newcomer(entry) for entry in plan.new[:SHOWN]]),
            "changed": _part(plan.changed, [_entry(entry) for entry in plan.changed[:SHOWN]]),
        },
    }


def _part(found: Sequence[Note | Entry], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": rows, "count": len(found), "more": len(found) - len(rows)}


def _entry(entry: Entry) -> dict[str, Any]:
    told = ("row", "number", "name", "delegation", "role", "family", "given", "standing", "columns")
    return {name: getattr(entry, name) for name in told}


def _newcomer(entry: Entry) -> dict[str, Any]:
    """With codes, without which nobody new stays."""
    return {**_entry(entry), "codes": join_codes(entry.codes) or ("their family’s" if entry.shares else "one of ours")}
