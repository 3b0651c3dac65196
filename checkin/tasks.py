"""Jobs of check-in."""

from datetime import datetime
from uuid import UUID

from checkin.conflicts import sweeping
from checkin.rosters import importing, uploads
from eventsync.jobs.chores import chore
from eventsync.jobs.queue import Permanent, task
from eventsync.jobs.seeing.letters import explain


@task(uploads.IMPORT_ROSTER)
def import_roster(import_id: UUID) -> None:
    """Run twice, it imports once: a finished import is left alone. One that fails is not tried again by itself:
    somebody watches it."""
    try:
        importing.work_off(import_id)
    except Exception as error:
        raise Permanent(f"{type(error).__name__}: {error}") from error


@chore(every=sweeping.EVERY)
def sweep_conflicts(now: datetime) -> None:
    sweeping.sweep(now)


explain(
    uploads.IMPORT_ROSTER,
    what="A roster file was not brought in: nobody in it was added or changed.",
    owner="Whoever uploaded the file",
    step="Read why on the import’s page, upload the file once more, then discard this.",
)
