"""What of a budget may still be used, and when somebody is to know how much is gone. Pure."""

from dataclasses import dataclass
from enum import StrEnum

RESERVED = 30  # percent that only what is critical may use


class Level(StrEnum):
    """How far a budget is used up; each is a kind of alert."""

    HALF = "budget_half"
    LOW = "budget_low"  # 80 percent, or something had to stay back so that what is critical can go out
    SPENT = "budget_spent"  # all of it, or something critical had to stay back


_PERCENT = {Level.HALF: 50, Level.LOW: 80, Level.SPENT: 100}


@dataclass(frozen=True, slots=True)
class Budget:
    """In messages; of text messages, in segments."""

    limit: int
    used: int

    def room(self, *, critical: bool) -> int:
        kept = 0 if critical else -(-self.limit * RESERVED // 100)
        return max(0, self.limit - kept - self.used)

    @property
    def levels(self) -> set[Level]:
        """Those that have been reached."""
        return {level for level, percent in _PERCENT.items() if self.used * 100 >= self.limit * percent}
