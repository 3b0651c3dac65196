"""What processes that were killed left behind, told from what others are at just now.

Of the lock of a process that is gone, however it went, the kernel lets go; and so does PostgreSQL.
"""

import fcntl
import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)

_LOCK = ".eventsync.lock"
_KEY = "hashtextextended('eventsync.leftovers', 0)"


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """What is made in `folder` meanwhile is nobody's leftover."""
    with _lock(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody is at work in `folder`; then nobody begins while this lasts."""
    with _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB) as locked:
        yield locked


def clear(folder: Path, found: Iterable[Path]) -> None:
    """Removes these files and folders in `folder`, unless somebody is at work there: they may be theirs."""
    with alone(folder) as nobody_is:
        for path in found if nobody_is else ():
            log.warning("A process that was killed left %s: it is removed.", path)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


@contextmanager
def at_work_on(postgres: BaseDatabaseWrapper) -> Iterator[None]:
    """The same for databases beside this one; it may be broken, and that may be why somebody opens a copy."""
    with suppress(Error), postgres.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock_shared({_KEY})")
    try:
        yield
    finally:
        with suppress(Error), postgres.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock_shared({_KEY})")


@contextmanager
def alone_on(postgres: BaseDatabaseWrapper) -> Iterator[bool]:
    """Whether nobody is at work on databases beside this one; then nobody begins while this lasts."""
    with postgres.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({_KEY})")
        locked = bool(cursor.fetchone()[0])
        try:
            yield locked
        finally:
            if locked:
                cursor.execute(f"SELECT pg_advisory_unlock({_KEY})")


@contextmanager
def _lock(folder: Path, how: int) -> Iterator[bool]:
    """Whether it is locked. Where it cannot be, as in a folder of others, nothing is cleared, and all else goes on."""
    with ExitStack() as stack:
        yield _locked(folder, how, stack)


def _locked(folder: Path, how: int, stack: ExitStack) -> bool:
    path = folder / _LOCK
    try:
        path.touch(mode=0o600)
        fcntl.flock(stack.enter_context(path.open("r+")), how)  # for writing: NFS locks nothing else for one alone
    except BlockingIOError:
        return False
    except OSError as error:
        log.warning("%s cannot be locked: %s", path, error)
        return False
    return True
