"""Copies of the database, made while it is used, and opened to see that they are whole (protocol 6: `durable`)."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from eventsync.jobs.alerts import alert
from eventsync.sync import engines
from eventsync.sync.models import Backup

log = logging.getLogger(__name__)

LONGEST_AUDIT = 3600  # seconds


class BackupFailed(Exception):
    """Why a copy could not be made, verified or put back; a sentence for the person at the keyboard."""


def back_up(*, folder: Path, now: datetime, same_disk: bool = False) -> Backup:
    """A verified copy in `folder`, and its row; BackupFailed, with a row that says why and an alert.

    `now` is the server's time before copying: what was acknowledged until then is in the copy. `same_disk`: phones may
    rely on the copy although the disk of the database has it.
    """
    engine = engines.current()
    path = folder / f"eventsync-{now:%Y%m%dT%H%M%S%fZ}{engine.suffix}"
    row = Backup(started_at=now, path=str(path))
    try:
        _make(folder)
        engine.copy(path)
        row.finished_at = timezone.now()
        row.size = path.stat().st_size
        row.apart = same_disk or not engine.shares_disk(path)
        with engine.opened(path) as url:
            audit(url)
        row.verified_at = timezone.now()
    except (OSError, engines.EngineError, BackupFailed) as error:
        row.error = str(error)
        message = f"The backup of {now:%Y-%m-%d %H:%M} UTC failed: {error}"
        alert(kind="backup_failed", subject="", message=message, now=timezone.now())
        raise BackupFailed(str(error)) from error
    finally:
        row.save()
    return row


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BackupFailed(f"{folder} is a file, not a folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def audit(url: str) -> None:
    """Runs `manage.py audit` on the database at `url`; BackupFailed when it is not what its ledger says."""
    try:
        done = manage(["audit"], url=url)
    except subprocess.TimeoutExpired as error:
        raise BackupFailed(f"The audit of the copy took longer than {LONGEST_AUDIT // 60} minutes.") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()[-1000:]
        raise BackupFailed(f"The copy was made, and the audit of it failed: {said}")


def restore(*, path: Path, now: datetime) -> str:
    """Puts a copy in the place of the database, which is kept aside; answers where it is kept.

    The caller begins a new epoch afterwards. BackupFailed, changing nothing, when the copy is not whole.
    """
    engine = engines.current()
    try:
        with engine.opened(path) as url:
            audit(url)
        return engine.put_back(path, aside=f"before-{now:%Y%m%dT%H%M%SZ}")
    except (OSError, engines.EngineError) as error:
        raise BackupFailed(str(error)) from error


def manage(arguments: Sequence[str], *, url: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command of ours on the database at `url`."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    environment = os.environ | {"EVENTSYNC_DATABASE_URL": url}
    return subprocess.run(  # noqa: S603 - our own program, no shell
        command, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST_AUDIT
    )


def thin_out(*, folder: Path, keep: int) -> list[Path]:
    """Removes the oldest verified copies in `folder` but for the newest `keep`; answers which. Their rows stay."""
    verified = Backup.objects.filter(verified_at__isnull=False).order_by("-started_at")
    ours = [path for path in map(Path, verified.values_list("path", flat=True)) if path.parent == folder]
    gone = [path for path in ours[keep:] if path.exists()]
    for path in gone:
        path.unlink()
    return gone
