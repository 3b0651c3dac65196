"""The queue library's processes, watched from outside: replaced when they die, and when they no longer hear.

A worker that is killed while it waits for word takes the library's lock with it, and no other gets word any more.
"""

import logging
import signal
import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.cluster import Cluster

from eventsync.jobs import processes, shift
from eventsync.jobs.models import Attempt, Job
from eventsync.jobs.sweeping import renew

log = logging.getLogger(__name__)

PATIENCE = 10  # seconds; a tick sends word each second while something is due
RENEWAL = 10  # seconds
AT_ONCE = 5  # seconds in which processes that do nothing come to their end


class Supervisor:
    """One set of processes that work. `stop`: what SIGTERM and SIGINT call."""

    def __init__(self, stop: Any) -> None:
        self._stop = stop
        self._cluster: Any = None
        self._deaf_since: float | None = None
        self._renewed = float("-inf")

    def start(self) -> None:
        """Raises RuntimeError when the broker does not answer: nothing runs then, which `watch` will see."""
        connection.close()  # or the processes would share it
        self._deaf_since = None
        self._cluster = Cluster()
        for number in (signal.SIGTERM, signal.SIGINT):  # the cluster has installed handlers of its own
            signal.signal(number, lambda *_: self._stop())
        self._cluster.start()

    def hold(self, *, now: datetime) -> None:
        """Called before anybody looks for jobs that were lost: what its processes are at is not."""
        if time.monotonic() - self._renewed >= RENEWAL:
            renew(processes.below(self._cluster.sentinel.pid), now=now)
            self._renewed = time.monotonic()

    def watch(self, *, due: bool) -> None:
        """Called each second. `due`: whether anything is to be done, so that each idle process has word."""
        if not self._cluster.sentinel.is_alive():
            log.error("The processes that do jobs have died; new ones begin.")
            self.start()
        elif not due:
            self._deaf_since = None
        elif self._is_deaf():
            log.error("Jobs wait and the processes that should do them do not hear of it; new ones begin.")
            self._kill()
            self.start()

    def _is_deaf(self) -> bool:
        now = time.monotonic()
        workers = settings.Q_CLUSTER["workers"]
        if self._deaf_since is None or shift.heard() >= self._deaf_since or self._busy() == workers:
            self._deaf_since = now
        return now - self._deaf_since > PATIENCE

    def _busy(self) -> int:
        """How many of its processes are at a job."""
        mine = processes.below(self._cluster.sentinel.pid)
        at_work = Attempt.objects.filter(ended_at=None, job__state=Job.State.RUNNING)
        return sum(name in mine for name in at_work.values_list("worker", flat=True))

    def stop(self) -> None:
        """Lets the jobs that run come to their end, and stay theirs, unless the processes do not hear."""
        shift.leave()
        if self._cluster.sentinel.is_alive():
            self._cluster.stop_event.set()
        last = time.monotonic()
        while self._cluster.sentinel.is_alive() and time.monotonic() - last < AT_ONCE:
            self._cluster.sentinel.join(0.2)
            with suppress(DatabaseError):
                self.hold(now=timezone.now())
                last = time.monotonic() if self._busy() else last
            connection.close()
        self._kill()

    def _kill(self) -> None:
        """With it die all that it has started: see `worker.py`."""
        self._cluster.sentinel.kill()
        self._cluster.sentinel.join()
