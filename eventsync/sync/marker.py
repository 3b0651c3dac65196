"""The marker: a small file outside the database that knows how far the database has been (protocol 6).

A database that is older than its marker was put back from a backup. Phones would then wait for what they believe to be
acknowledged, so nothing is served until somebody has run `new_epoch`.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, Error, connection
from django.http import HttpRequest, HttpResponseBase

from eventsync.sync import epoch, errors
from eventsync.sync.models import StreamHead
from eventsync.sync.poke.hub import DEVICES, hub
from eventsync.sync.snapshots import shelf

log = logging.getLogger(__name__)

_WAITS = (
    "The server came back with an older database, and its organisers must say that they know. "
    "The phone keeps what it recorded and tries again by itself."
)
_RETRY_AFTER = 20  # seconds
EVERY = 5  # seconds; what was written since is not noticed to be missing, and not lost: the phones hold it for days


@dataclass(frozen=True, slots=True)
class Marker:
    """An epoch, the heads that were seen under it, and the epochs before it that must never come back."""

    epoch: str
    heads: Mapping[str, int] = field(default_factory=dict)
    past: tuple[str, ...] = ()


class Keeper:
    """Compares the database with the marker, and keeps the marker of one process up; each at most once in five seconds.

    Compared again and again: another database may take over while the process runs.
    """

    def __init__(self) -> None:
        self._agreed_at, self._kept_at = float("-inf"), float("-inf")
        self._said: str | None = None

    def objection(self) -> str | None:
        """Why nothing may be served now. Asked at each call until the database and the marker agree.

        DatabaseError when the database cannot be reached: then they are still to be compared.
        """
        now = time.monotonic()
        if now - self._agreed_at < EVERY:
            return None
        sentence = objection()
        if sentence is None:
            self._agreed_at = now
        elif sentence != self._said:
            log.error("No phone is served: %s", sentence)
            _forget()
        self._said = sentence
        return sentence

    def keep_up(self) -> None:
        """Called after a commit. A disk that takes no marker never fails what was committed."""
        now = time.monotonic()
        if now - self._kept_at < EVERY:
            return
        self._kept_at = now
        try:
            if self.objection() is None:
                advance()
        except (OSError, Error) as error:
            log.warning("The marker could not be written: %s", error)


def _forget() -> None:
    """What this process knows of a database that is no longer there."""
    shelf.clear()
    hub.forget()


keeper = Keeper()


def advance() -> None:
    """Writes how far the database is now. What another process wrote meanwhile is kept where it is further."""
    before = read()  # first: `new_epoch` writes the database before the file
    now, heads = str(epoch.current()), _heads()
    past: tuple[str, ...] = ()
    if before is not None and before.epoch == now:
        heads = {name: max(heads.get(name, 0), before.heads.get(name, 0)) for name in {*heads, *before.heads}}
        past = before.past
    elif before is not None:
        past = tuple(dict.fromkeys((*before.past, before.epoch)))
    write(Marker(now, heads, past))


def start() -> str | None:
    """Why this database must not be served, as a sentence; None, and the marker kept up, when it may be.

    Runs in a thread of its own: a server may import the application inside its event loop.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_start).result()


def _start() -> str | None:
    try:
        sentence = keeper.objection()
        if sentence is None:
            advance()
    except DatabaseError:  # not there yet, or not migrated: /readyz says so, and they are compared once it is
        return None
    except OSError as error:
        log.warning("The marker could not be written: %s", error)
        return None
    finally:
        connection.close()
    return sentence


def objection() -> str | None:
    """Why the database is not the one that the marker knows; None when it is, or when there is no marker."""
    known = read()
    if known is None:
        return None
    what_to_do = "Run: manage.py new_epoch, and start again; the phones then send what it lacks."
    now = str(epoch.current())
    if now in known.past:
        return f"the database is of an earlier epoch than was served here last. It came from a backup. {what_to_do}"
    if now != known.epoch:
        return None  # another database: its epoch was never heard of, so every device begins anew by itself
    heads = _heads()
    for stream, head in known.heads.items():
        if heads.get(stream, 0) < head:
            behind = f"stream {stream} is at {heads.get(stream, 0)} and was at {head}"
            return (
                f"the database is older than what was served here last ({behind}). It came from a backup. {what_to_do}"
            )
    return None


class MarkerMiddleware:
    """Sends phones away while the database is older than what they were served: it would contradict what they know.

    With the epoch that they know, so that none begins anew under one that will not last.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(epoch.API) or not _objects():
            return self._get_response(request)
        answer = errors.unavailable(_WAITS, retry_after=_RETRY_AFTER)
        if (known := read()) is not None:
            answer[epoch.HEADER] = known.epoch
        return answer


def epoch_for_phones() -> str:
    """The one that they know, while this database is older than what they were served; else its own."""
    known = read() if _objects() else None
    return known.epoch if known else str(epoch.current())


def _objects() -> bool:
    try:
        return keeper.objection() is not None
    except DatabaseError:  # the next middleware meets it too, and says so
        return False


def read() -> Marker | None:
    try:
        said = json.loads(settings.MARKER.read_text())
        return Marker(str(said["epoch"]), {str(k): int(v) for k, v in said["heads"].items()}, tuple(said["past"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("The marker cannot be read, so nobody knows how far the database was: %s", error)
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        log.exception("The marker %s cannot be read and is made anew", settings.MARKER)
        return None


def write(marker: Marker) -> None:
    """Whole or not at all, also when the power goes."""
    path: Path = settings.MARKER
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("w") as file:
        json.dump(asdict(marker), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _heads() -> dict[str, int]:
    """The heads of what is shared. Each phone's own stream would only make the file long."""
    shared = StreamHead.objects.exclude(stream__startswith=DEVICES)
    return dict(shared.values_list("stream", "head"))
