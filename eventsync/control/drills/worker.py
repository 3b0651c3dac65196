"""A worker that a drill brings with it, for where none runs."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

from eventsync.control.drills.course import Pause
from eventsync.jobs import processes
from eventsync.jobs.models import Worker

_PATIENCE = 60  # seconds to start or to stop


class NotStarted(Exception):
    """The worker was not heard from; the end of what it wrote."""


@contextmanager
def own_worker(pause: Pause) -> Iterator[None]:
    """Runs `manage.py worker` until the context ends. Ctrl-C is for the drill alone, which ends it."""
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "manage.py", "worker"]
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            command, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _await(process, log, pause)
            yield
        finally:
            _stop(process)


def _await(process: "subprocess.Popen[bytes]", log: IO[bytes], pause: Pause) -> None:
    name, until = processes.name_of(process.pid), time.monotonic() + _PATIENCE
    while not Worker.objects.filter(name=name).exists():
        if process.poll() is not None or time.monotonic() > until:
            log.seek(0)
            raise NotStarted(f"The worker did not start: {log.read().decode(errors='replace')[-1000:]}")
        pause(0.2)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
