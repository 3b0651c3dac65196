"""Sockets of devices."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")
PATIENCE = 40  # seconds; longer than the hub needs to find a lost Redis again

Scenario = Callable[[aiohttp.ClientWebSocketResponse], Awaitable[T]]


async def socket_of(port: int, token: str, scenario: Scenario[T]) -> T:
    """Runs `scenario` with an open socket that has said its token."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"http://127.0.0.1:{port}/ws/v1/poke") as socket:
        await socket.send_json({"token": token})
        return await asyncio.wait_for(scenario(socket), PATIENCE)


async def poke_of(socket: aiohttp.ClientWebSocketResponse, stream: str) -> int:
    """The head in the next poke of a stream."""
    while True:
        message = await socket.receive_json()
        if stream in message.get("poke", {}):
            return int(message["poke"][stream])


def apart(scenario: Coroutine[Any, Any, T]) -> T:
    """Runs it in a thread of its own: a browser test on this worker may have left its event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scenario).result()
