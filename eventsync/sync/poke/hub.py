"""The hub of one process: which sockets read which streams, and telling them that a stream has moved.

Sockets have no channel of their own: at 3,000 of them the layer would need seconds for one poke. One subscription for
each process brings what other processes say.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping

from channels.layers import get_channel_layer
from django.conf import settings

log = logging.getLogger(__name__)

GROUP = "eventsync.pokes"
COALESCE = 0.2  # seconds: at most one poke for each stream and socket in this time
_RETRY = 5  # seconds until a lost subscription is asked for again


class Socket:
    """What one device is still to be told. It holds one head for each stream, however slow the device is."""

    def __init__(self, streams: Iterable[str]) -> None:
        self.streams = frozenset(streams)
        self._heads: dict[str, int] = {}
        self._news = asyncio.Event()

    def tell(self, stream: str, head: int) -> None:
        self._heads[stream] = max(head, self._heads.get(stream, 0))
        self._news.set()

    async def news(self) -> dict[str, int]:
        """Waits until there is something to tell, and takes it."""
        await self._news.wait()
        heads, self._heads = self._heads, {}
        self._news.clear()
        return heads


class Hub:
    """Lives in the event loop of its server; `say` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._readers: dict[str, set[Socket]] = {}
        self._waiting: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._subscription: asyncio.Task[None] | None = None

    def join(self, socket: Socket) -> None:
        self._wake_up()
        for stream in socket.streams:
            self._readers.setdefault(stream, set()).add(socket)

    def leave(self, socket: Socket) -> None:
        for stream in socket.streams:
            readers = self._readers.get(stream, set())
            readers.discard(socket)
            if not readers:
                self._readers.pop(stream, None)

    def say(self, heads: Mapping[str, int]) -> None:
        """Streams have moved, and the transaction that moved them is committed."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._take, dict(heads))

    def _wake_up(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop, self._readers, self._waiting, self._timer = loop, {}, {}, None
        if settings.REDIS_URL:
            self._subscription = loop.create_task(self._listen())

    def _take(self, heads: Mapping[str, int]) -> None:
        for stream, head in heads.items():
            if stream in self._readers:
                self._waiting[stream] = max(head, self._waiting.get(stream, 0))
        if self._waiting and self._timer is None:
            self._flush()

    def _flush(self) -> None:
        """The first poke goes at once; what comes within the next moments goes together at their end."""
        waiting, self._waiting, self._timer = self._waiting, {}, None
        for stream, head in waiting.items():
            for socket in self._readers.get(stream, ()):
                socket.tell(stream, head)
        if waiting:
            self._timer = asyncio.get_running_loop().call_later(COALESCE, self._flush)

    async def _listen(self) -> None:
        """Hears what other processes say; without it, devices hear of that at their next pull."""
        while True:
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel("poke.")
                await layer.group_add(GROUP, channel)
                while True:
                    message = await layer.receive(channel)
                    self._take(message["heads"])
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - each layer has errors of its own, and none may end the hub
                log.warning("Pokes of other processes are not heard: %s", error)
                await asyncio.sleep(_RETRY)


hub = Hub()
