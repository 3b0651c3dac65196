"""A verified copy of the database each night, where the server has a folder for them."""

from contextlib import suppress
from datetime import datetime, time
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from eventsync.jobs.models import Job
from eventsync.jobs.queue import Permanent, enqueue, task
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import explain
from eventsync.sync.backup import back_up, thin_out

TASK = "sync.backup"
HOUR = time(2)  # UTC
KEEP = 14  # nights


def owe(*, now: datetime) -> Job | None:
    """The copy of this night, unless it is owed, made or given up already; later, if no worker was there."""
    folder: Path | None = settings.BACKUPS
    if folder is None or now.time() < HOUR:
        return None
    night = uuid5(NAMESPACE_URL, f"{TASK}/{now:%Y-%m-%d}")
    if Job.objects.filter(pk=night).exists():
        return None
    with suppress(IntegrityError):  # another worker was first, and copies already
        return enqueue(TASK, night, dedupe=str(night))
    return None


@task(TASK, Policy(once=True))
def copy(night: UUID) -> None:
    """Fails as the copy does: it is tried again, and there is an alert."""
    folder: Path | None = settings.BACKUPS
    if folder is None:
        raise Permanent("EVENTSYNC_BACKUPS names no folder any more.")
    back_up(folder=folder, now=timezone.now())
    thin_out(folder=folder, keep=KEEP)


explain(
    TASK,
    what="The copy of the database that is made each night was not made.",
    owner="Whoever runs the server",
    step="Read why: often the folder is full or not there. Make room, then replay it.",
    whom="Nobody, as long as the server lives.",
)
