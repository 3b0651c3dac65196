"""What workers do in tests. Every try is a row of `tried`; the effect, written once for all, is a row of `done`."""

import os
import signal
import socket
import time
from datetime import timedelta
from importlib import import_module
from uuid import UUID

from django.db import connection

from eventsync.jobs.queue import Permanent, task
from eventsync.jobs.rules import Policy

SOON = Policy(retries=(timedelta(seconds=0.3), timedelta(seconds=0.3)))
ENDLESS = 600  # seconds
LONG = 4  # seconds, more than a venue may wait for another


def register() -> None:
    for work in (note, slow, long, stuck_once, fail, refuse, deadly, hang, wait, fetch, ask):
        task(work.__name__, SOON)(work)
    import_module("tests.faults.plates")
    task("step", Policy(retries=SOON.retries, ordered=True))(step)


def make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS tried (subject varchar(36), at double precision)")
        cursor.execute("CREATE TABLE IF NOT EXISTS done (subject varchar(36) PRIMARY KEY, at double precision)")


def _tried(subject: UUID) -> int:
    """How often, this time included."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tried VALUES (%s, %s)", [str(subject), time.time()])
        cursor.execute("SELECT count(*) FROM tried WHERE subject = %s", [str(subject)])
        return int(cursor.fetchone()[0])


def _done(subject: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO done VALUES (%s, %s) ON CONFLICT DO NOTHING", [str(subject), time.time()])


def note(subject: UUID) -> None:
    _tried(subject)
    _done(subject)


def slow(subject: UUID) -> None:
    _tried(subject)
    time.sleep(0.04)
    _done(subject)


def long(subject: UUID) -> None:
    time.sleep(LONG)


def stuck_once(subject: UUID) -> None:
    """The first time, somebody must kill it; its effect is there already."""
    tries = _tried(subject)
    _done(subject)
    if tries == 1:
        time.sleep(ENDLESS)


def fail(subject: UUID) -> None:
    _tried(subject)
    raise ValueError("no such file")


def refuse(subject: UUID) -> None:
    _tried(subject)
    raise Permanent("The number does not exist.")


def deadly(subject: UUID) -> None:
    _tried(subject)
    os.kill(os.getpid(), signal.SIGKILL)


def hang(subject: UUID) -> None:
    _tried(subject)
    time.sleep(ENDLESS)


def step(subject: UUID) -> None:
    """Fails the first time, so that whoever comes behind could overtake it."""
    if _tried(subject) == 1:
        raise ValueError("not yet")
    _done(subject)


def wait(subject: UUID) -> None:
    """For somebody else, as a webhook does."""
    time.sleep(0.05)


def fetch(subject: UUID) -> None:
    """From a slow service."""
    time.sleep(0.2)


def ask(subject: UUID) -> None:
    """Of the service whose port is in WORK_ASKS, until it has answered."""
    with socket.create_connection(("127.0.0.1", int(os.environ["WORK_ASKS"])), timeout=ENDLESS) as call:
        call.recv(1)
