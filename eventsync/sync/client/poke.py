"""The socket on which the server says "pull" (protocol 5). It may fail at any time: the loops go on without it."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import aiohttp

from eventsync.sync.client.http import HttpTransport

PATH = "/ws/v1/poke"
SILENCE = 45.0  # seconds; the server pings each 20
FIRST, LAST = 1.0, 60.0  # seconds between tries, before jitter
# The token is not known, or revoked (docs/protocol.md, section 5): a pull hears which, and what that means.
REFUSED = (4401, 4403)


class Poke:
    """Waiting → connecting → alive (the server has spoken) → lost, by closing or by silence → waiting.

    `silence`: seconds, whatever the `pace`, of which the server's pings know nothing. `chance`: the jitter, 0 to 1.
    """

    def __init__(
        self,
        transport: HttpTransport,
        *,
        token: Callable[[], str | None],
        on_news: Callable[[], None],
        pace: float = 1.0,
        silence: float = SILENCE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._transport, self._token, self._on_news, self._pace = transport, token, on_news, pace
        self._silence, self._chance = silence, chance
        self.alive = False
        self._refused = False  # and the pull that is to hear why was asked for
        self._failures = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            token = self._token()
            if token is not None:
                try:
                    await self._listen(token)
                except (aiohttp.ClientError, OSError, TimeoutError):
                    pass  # the loops pull anyway
                finally:
                    self.alive = False
            ceiling = min(LAST, FIRST * 2.0 ** min(self._failures, 10))
            self._failures += 1
            await asyncio.sleep(self._chance() * ceiling * self._pace)

    async def _listen(self, token: str) -> None:
        async with self._transport.session.ws_connect(self._transport.url + PATH) as socket:
            await socket.send_str(json.dumps({"token": token}))
            while True:
                message = await socket.receive(self._silence)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    self._closed(socket.close_code)
                    return
                first, self.alive, self._refused, self._failures = not self.alive, True, False, 0
                if first or _is_poke(message.data):
                    self._on_news()

    def _closed(self, code: int | None) -> None:
        if code in REFUSED and not self._refused:  # the next attempts will hear the same
            self._refused = True
            self._on_news()


def _is_poke(text: Any) -> bool:
    try:
        said = json.loads(text)
    except ValueError:
        return False
    return isinstance(said, dict) and "poke" in said
