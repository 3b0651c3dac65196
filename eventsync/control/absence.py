"""That no worker is there to look after anything is seen by whoever answers requests instead."""

import logging
import time

from django.core.signals import request_finished
from django.utils import timezone

from eventsync.control import alarms
from eventsync.jobs.seeing.measures import WORKER_SILENT
from eventsync.jobs.seeing.registry import limit_of, measures

log = logging.getLogger(__name__)

EVERY = 15.0  # seconds, as workers look
GRACE = 60.0  # for a worker that is started together with this process


class Lookout:
    """Looks at the end of a request, at most so often in a process."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._next = self._began + GRACE

    def look(self, **_: object) -> None:
        """Nobody's answer fails for it."""
        moment = time.monotonic()
        if moment < self._next:
            return
        self._next = moment + EVERY
        try:
            _look(moment - self._began)
        except Exception:  # also a bug of ours
            log.exception("Nobody looked whether workers are there")


def _look(age: float) -> None:
    """Of a worker that nobody heard from since yesterday, or ever, this process knows no more than its own age."""
    now = timezone.now()
    limit = limit_of(WORKER_SILENT)
    if measures[limit.measure].read(now):
        alarms.watch(now=now, of=[limit])
    else:
        alarms.hold_one(limit, "any machine", age, now=now)


lookout = Lookout()
request_finished.connect(lookout.look, dispatch_uid="lookout")
