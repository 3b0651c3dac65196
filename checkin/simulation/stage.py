"""Where a simulated day takes place: an event of its own on a database of its own, behind real web processes."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connection

from checkin.demo.people import MadeUp, generate_people
from checkin.models import Checkpoint, CheckpointWindow, Credential, Person, Policy
from checkin.roster import changing, publish_checkpoints, search_of
from checkin.rules import credential_digest
from eventsync.schedule.models import Event, Venue
from eventsync.sync import engines

_PATIENCE = 60  # seconds for a server to start or stop
_DOORS = {"Door": Policy.ONCE, "Day pass door": Policy.DAILY, "Lunch": Policy.PER_WINDOW, "Gate": Policy.IN_OUT}


class StageFailed(Exception):
    """The servers did not start; the end of their log."""


@contextmanager
def scratch_database() -> Iterator[str]:
    """An empty, migrated database beside the configured one, which this process uses meanwhile; its URL."""
    configured = connection.settings_dict["NAME"]
    name = f"eventsync_simulation_{uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="eventsync-simulation-") as folder:
        on_file = connection.vendor == "sqlite"
        connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / f"{name}.sqlite3") if on_file else name
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield engines.current().url_of(str(connection.settings_dict["NAME"]))
        finally:
            connection.creation.destroy_test_db(str(configured), verbosity=0)


@dataclass
class WebProcess:
    """A daphne of ours."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def peak_memory(self) -> int:
        """Bytes; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024


@contextmanager
def web_processes(count: int, *, database: str) -> Iterator[list[WebProcess]]:
    """Real servers on the database, all of them answering."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eventsync-web-")))
        started = [_start(folder, number, database) for number in range(count)]
        stack.callback(_stop, started)
        for each in started:
            _await(each)
        yield started


def _start(folder: Path, number: int, database: str) -> WebProcess:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    marker = str(folder / f"marker-{number}.json")
    ours = {"EVENTSYNC_DATABASE_URL": database, "EVENTSYNC_BASE_URL": url, "EVENTSYNC_MARKER": marker}
    log = folder / f"daphne-{number}.log"
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "eventsync.asgi:application"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            command, env=os.environ | ours, cwd=settings.BASE_DIR, stdout=output, stderr=output
        )
    return WebProcess(url, process, log)


def _await(web: WebProcess) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(web):
        if web.process.poll() is not None or time.monotonic() > deadline:
            raise StageFailed(f"The web process did not start: {web.log.read_text()[-1000:]}")
        time.sleep(0.1)


def _answers(web: WebProcess) -> bool:
    try:
        with urllib.request.urlopen(f"{web.url}/healthz", timeout=1) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(started: list[WebProcess]) -> None:
    for each in started:
        each.process.send_signal(signal.SIGTERM)
    for each in started:
        each.process.wait(_PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rehearsal(*, seed: int, people: int, venues: int, now: datetime) -> Event:
    """A made-up event that takes place today: a door of each policy at each venue, and people with codes."""
    today = now.date()
    event = Event.objects.create(slug=f"rehearsal-{seed}", name=f"Rehearsal {seed}", first_day=today, last_day=today)
    doors = []
    for number in range(venues):
        venue = Venue.objects.create(event=event, slug=f"venue-{number}", name=f"Venue {number}")
        doors += [Checkpoint.objects.create(venue=venue, name=name, policy=policy) for name, policy in _DOORS.items()]
    for door in (door for door in doors if door.policy == Policy.PER_WINDOW):
        CheckpointWindow.objects.create(
            checkpoint=door, name="lunch", start=now - timedelta(hours=2), end=now + timedelta(hours=2)
        )
    publish_checkpoints(doors)
    _invite_guests(event, people)
    return event


def _invite_guests(event: Event, people: int) -> None:
    with changing(event.id) as change:
        for made_up in _guests(people):
            person = Person.objects.create(
                event=event, external_id=made_up.number, name=made_up.name, search=search_of(made_up.name)
            )
            digest = credential_digest(str(event.id), made_up.code)
            # One code may be for a family: here it is the first's.
            named = {"person": person, "code": made_up.code}
            Credential.objects.get_or_create(event=event, digest=digest, defaults=named)
            change.people.add(person.id)
            change.digests.add(digest)


@lru_cache(maxsize=1)
def _guests(people: int) -> list[MadeUp]:
    """The same people at every rehearsal: making names up takes longer than checking them in."""
    return generate_people(people)
