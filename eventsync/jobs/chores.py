"""Chores: what a worker itself looks at again and again, for it must be done even when nobody does jobs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from eventsync.jobs.alerts import alert_if_possible, clear_all

log = logging.getLogger(__name__)

Work = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Chore:
    """A function of the present time that may run twice, at once or never, and how long it may wait."""

    work: Work
    every: timedelta

    @property
    def name(self) -> str:
        return f"{self.work.__module__}.{self.work.__qualname__}"


_chores: list[Chore] = []


def chore(*, every: timedelta) -> Callable[[Work], Work]:
    """Registers a chore. Called when the apps get ready."""

    def register(work: Work) -> Work:
        _chores.append(Chore(work, every))
        return work

    return register


class Rota:
    """When this worker last did each chore, and which failed then. A new worker does them all at once."""

    def __init__(self) -> None:
        self._done: dict[Chore, datetime] = {}
        self._failed: set[Chore] = set()

    def do_due(self, now: datetime) -> None:
        """One that fails is tried again when it is due next; the others are done."""
        for each in _chores:
            last = self._done.get(each)
            if last is not None and last <= now < last + each.every:  # whoever sets the clock back stops no chore
                continue
            self._done[each] = now
            try:
                each.work(now)
                self._went_well(each, now)
            except (OperationalError, InterfaceError) as error:  # a database in trouble, which is told elsewhere
                log.warning("A chore waits: %s", error)
            except Exception as error:
                log.exception("The chore %s failed", each.name)
                self._tell(each, error, now)

    def _tell(self, failed: Chore, error: Exception, now: datetime) -> None:
        self._failed.add(failed)
        message = (
            f"What the server does again and again fails: {failed.name} ({type(error).__name__}). It is tried again, "
            "but until it goes well nobody does it."
        )
        alert_if_possible(kind="chore_failed", subject=failed.name[:200], message=message, now=now)

    def _went_well(self, done: Chore, now: datetime) -> None:
        if done in self._failed:
            clear_all(kind="chore_failed", subject=done.name[:200], now=now)
            self._failed.remove(done)
