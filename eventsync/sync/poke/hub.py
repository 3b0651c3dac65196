"""The hub of one process: which sockets read which streams, and telling them that a stream has moved.

Sockets have no channel of their own: at 3,000 of them the layer would need seconds for one poke. One subscription for
each process brings what other processes say.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connections

log = logging.getLogger(__name__)

DEVICES = "device:"  # begins the name of each stream that one device alone reads
ALERTS = "alerts"  # no stream: only pages of the desk are told of it, by clocks that may differ
PING = 20  # seconds of silence
COALESCE = 0.2  # seconds: at most one poke for each stream and socket in this time
_RETRY = 5  # seconds until a lost subscription is asked for again


def group() -> str:
    """Where the processes of one database hear each other: another's on the same Redis would be told of its streams."""
    name = str(connections["default"].settings_dict["NAME"])
    return f"eventsync.pokes.{hashlib.sha256(name.encode()).hexdigest()[:16]}"


class Socket:
    """What one device is still to be told. It holds one head for each stream, however slow the device is.

    It costs no task and no timer for each poke: a thousand of them are woken at the same moment.
    """

    def __init__(self, streams: Iterable[str], *, ping: float = PING) -> None:
        self.streams = frozenset(streams)
        self._heads: dict[str, int] = {}
        self._loop = asyncio.get_running_loop()
        self._ping, self._ping_due, self._closed = ping, False, False
        self._spoke = self._loop.time()
        self._timer = self._loop.call_later(ping, self._beat)
        self._waiter: asyncio.Future[None] | None = None

    def tell(self, stream: str, head: int) -> None:
        self._heads[stream] = max(head, self._heads.get(stream, 0))
        self._wake()

    def close(self) -> None:
        """The device is gone: there is no more news."""
        self._closed = True
        self._timer.cancel()
        self._wake()

    async def news(self) -> dict[str, int] | None:
        """Waits until there is something to tell, and takes it; {} after a long silence, None once it is closed."""
        while not (self._heads or self._ping_due or self._closed):
            self._waiter = self._loop.create_future()
            await self._waiter
        if self._closed:
            return None
        heads, self._heads, self._ping_due = self._heads, {}, False
        self._spoke = self._loop.time()
        return heads

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _beat(self) -> None:
        """Asks for a ping when nothing was said for so long, and looks again when that may be so next."""
        quiet = self._loop.time() - self._spoke
        if quiet >= self._ping:
            self._ping_due, quiet = True, 0
            self._wake()
        self._timer = self._loop.call_later(self._ping - quiet, self._beat)


class Hub:
    """Lives in the event loop of its server; `say` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sockets: set[Socket] = set()
        self._readers: dict[str, set[Socket]] = {}
        self._heard_of: set[str] = set()
        self._waiting: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._subscription: asyncio.Task[None] | None = None

    @property
    def size(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def join(self, socket: Socket) -> None:
        self._wake_up()
        self._sockets.add(socket)
        self._heard_of |= socket.streams
        for stream in socket.streams:
            self._readers.setdefault(stream, set()).add(socket)

    def leave(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        for stream in socket.streams:
            readers = self._readers.get(stream, set())
            readers.discard(socket)
            if not readers:
                self._readers.pop(stream, None)
                self._told.pop(stream, None)

    def change(self, socket: Socket, streams: Iterable[str]) -> None:
        """From now on it reads these; what it has not been told yet, it still will be."""
        self.leave(socket)
        socket.streams = frozenset(streams)
        self.join(socket)

    def say(self, heads: Mapping[str, int]) -> None:
        """Streams have moved, and the transaction that moved them is committed."""
        self._soon(self._take, dict(heads))

    def forget(self) -> None:
        """Another database answers now, and its heads may be lower."""
        self._soon(self._told.clear)

    def _soon(self, do: Callable[..., None], *args: Any) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(do, *args)

    def _wake_up(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop, self._readers, self._waiting, self._told, self._timer = loop, {}, {}, {}, None
        self._sockets, self._heard_of = set(), set()
        if settings.REDIS_URL:
            self._subscription = loop.create_task(self._listen())

    def _take(self, heads: Mapping[str, int]) -> None:
        """What this process said itself comes back through Redis, maybe late: a head is told once, none backwards."""
        for stream, head in heads.items():
            told = self._told.get(stream, 0)
            if self._is_news_to_somebody(stream) and (told < head or (stream == ALERTS and told != head)):
                self._waiting[stream] = max(head, self._waiting.get(stream, 0))
        if self._waiting and self._timer is None:
            self._flush()

    def _is_news_to_somebody(self, stream: str) -> bool:
        """Also the first word of a stream that nobody reads: it may be new, as that of a new venue is."""
        if stream in self._readers:
            return True
        unheard_of = stream not in self._heard_of and stream != ALERTS and not stream.startswith(DEVICES)
        self._heard_of.add(stream)
        return unheard_of

    def _flush(self) -> None:
        """The first poke goes at once; what comes within the next moments goes together at their end."""
        waiting, self._waiting, self._timer = self._waiting, {}, None
        self._told |= waiting
        for stream, head in waiting.items():
            for socket in self._readers.get(stream, self._sockets):
                socket.tell(stream, head)
        if waiting:
            self._timer = asyncio.get_running_loop().call_later(COALESCE, self._flush)

    async def _listen(self) -> None:
        """Hears what other processes say; without it, devices hear of that at their next pull."""
        while True:
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel("poke.")
                await layer.group_add(group(), channel)
                while True:
                    message = await layer.receive(channel)
                    self._take(message["heads"])
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - each layer has errors of its own, and none may end the hub
                log.warning("Pokes of other processes are not heard: %s", error)
                await asyncio.sleep(_RETRY)


hub = Hub()
