"""Jobs of check-in."""

from uuid import UUID

from checkin.rosters import importing, uploads
from eventsync.jobs.queue import task


@task(uploads.IMPORT_ROSTER)
def import_roster(import_id: UUID) -> None:
    """Run twice, it imports once: a finished import is left alone."""
    importing.work_off(import_id)
