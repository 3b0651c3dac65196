"""The course of one drill: its jobs, and its steps, each of which waits for what is expected."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from eventsync.jobs.models import Job
from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition

Look = Callable[[], str]  # what is the case now, in words
Pause = Callable[[float], object]  # seconds

NO_TIME = timedelta(0)
_BEAT = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Result:
    """A step of a drill, and how long it took."""

    drill: str
    step: str
    expected: str
    got: str
    seconds: float

    @property
    def good(self) -> bool:
        return self.expected in self.got


class Missed(Exception):
    """Something else happened than expected: the steps that would come next say nothing."""


class Screen(Protocol):
    """Who looks on."""

    def waits(self, step: str, passed: float, within: float) -> None: ...

    def tells(self, result: Result) -> None: ...


@dataclass(kw_only=True)
class Course:
    """`place`: whose its jobs are; `id`: the correlation of all of them. `pause`: what waiting is.

    `span`: how long a limit lasts, instead of its own time. `hold`: how long a person may take; at 0 none is asked.
    """

    drill: str
    place: Partition
    screen: Screen
    pause: Pause = time.sleep
    span: timedelta | None = None
    hold: timedelta = NO_TIME
    id: UUID = field(default_factory=uuid4)
    results: list[Result] = field(default_factory=list)

    def owe(self, task: str, count: int = 1, *, first_due: datetime | None = None) -> None:
        """Owes so many jobs; `first_due`: the first one not before then."""
        with transaction.atomic():
            for number in range(count):
                due_at = None if number else first_due
                enqueue(task, uuid4(), partition=self.place, correlation=self.id, due_at=due_at)

    def jobs(self) -> list[Job]:
        return list(Job.objects.filter(correlation=self.id).order_by("created_at"))

    def states(self) -> str:
        """Such as "149 waiting, 1 done"."""
        counted = Counter(job.get_state_display().lower() for job in self.jobs())
        return ", ".join(f"{count} {state}" for state, count in counted.most_common())

    def let_go(self) -> None:
        """What was not due before is due now."""
        now = timezone.now()
        Job.objects.filter(correlation=self.id, due_at__gt=now).update(due_at=now)

    def expect(self, step: str, expected: str, look: Look, *, within: float = 0) -> None:
        """Looks until it sees what is expected, for so many seconds; raises Missed when it never did."""
        began = time.monotonic()
        while expected not in (got := look()) and (passed := time.monotonic() - began) < within:
            self.screen.waits(step, passed, within)
            self.pause(_BEAT)
        result = Result(self.drill, step, expected, got, time.monotonic() - began)
        self.results.append(result)
        self.screen.tells(result)
        if not result.good:
            raise Missed
