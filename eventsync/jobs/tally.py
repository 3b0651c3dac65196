"""Counts what was not taken because too much waits, for all processes together, where people can see it."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from eventsync.jobs.models import TurnedAway

_PAUSE = 1.0  # seconds


@dataclass
class Tally:
    """What this process has to add.

    It is written after the transaction at hand, at most once a second, for there is more than enough to do by then;
    what comes in between is written with the next.
    """

    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _written: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, how: TurnedAway.How) -> None:
        with self._lock:
            self._counts[what, how.value] += 1
        transaction.on_commit(self.write, robust=True)

    def write(self) -> None:
        with self._lock:
            now = time.monotonic()
            if not self._counts or now - self._written < _PAUSE:
                return
            counts, self._counts, self._written = self._counts, Counter(), now
        minute = timezone.now().replace(second=0, microsecond=0)
        for (what, how), count in sorted(counts.items()):
            row, _ = TurnedAway.objects.get_or_create(minute=minute, what=what, how=how)
            TurnedAway.objects.filter(pk=row.pk).update(count=F("count") + count)
