"""The socket at /ws/v1/poke (protocol 5): a token comes in, then only pokes and pings go out.

`converse` is what any such socket does, whoever is at its other end.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
import orjson
from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import validate_host
from django.utils import timezone

from eventsync.sync.enrolment import device_of
from eventsync.sync.poke.hub import PING, Socket, hub
from eventsync.sync.registry import registry
from eventsync.sync.streams import device_stream
from eventsync.sync.wire import write_time

_TOKEN_WITHIN = 10  # seconds
DOUBT = PING  # seconds after which a page's session is looked at again
_MOST_BYTES = 1024

# Close codes (docs/protocol.md, section 5).
MALFORMED, UNAUTHENTICATED, REVOKED, TOO_LATE = 4400, 4401, 4403, 4408

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Reads = Callable[[], Awaitable[tuple[str, list[str]]]]
"""Their own stream, which moves when what they may read changes, and all that they may read now; or raises `Closed`."""


class Hello(msgspec.Struct):
    """The first message of a client."""

    token: str


class Closed(Exception):
    """Ends a socket with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def poke(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of one device's socket."""

    async def admit() -> Reads:
        return partial(_readable, await _first_message(receive))

    await converse(scope, receive, send, admit)


async def converse(
    scope: dict[str, Any],
    receive: Receive,
    send: Send,
    admit: Callable[[], Awaitable[Reads]],
    *,
    of_page: bool = False,
) -> None:
    """One socket from its handshake to its end.

    `of_page`: it is told only that something moved, and asked about again and again, for its session may have ended.
    """
    await receive()
    if not _is_ours(dict(scope["headers"]).get(b"origin")):
        await send({"type": "websocket.close", "code": REVOKED})
        return
    await send({"type": "websocket.accept"})
    try:
        await _serve(await admit(), receive, send, of_page=of_page)
    except Closed as closed:
        with suppress(Exception):  # it may be gone already, and that was the aim
            await send({"type": "websocket.close", "code": closed.code})


def _is_ours(origin: bytes | None) -> bool:
    """A browser says which page is asking; a device that is no browser says nothing."""
    if origin is None:
        return True
    try:
        host = urlsplit(origin.decode("latin-1")).hostname
    except ValueError:  # as of half an IPv6 address
        return False
    return host is not None and validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS)


async def _first_message(receive: Receive) -> str:
    try:
        message = await asyncio.wait_for(receive(), _TOKEN_WITHIN)
    except TimeoutError as error:
        raise Closed(TOO_LATE) from error
    text = message.get("text")
    if text is None or len(text) > _MOST_BYTES:
        raise Closed(MALFORMED)
    try:
        return msgspec.json.decode(text, type=Hello).token
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Closed(MALFORMED) from error


async def _serve(reads: Reads, receive: Receive, send: Send, *, of_page: bool) -> None:
    """Pokes and pings, until they hang up or may no longer read. The first ping says: you are heard."""
    gone = asyncio.ensure_future(_until_gone(receive))
    say = _moved if of_page else _poke
    try:
        own, streams = await reads()
        asked = time.monotonic()
        socket = Socket(streams)
        gone.add_done_callback(lambda _: socket.close())
        hub.join(socket)
        try:
            await send(_ping())
            while (heads := await socket.news()) is not None:
                if of_page and time.monotonic() - asked >= DOUBT:
                    asked, (_, streams) = time.monotonic(), await reads()
                    hub.change(socket, streams)
                before = _among(socket.streams, heads)
                if before or not heads:
                    await send(say(before) if before else _ping())
                if own in heads or len(before) < len(heads):  # what it may read may have changed
                    _, streams = await reads()
                    hub.change(socket, streams)
                    if new := [each for each in _among(streams, heads) if each not in before]:
                        await send(say(tuple(new)))
        finally:
            hub.leave(socket)
            socket.close()
    finally:
        gone.cancel()


@database_sync_to_async  # type: ignore[untyped-decorator] # channels has no types
def _readable(token: str) -> tuple[str, list[str]]:
    """The device's own stream, and all that it may read now."""
    found = device_of(token)
    if found is None:
        raise Closed(UNAUTHENTICATED)
    device, may_read = found
    if not may_read:
        raise Closed(REVOKED)
    return device_stream(device.id), registry.readable(device)


async def _until_gone(receive: Receive) -> None:
    """Nothing that a device says after its token means anything."""
    while (await receive())["type"] != "websocket.disconnect":
        pass


def _ping() -> dict[str, Any]:
    return _text({"ping": write_time(timezone.now())})


def _among(streams: Collection[str], heads: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((stream, head) for stream, head in heads.items() if stream in streams)


@lru_cache(maxsize=64)  # a thousand sockets are told the same at the same moment
def _poke(heads: tuple[tuple[str, int], ...]) -> dict[str, Any]:
    return _text({"poke": dict(heads)})


def _moved(_: tuple[tuple[str, int], ...]) -> dict[str, Any]:
    """What a page is told: that there is something, and not what."""
    return _poke(())


def _text(message: dict[str, Any]) -> dict[str, Any]:
    return {"type": "websocket.send", "text": orjson.dumps(message).decode()}
