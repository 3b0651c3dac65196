"""Rounds for ever, one at a time. Whatever happens, the next one is due some time: it can be late, never stuck."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger(__name__)

FIRST = 1.0  # seconds of the first backoff, before jitter
LAST = 300.0


@dataclass(frozen=True, slots=True)
class Rest:
    """In: all is done for now. Out: after so many seconds, or a kick."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """In: something failed. Out: after the backoff, not before `retry_after` seconds, or a kick."""

    retry_after: float | None = None


Outcome = Rest | Failed


class Loop:
    """`pace` scales every wait: 1 for real devices, less for simulated days that last a minute."""

    def __init__(self, work: Callable[[], Awaitable[Outcome]], *, pace: float = 1.0) -> None:
        self._work = work
        self._pace = pace
        self._random = random.Random()  # noqa: S311 - jitter, not a secret
        self._kicked = asyncio.Event()
        self._failures = 0

    def kick(self) -> None:
        """Runs soon: something to do, a sign of life; but never sooner than the server asked for."""
        self._failures = 0
        self._kicked.set()

    async def run(self, *, within: float = 0) -> None:
        """Until it is cancelled. The first round begins by chance within so many seconds, whoever kicks."""
        await asyncio.sleep(self._random.random() * within * self._pace)
        while True:
            self._kicked.clear()
            try:
                outcome = await self._work()
            except Exception:
                log.exception("a round of synchronisation failed")
                outcome = Failed()
            await self._wait(outcome)

    async def _wait(self, outcome: Outcome) -> None:
        match outcome:
            case Rest(seconds):
                self._failures = 0
                await self._until_kicked(seconds)
            case Failed(retry_after):
                if retry_after is not None:
                    await asyncio.sleep((retry_after + self._random.random() * FIRST) * self._pace)
                ceiling = min(LAST, FIRST * 2.0 ** min(self._failures, 20))
                self._failures += 1
                await self._until_kicked(self._random.random() * ceiling)

    async def _until_kicked(self, seconds: float) -> None:
        # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the kick.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds * self._pace):
                await self._kicked.wait()
