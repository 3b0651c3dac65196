"""Jobs of check-in."""

from datetime import datetime, timedelta
from uuid import UUID

from checkin.conflicts import sweeping
from checkin.privacy import retention
from checkin.rosters import importing, uploads
from eventsync.jobs.chores import chore
from eventsync.jobs.queue import Permanent, task
from eventsync.jobs.recurring import recurring
from eventsync.jobs.seeing.letters import explain


@task(uploads.IMPORT_ROSTER)
def import_roster(import_id: UUID) -> None:
    """Run twice, it imports once: a finished import is left alone. One that fails is not tried again by itself:
    somebody watches it."""
    try:
        importing.work_off(import_id)
    except Exception as error:
        raise Permanent(f"{type(error).__name__}: {error}") from error


@task(retention.TASK)
def erase_event(event_id: UUID) -> None:
    """Run twice, it finds nobody left."""
    retention.erase_event(event_id)


@recurring(
    "checkin.look_at_retention",
    every=timedelta(hours=1),
    what="Nobody looked whether people of an event that is over, or files that nobody brought in, are to be deleted.",
    whom="Everybody on the list of such an event: they may be kept longer than they were told.",
)
def look_at_retention(now: datetime) -> None:
    """Also at files that nobody confirmed."""
    retention.look(now)
    uploads.forget_abandoned(now=now)


@chore(every=sweeping.EVERY)
def sweep_conflicts(now: datetime) -> None:
    sweeping.sweep(now)


explain(
    uploads.IMPORT_ROSTER,
    what="A roster file was not brought in: nobody in it was added or changed.",
    owner="Whoever uploaded the file",
    step="Read why on the import’s page, upload the file once more, then discard this.",
    whom="People in the file who are not on the list yet: doors do not find them by name.",
)
explain(
    retention.TASK,
    what="The people of an event that is over were not deleted.",
    owner="Whoever runs the server",
    step="Read why, mend the cause, then replay it. The day by which they should be deleted may have passed.",
    whom="Everybody on the list of that event.",
)
