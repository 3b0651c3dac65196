"""When a job is tried again, and when it is not: pure decisions, `now` and dice are parameters."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

SPREAD = 0.2  # of each delay, to either side: what failed together does not come back together
RETRIES = tuple(map(timedelta, (0, 0, 0), (5, 20, 80)))


class Priority(IntEnum):
    """What goes first, wherever it comes from."""

    CORE = 0
    IMPORTANT = 1
    DROPPABLE = 2


@dataclass(frozen=True, slots=True)
class Policy:
    """How the jobs of one task are treated.

    `retries`: how long to wait after each failure that may pass; after the last one the job is dead. `expires_after`:
    how long it is worth doing. `ordered`: within a partition one after the other, in the order in which they were owed.
    """

    retries: tuple[timedelta, ...] = RETRIES
    priority: Priority = Priority.IMPORTANT
    expires_after: timedelta | None = None
    ordered: bool = False

    @property
    def attempts(self) -> int:
        """How often it is tried at most. A worker that dies has tried."""
        return len(self.retries) + 1

    def delay(self, failures: int, dice: float) -> timedelta | None:
        """How long to wait after so many failures; None: no more. `dice`: from 0 to 1."""
        if failures > len(self.retries):
            return None
        return self.retries[failures - 1] * (1 + SPREAD * (2 * dice - 1))
