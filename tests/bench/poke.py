"""Poke at scale: how long after a push each of many sockets hears of it, through one process and through two."""

import asyncio
import contextlib
import json
import os
import resource
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec

import aiohttp
from channels.layers import get_channel_layer
from django.db import connection

from eventsync.sync.poke.hub import group
from tests.bench.devices import Sender, enrolled
from tests.bench.server import with_people
from tests.bench.web import Web, bench_database, load
from tests.cast import Games

ROUNDS = 10
PAUSE = 0.7  # seconds between pushes: longer than pokes are gathered for
PATIENCE = 60  # seconds for all sockets to hear of a push
OPENING = 50  # sockets that are opened at once
FOREIGN = 2_000  # messages about streams that nobody in the process reads


def run() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the servers inherit it
    try:
        with bench_database() as database:
            games = with_people("poke", 5 * ROUNDS)
            phones = [Sender(*each) for each in enrolled(games, 3_001)]
            print(f"\nPoke on {connection.vendor}, load {load()}")
            print(
                f"{'':>34}{' p50 ms':>8}{'p99 ms':>8}{'max ms':>8}{'lost':>6}{'µs CPU each':>13}{'kB each':>9}   target"
            )
            for server in servers():
                single(Web(database, server), games, phones[:1_001], "p99 ≤ 150")
                single(Web(database, server), games, phones, "none lost")
            if os.environ.get("EVENTSYNC_REDIS_URL"):
                double(database, games, phones[:1_001])
                foreign(Web(database), games, phones[0])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def servers() -> Iterator[str]:
    yield "daphne"
    if find_spec("websockets") or find_spec("wsproto"):
        yield "uvicorn"
    else:
        print("(uvicorn: no websocket library is installed for it)")


def single(web: Web, games: Games, phones: Sequence[Sender], target: str) -> None:
    with web:
        show(f"{len(phones) - 1:,} sockets, one {web.server}", listen(web, web, games, phones), target)


def double(database: str, games: Games, phones: Sequence[Sender]) -> None:
    with ExitStack() as stack:
        near, far = (stack.enter_context(Web(database)) for _ in range(2))
        show(f"{len(phones) - 1:,} sockets, pushed to another", listen(near, far, games, phones), "p99 ≤ 150")


def foreign(web: Web, games: Games, phone: Sender) -> None:
    """What a message costs a process none of whose sockets read the stream.

    One socket is open, and a last message that it does read ends the measurement: so the process has heard them all.
    """
    own = f"attendance:{games.hall.id}"

    async def scenario() -> float:
        layer = get_channel_layer()
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{web.url}/ws/v1/poke") as socket:
            await socket.send_str(json.dumps({"token": phone.token}))
            assert "ping" in await socket.receive_json()
            await asyncio.sleep(1)  # the hub subscribes beside the first ping
            before = web.cpu()
            for number in range(FOREIGN):
                await layer.group_send(group(), {"type": "poke", "heads": {f"attendance:{uuid.uuid4()}": number}})
            await layer.group_send(group(), {"type": "poke", "heads": {own: 1}})
            async with asyncio.timeout(PATIENCE):
                while own not in (await socket.receive_json()).get("poke", {}):
                    pass
            return web.cpu() - before

    with web:
        print(f"{'message that nobody here reads':>34} {asyncio.run(scenario()) / FOREIGN * 1e6:>7.0f} µs CPU")


@dataclass
class Heard:
    """Milliseconds from the sending of a push to each socket's poke, and what it cost the sockets' server."""

    waits: list[float] = field(default_factory=list)
    lost: int = 0
    cpu: float = 0
    memory: float = 0


def show(what: str, heard: Heard, target: str) -> None:
    waits = sorted(heard.waits)
    middle, nearly = (waits[int(len(waits) * part)] for part in (0.5, 0.99))
    said = "PASS" if (heard.lost == 0 if target == "none lost" else nearly <= 150) else "missed"
    each = heard.cpu / len(waits) * 1e6
    print(
        f"{what:>34} {middle:>7.0f} {nearly:>7.0f} {waits[-1]:>7.0f} {heard.lost:>5} {each:>12.0f} {heard.memory:>8.0f}"
        f"   {target}: {said}"
    )


def listen(near: Web, far: Web, games: Games, phones: Sequence[Sender]) -> Heard:
    """The sockets are at `near`, pushes go to `far`."""
    writer, *listeners = phones
    stream = f"attendance:{games.hall.id}"

    async def scenario() -> Heard:
        heard, empty = Heard(), near.memory()[0]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            ears = [Ear(stream) for _ in listeners]
            doors = asyncio.Semaphore(OPENING)
            tasks = [
                asyncio.create_task(ear.listen(session, near.url, phone.token, doors))
                for ear, phone in zip(ears, listeners, strict=True)
            ]
            await asyncio.gather(*(ear.open.wait() for ear in ears))
            heard.memory = (near.memory()[0] - empty) * 1024 / len(ears)
            for number in range(ROUNDS + 1):
                before = near.cpu()
                sent = time.monotonic()
                await push(session, far.url, writer, games, number)
                waits = await told(ears, sent)
                if number:  # the first one warms up
                    heard.waits += waits
                    heard.lost += len(ears) - len(waits)
                    heard.cpu += near.cpu() - before
                await asyncio.sleep(PAUSE)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return heard

    return asyncio.run(scenario())


async def push(session: aiohttp.ClientSession, url: str, writer: Sender, games: Games, number: int) -> None:
    writer.record(games, number, 1)
    await writer.push_all(session, url, time.monotonic())


async def told(ears: Sequence["Ear"], sent: float) -> list[float]:
    """Milliseconds until each ear has heard; who has heard nothing in PATIENCE is left out."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(ear.news.wait() for ear in ears)), PATIENCE)
    waits = [(ear.at - sent) * 1e3 for ear in ears if ear.news.is_set()]
    for ear in ears:
        ear.news.clear()
    return waits


class Ear:
    """One socket, and when it heard of its stream."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self.open, self.news, self.at = asyncio.Event(), asyncio.Event(), 0.0

    async def listen(self, session: aiohttp.ClientSession, url: str, token: str, doors: asyncio.Semaphore) -> None:
        async with doors:
            socket = await session.ws_connect(f"{url}/ws/v1/poke")
            await socket.send_str(json.dumps({"token": token}))
            assert "ping" in await socket.receive_json()
        self.open.set()
        async for message in socket:
            if self._stream in json.loads(message.data).get("poke", {}):
                self.at = time.monotonic()
                self.news.set()
