"""Real HTTP requests with faults: what a venue's network does to them, by a seeded plan."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

import aiohttp

from checkin.simulation.plan import Faults
from eventsync.sync.client.http import HttpTransport
from eventsync.sync.client.server import NoAnswer, Response

_cutting = ContextVar("cutting", default=False)
_PORTAL = Response(200, {"content-type": "text/html"}, b"<html><body>Welcome to our WiFi</body></html>")


@dataclass
class Traffic:
    """What went over all the networks of a day: faults by name, answers by status, seconds of each whole answer."""

    faults: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    pushes: list[float] = field(default_factory=list)


class Backwater(HttpTransport):
    """Where requests of all devices drift that were given up: they arrive later, whatever became of their device."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._drifting: set[asyncio.Task[None]] = set()

    def drift(self, seconds: float, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> None:
        self._drifting.add(asyncio.create_task(self._arrive(seconds, method, path, headers, body)))

    async def _arrive(
        self, seconds: float, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> None:
        await asyncio.sleep(seconds)
        with suppress(NoAnswer):
            await self.request(method, path, headers=headers, body=body)

    async def settle(self) -> None:
        """Waits until everything has arrived."""
        await asyncio.gather(*self._drifting)


class FaultyNetwork(HttpTransport):
    """One device's way to the server. `healed`: from then on nothing goes wrong any more."""

    def __init__(
        self, url: str, *, faults: Faults, pace: float, seed: int, traffic: Traffic, backwater: Backwater
    ) -> None:
        super().__init__(url)
        self._backwater = backwater
        self._faults = faults.of_requests
        self._random = random.Random(seed)  # noqa: S311 - a plan that can be repeated, not a secret
        self._pace, self._traffic = pace, traffic
        self.healed = False
        self.apart = False

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Response:
        fault = self._fault()
        if fault != "none":
            self._traffic.faults[fault] += 1
        match fault:
            case "apart" | "drop":
                raise NoAnswer("no connection")
            case "portal":
                return _PORTAL
            case "hold":
                self._backwater.drift(self._wait() * 3, method, path, headers, body)
                raise NoAnswer("no answer in time")
            case "delay":
                await asyncio.sleep(self._wait())
            case "cut":
                _cutting.set(True)
            case "repeat":
                await self._carry(method, path, headers, body)
        answer = await self._carry(method, path, headers, body)
        if fault == "lose":
            raise NoAnswer("no answer in time")
        return answer

    def _fault(self) -> str:
        if self.healed:
            return "none"
        if self.apart:
            return "apart"
        names = list(self._faults)
        chances = [self._faults[name] for name in names]
        return self._random.choices([*names, "none"], [*chances, 1 - sum(chances)])[0]

    def _wait(self) -> float:
        return self._random.random() * 10 * self._pace

    async def _carry(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        start = time.monotonic()
        answer = await super().request(method, path, headers=headers, body=body)
        self._traffic.statuses[answer.status] += 1
        if path.endswith("/push"):
            self._traffic.pushes.append(time.monotonic() - start)
        return answer

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        """A cut is a real one: the server still writes when the connection goes away."""
        if not _cutting.get():
            return await super()._read(answer)
        _cutting.set(False)
        await answer.content.read(self._random.randrange(1, 200))
        answer.close()
        raise NoAnswer("cut off in the middle of the answer")
