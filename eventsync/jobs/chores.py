"""Chores: what a worker does again and again, such as clearing away what has had its time."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError

log = logging.getLogger(__name__)

Work = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Chore:
    """A function of the present time that may run twice, at once or never, and how long it may wait."""

    work: Work
    every: timedelta


_chores: list[Chore] = []


def chore(*, every: timedelta) -> Callable[[Work], Work]:
    """Registers a chore. Called when the apps get ready."""

    def register(work: Work) -> Work:
        _chores.append(Chore(work, every))
        return work

    return register


class Rota:
    """When this worker last did each chore. A new worker does them all at once."""

    def __init__(self) -> None:
        self._done: dict[Chore, datetime] = {}

    def do_due(self, now: datetime) -> None:
        """One that meets a database in trouble is tried again when it is due next; the others are done."""
        for each in _chores:
            last = self._done.get(each)
            if last is not None and last <= now < last + each.every:  # whoever sets the clock back stops no chore
                continue
            self._done[each] = now
            try:
                each.work(now)
            except DatabaseError as error:
                log.warning("A chore waits: %s", error)
