"""Carries out an upload that somebody confirmed: a small file in the request, a large one by a worker.

Its row is claimed before anything else, so nobody does it twice; it is done in the transaction that writes the roster.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from checkin.models import RosterImport
from checkin.rosters.applying import MAX_NOTES, apply_import, refusal
from checkin.rosters.planning import Plan, plan_import
from checkin.rosters.reading import read_roster
from checkin.rosters.table import RosterError
from eventsync.tables import Progress, silent

State = RosterImport.State

_FAULT = "The import stopped because of a fault of ours; nothing was imported. Ask whoever runs this server."
_CUT_OFF = "The import was cut off, and nothing was imported. Upload the file again."

Answer = Literal["taken", "overtaken", "too late"]
"""To a confirmation: it is done or owed now; the file would change something else by now; somebody was quicker."""


def import_now(row: RosterImport, *, seen: str) -> Answer:
    """Imports a small file if it would still change what was `seen`, a plan's fingerprint."""
    if not _claim(row.id, State.WAITING):
        return "too late"
    with _failing(row):
        plan = plan_of(row)
        if plan.problems or plan.fingerprint != seen:
            RosterImport.objects.filter(id=row.id, state=State.RUNNING).update(state=State.WAITING, step="")
            return "overtaken"
        _write(row, plan)
    return "taken"


def work_off(import_id: UUID) -> None:
    """Imports what a job owes. A row has one job, which the queue gives to one worker at a time: if it is running
    already, then a worker left it that died."""
    row = RosterImport.objects.select_related("event").get(id=import_id)
    if not _claim(import_id, State.WAITING, State.RUNNING):
        return
    progress = _Progress(row)
    with _failing(row):
        plan = plan_of(row, progress)
        if plan.problems:
            problems = [problem._asdict() for problem in plan.problems[:MAX_NOTES]]
            _fail(row, {"error": refusal(plan), "errors": problems})
        else:
            progress("writing", 0, plan.rows)
            _write(row, plan)


def give_up(row: RosterImport) -> None:
    """Fails an import that nobody is working on any more, unless it was finished meanwhile."""
    if _claim(row.id, State.WAITING, State.RUNNING):
        _fail(row, {"error": _CUT_OFF})


def plan_of(row: RosterImport, progress: Progress = silent) -> Plan:
    """What the file would change now; RosterError when it cannot be read."""
    try:
        with row.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise RosterError(f"{row.name} is no longer there; upload it again.") from None
    return plan_import(row.event, read_roster(row.name, content, progress), progress)


def _claim(import_id: UUID, *states: RosterImport.State) -> bool:
    """Whether the caller may go on: of two who ask for a waiting row at once, one may."""
    rows = RosterImport.objects.filter(id=import_id, state__in=states)
    return bool(rows.update(state=State.RUNNING, step="reading"))


@contextmanager
def _failing(row: RosterImport) -> Iterator[None]:
    """Whatever goes wrong inside is what the row says, so none is left running."""
    try:
        yield
    except RosterError as error:
        _fail(row, {"error": str(error)})
    except Exception:
        _fail(row, {"error": _FAULT})
        raise


def _write(row: RosterImport, plan: Plan) -> None:
    with transaction.atomic():
        report = apply_import(row.event, plan)
        ended = _end(row, State.DONE, report.as_json(), rows=plan.rows, total=plan.rows)
    if ended:
        forget_file(row)


def _fail(row: RosterImport, report: dict[str, object]) -> None:
    if _end(row, State.FAILED, report):
        forget_file(row)


def _end(row: RosterImport, state: RosterImport.State, report: dict[str, object], **progress: int) -> bool:
    """False when somebody else ended it before."""
    rows = RosterImport.objects.filter(id=row.id, state=State.RUNNING)
    return bool(rows.update(state=state, report=report, step="", finished_at=timezone.now(), **progress))


def forget_file(row: RosterImport) -> None:
    """The uploaded file is full of personal data and has served."""
    row.file.delete(save=False)


class _Progress:
    """Stores how far an import is, at most twice a second. Never called in the transaction that writes the roster:
    on SQLite nobody else could write, and nobody would see it either."""

    def __init__(self, row: RosterImport) -> None:
        self._row = RosterImport.objects.filter(id=row.id, state=State.RUNNING)
        self._step = ""
        self._stored_at = 0.0

    def __call__(self, step: str, rows: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step or now - self._stored_at > 0.5:
            self._step, self._stored_at = step, now
            self._row.update(step=step, rows=rows, total=total)
