"""Jobs of check-in: a large roster is imported by a worker, and its row says how far it is."""

import time
from uuid import UUID

from django.utils import timezone

from checkin.models import RosterImport
from checkin.rosters import RosterError, apply_import, plan_import, read_roster
from checkin.rosters.applying import MAX_NOTES, refusal
from eventsync.jobs.queue import task

_FAULT = "The import stopped because of a fault of ours; nothing was imported. Ask whoever runs this server."


@task("checkin.import_roster")
def import_roster(import_id: UUID) -> None:
    """Run twice, it imports once: a finished import is left alone, and the same file changes nothing anyway."""
    owed = RosterImport.objects.select_related("event").get(id=import_id)
    if owed.state in {RosterImport.State.DONE, RosterImport.State.FAILED}:
        return
    try:
        report = _import(owed)
    except RosterError as error:
        _finish(owed, RosterImport.State.FAILED, {**owed.report, "error": str(error)})
    except Exception:
        _finish(owed, RosterImport.State.FAILED, {"error": _FAULT})
        raise
    else:
        _finish(owed, RosterImport.State.DONE, report)


def _import(owed: RosterImport) -> dict[str, object]:
    progress = _Progress(owed)
    try:
        with owed.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise RosterError(f"{owed.name} is no longer there; upload it again.") from None
    plan = plan_import(owed.event, read_roster(owed.name, content, progress), progress)
    if plan.problems:
        owed.report = {"errors": [problem._asdict() for problem in plan.problems[:MAX_NOTES]]}
        raise RosterError(refusal(plan))
    return apply_import(owed.event, plan, progress).as_json()


def _finish(owed: RosterImport, state: RosterImport.State, report: dict[str, object]) -> None:
    """The uploaded file is full of personal data and has served."""
    done = {"state": state, "report": report, "step": "", "finished_at": timezone.now()}
    if state == RosterImport.State.DONE and isinstance(report.get("rows"), int):
        done |= {"rows": report["rows"], "total": report["rows"]}
    RosterImport.objects.filter(id=owed.id).update(**done)
    owed.file.delete(save=False)


class _Progress:
    """Stores how far an import is, at most twice a second. Never called in the transaction that writes the roster:
    on SQLite nobody else could write, and nobody would see it either."""

    def __init__(self, owed: RosterImport) -> None:
        self._row = RosterImport.objects.filter(id=owed.id)
        self._step = ""
        self._stored_at = 0.0
        self._row.update(state=RosterImport.State.RUNNING, step="reading")

    def __call__(self, step: str, rows: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step or now - self._stored_at > 0.5:
            self._step, self._stored_at = step, now
            self._row.update(step=step, rows=rows, total=total)
