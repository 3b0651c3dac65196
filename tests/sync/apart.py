"""Running asyncio scenarios from tests that are not asynchronous."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Jumping(asyncio.SelectorEventLoop):
    """Waits for nothing, and knows no other clock: when nobody is ready, it is at once as late as the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # what asyncio itself waits on
        if not self._ready:  # type: ignore[attr-defined]  # the same
            self._now = max(self._now, min((each.when() for each in timers if not each.cancelled()), default=0))
        super()._run_once()  # type: ignore[misc]  # the same


def apart(
    scenario: Coroutine[Any, Any, T], *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> T:
    """Runs it in a thread of its own: a browser test on this worker may have left its event loop in this one."""

    def run() -> T:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(scenario)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()
