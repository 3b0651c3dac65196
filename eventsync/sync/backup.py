"""Copies of the database, made while it is used, and opened to see that they are whole (protocol 6: `durable`)."""

import logging
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from eventsync.jobs.alerts import alert
from eventsync.sync import engines, leftovers
from eventsync.sync.models import Backup

log = logging.getLogger(__name__)

STAMP = "%Y%m%dT%H%M%S%fZ"
UNVERIFIED, PART = ".unverified", ".part"
LONGEST = 3600  # seconds for a command of ours on a copy


class BackupFailed(Exception):
    """Why a copy could not be made, verified or put back; a sentence for the person at the keyboard."""


def back_up(*, folder: Path, now: datetime, same_disk: bool = False) -> Backup:
    """A verified copy in `folder`, and its row; BackupFailed, with a row that says why and an alert.

    Its name says how far it is: `….part` while it is made, `….unverified…` until it was opened and found whole.
    Of the copies that could not be verified only the newest stays, until one is: it is better than none.
    `now` is the server's time before copying: what was acknowledged until then is in the copy. `same_disk`: phones may
    rely on the copy although the disk of the database has it.
    """
    engine = engines.current()
    path = folder / f"eventsync-{now:{STAMP}}{engine.suffix}"
    whole = path.with_suffix(f"{UNVERIFIED}{engine.suffix}")
    row = Backup(started_at=now, path=str(whole))
    try:
        _make(folder)
        _clear(engine, folder)
        with leftovers.at_work(folder):
            _copy(engine, whole)
            row.finished_at = timezone.now()
            row.size = whole.stat().st_size
            row.apart = same_disk or not engine.shares_disk(whole)
            row.error = "The process ended before the copy was verified."
            row.save()
            with engine.opened(whole) as url:
                _manage("audit", url)
            row.path = str(whole.rename(path))
            engines.onto_disk(folder)
        row.verified_at, row.error = timezone.now(), ""
    except (OSError, engines.EngineError, BackupFailed) as error:
        row.error = f"{error} The copy stays at {whole} until another is made." if whole.exists() else str(error)
        message = f"The backup of {now:%Y-%m-%d %H:%M} UTC failed: {row.error}"
        alert(kind="backup_failed", subject="", message=message, now=timezone.now())
        raise BackupFailed(row.error) from error
    finally:
        row.save()
        _forget_unverified(folder, keep=0 if row.verified_at else 1)
    return row


def _clear(engine: engines.Engine, folder: Path) -> None:
    """What was left half-done; a copy is worth more than a tidy folder."""
    for clear in (engine.clear, lambda: leftovers.clear(folder, folder.glob(f"eventsync-*{PART}*"))):
        try:
            clear()
        except (OSError, engines.EngineError) as error:
            log.warning("Something that a killed process left is still there: %s", error)


def _copy(engine: engines.Engine, path: Path) -> None:
    part = path.with_name(f"{path.name}{PART}")
    engine.copy(part)
    part.rename(path)


def _forget_unverified(folder: Path, *, keep: int) -> None:
    """Not while another backup may be verifying its own."""
    with leftovers.alone(folder) as nobody_is:
        if nobody_is:
            _keep(keep, Backup.objects.filter(verified_at__isnull=True), folder)


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BackupFailed(f"{folder} is a file, not a folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _manage(command: str, url: str) -> None:
    """Runs a command of ours on the copy at `url`; BackupFailed when it fails, or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, str(settings.BASE_DIR / "manage.py"), command],
            env=os.environ | {"EVENTSYNC_DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired as error:
        raise BackupFailed(f"`manage.py {command}` took longer than {LONGEST // 60} minutes on the copy.") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()[-1000:]
        raise BackupFailed(f"`manage.py {command}` failed on the copy: {said}")


def restore(*, path: Path, now: datetime) -> str:
    """Puts a copy in the place of the database, which is kept aside; answers where it is kept.

    The caller migrates and begins a new epoch afterwards. BackupFailed, changing nothing, when the copy is not whole.
    """
    engine = engines.current()
    try:
        with engine.opened(path) as url:
            _manage("migrate", url)  # it may be from before an upgrade
            _manage("audit", url)
        return engine.put_back(path, aside=f"before-{now:%Y%m%dT%H%M%SZ}")
    except (OSError, engines.EngineError) as error:
        raise BackupFailed(str(error)) from error


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that `back_up` made. `known`: this database has its row; else it is newer than a copy that was put back,
    or another server's. `verified`: it was, when it was made."""

    path: Path
    started_at: datetime
    size: int
    verified: bool
    known: bool


def copies(*, folder: Path) -> list[Copy]:
    """The copies in `folder` that this kind of database can be put back from, the newest first."""
    suffix = engines.current().suffix
    rows = dict(Backup.objects.filter(path__startswith=str(folder)).values_list("path", "verified_at"))
    found: list[Copy] = []
    for path in folder.glob(f"eventsync-*{suffix}"):
        with suppress(ValueError):  # somebody else's name
            started_at = datetime.strptime(path.name.split(".")[0], f"eventsync-{STAMP}").replace(tzinfo=UTC)
            verified = rows[str(path)] is not None if str(path) in rows else UNVERIFIED not in path.suffixes
            found.append(Copy(path, started_at, path.stat().st_size, verified, str(path) in rows))
    return sorted(found, key=lambda copy: copy.started_at, reverse=True)


def thin_out(*, folder: Path, keep: int) -> list[Path]:
    """Removes the oldest verified copies in `folder` but for the newest `keep`; answers which. Their rows stay."""
    return _keep(keep, Backup.objects.filter(verified_at__isnull=False), folder)


def _keep(number: int, copies: QuerySet[Backup], folder: Path) -> list[Path]:
    paths = map(Path, copies.order_by("-started_at").values_list("path", flat=True))
    gone = [path for path in paths if path.parent == folder and path.exists()][number:]
    for path in gone:
        path.unlink(missing_ok=True)  # another backup may do the same now
    return gone
