"""The device's end of the socket, against a real server that says what a test wants."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from aiohttp import web

from eventsync.sync.client.http import HttpTransport
from eventsync.sync.client.poke import FIRST, LAST, PATH, SILENCE, Poke
from tests.sync.apart import apart

PATIENCE = 60  # seconds, of which a busy machine may need some
PING = json.dumps({"ping": "2026-07-04T12:00:00.000Z"})
POKE = json.dumps({"poke": {"roster:1": 7}})

Script = Callable[["Host", web.WebSocketResponse], Awaitable[None]]


@dataclass
class Host:
    """The server, and what it and the device noticed. `script` is what it does with each socket, once it is open."""

    script: Script
    at: list[float] = field(default_factory=list)  # when each connection came
    first: list[str] = field(default_factory=list)  # the first message on each
    news: int = 0  # how often the device was told to pull
    poke: Poke | None = None
    token: str | None = "secret"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.at.append(asyncio.get_running_loop().time())
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.first.append(await socket.receive_str())
        await self.script(self, socket)
        return socket

    def hear(self) -> None:
        self.news += 1

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not done():  # noqa: ASYNC110 - looks as a person would, from outside
                await asyncio.sleep(0.002)

    @property
    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.at)]

    @property
    def alive(self) -> bool:
        return self.poke is not None and self.poke.alive


def meet(host: Host, until: Callable[[], bool], *, pace: float = 0.001, silence: float = PATIENCE) -> None:
    """A device listens to the host, with as much jitter as there can be, until this is so."""

    async def story() -> None:
        app = web.Application()
        app.router.add_get(PATH, host.serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with HttpTransport(f"http://127.0.0.1:{runner.addresses[0][1]}") as transport:
            host.poke = Poke(
                transport,
                token=lambda: host.token,
                on_news=host.hear,
                pace=pace,
                silence=silence,
                chance=lambda: 1.0,
            )
            task = asyncio.create_task(host.poke.run())
            try:
                await host.until(lambda: task.done() or until())
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await runner.cleanup()
        await asyncio.sleep(0.05)  # in which asyncio closes what was closed

    apart(story())


async def listen(socket: web.WebSocketResponse) -> None:
    """Says nothing more, until the device goes."""
    async for _ in socket:
        pass


async def greet(host: Host, socket: web.WebSocketResponse) -> None:
    await socket.send_str(PING)
    await listen(socket)


async def hang_up(host: Host, socket: web.WebSocketResponse) -> None:
    await socket.close()


def test_first_message_is_the_token() -> None:
    host = Host(greet)
    meet(host, lambda: host.alive)
    assert [json.loads(text) for text in host.first] == [{"token": "secret"}]


def test_device_without_a_token_opens_nothing_until_it_has_one() -> None:
    host, tries = Host(greet, token=None), iter(range(1_000))

    def enrolled_after_a_while() -> bool:
        if next(tries) == 50:
            assert host.at == []
            host.token = "later"
        return host.alive

    meet(host, enrolled_after_a_while)
    assert [json.loads(text) for text in host.first] == [{"token": "later"}]


def test_each_poke_is_news_and_pings_and_nonsense_are_none() -> None:
    async def talk(host: Host, socket: web.WebSocketResponse) -> None:
        for said in (PING, PING, "no json", "[]", '"poke"', POKE, PING, POKE):
            await socket.send_str(said)
        await listen(socket)

    host = Host(talk)
    meet(host, lambda: host.news >= 3)
    assert (host.news, len(host.at)) == (3, 1), "the first message, and two pokes"


def test_each_connection_is_news_once_the_server_has_spoken() -> None:
    """What was said while nobody listened is lost."""

    async def talk(host: Host, socket: web.WebSocketResponse) -> None:
        if len(host.at) % 2:
            await socket.send_str(PING)
        await socket.close()

    host = Host(talk)
    meet(host, lambda: len(host.at) == 7)
    assert host.news in (3, 4), "of seven connections the server spoke on the first, the third, the fifth and the last"


def test_silence_is_that_of_the_protocol() -> None:
    poke = Poke(HttpTransport("http://127.0.0.1"), token=lambda: None, on_news=lambda: None)
    assert (poke._silence, SILENCE) == (45, 45)


def test_silence_ends_a_connection_and_the_next_one_is_news() -> None:
    host = Host(greet)
    meet(host, lambda: host.news == 3, silence=0.3)
    assert len(host.gaps) == 2
    assert all(gap >= 0.29 for gap in host.gaps)


def test_server_that_speaks_in_time_is_kept() -> None:
    async def ping(host: Host, socket: web.WebSocketResponse) -> None:
        for _ in range(8):
            await socket.send_str(PING)
            await asyncio.sleep(0.5)
        await socket.send_str(POKE)
        await listen(socket)

    host = Host(ping)
    meet(host, lambda: host.news == 2, silence=3)
    assert len(host.at) == 1, "four seconds in all, and never three without a word"


def test_network_that_is_gone_is_not_waited_for() -> None:
    """It answers no closing either."""

    async def vanish(host: Host, socket: web.WebSocketResponse) -> None:
        await socket.send_str(PING)
        await asyncio.sleep(PATIENCE)

    host = Host(vanish)
    meet(host, lambda: len(host.at) == 2, silence=0.2)
    [gap] = host.gaps
    assert 0.2 <= gap < 8


def test_socket_is_alive_from_the_first_word_until_it_is_lost() -> None:
    seen: list[bool] = []

    async def watch(host: Host, socket: web.WebSocketResponse) -> None:
        seen.append(host.alive)
        await socket.send_str(PING)
        await host.until(lambda: host.alive)
        await socket.close()
        await host.until(lambda: not host.alive)
        seen.append(host.alive)

    host = Host(watch)
    meet(host, lambda: len(seen) >= 2)
    assert seen[:2] == [False, False]


def test_server_that_hangs_up_is_tried_ever_less_often_up_to_a_minute() -> None:
    pace = 0.003
    host = Host(hang_up)
    meet(host, lambda: len(host.at) == 11, pace=pace)
    ceilings = [min(LAST, FIRST * 2**number) * pace for number in range(10)]
    assert all(gap >= ceiling * 0.99 for gap, ceiling in zip(host.gaps, ceilings, strict=True))
    assert host.gaps[-1] < FIRST * 2**9 * pace, "half a second and more, did nothing hold it down"


@pytest.mark.parametrize("refuse", [403, 500])
def test_server_that_opens_no_socket_is_tried_again(refuse: int) -> None:
    class Closed(Host):
        async def serve(self, request: web.Request) -> web.StreamResponse:
            if len(self.at) >= 3:
                return await super().serve(request)
            self.at.append(asyncio.get_running_loop().time())
            return web.Response(status=refuse)

    host = Closed(greet)
    meet(host, lambda: host.alive)
    assert (len(host.at), host.news) == (4, 1)


def test_server_that_spoke_is_tried_again_soon() -> None:
    """Backoff is for those who do not: here, after six in a row."""
    pace = 0.05

    async def talk_at_last(host: Host, socket: web.WebSocketResponse) -> None:
        if len(host.at) == 7:
            await socket.send_str(PING)
            await host.until(lambda: host.alive)
        await socket.close()

    host = Host(talk_at_last)
    meet(host, lambda: len(host.at) == 8, pace=pace)
    assert host.gaps[-1] < LAST * pace / 2


@pytest.mark.parametrize("code", [4401, 4403])
def test_device_whose_token_is_refused_pulls_once_to_hear_why_and_goes_on_trying(code: int) -> None:
    news: list[int] = []  # so far, at each connection

    async def refuse(host: Host, socket: web.WebSocketResponse) -> None:
        news.append(host.news)
        if len(host.at) == 4:  # it was known again for a while
            await socket.send_str(PING)
            await host.until(lambda: host.alive)
        await socket.close(code=code)

    host = Host(refuse)
    meet(host, lambda: len(news) == 6)
    assert news[:6] == [0, 1, 1, 1, 3, 3]


@pytest.mark.parametrize("code", [1000, 1011, 4400, 4408])
def test_socket_that_closes_otherwise_is_no_news(code: int) -> None:
    async def close(host: Host, socket: web.WebSocketResponse) -> None:
        await socket.close(code=code)

    host = Host(close)
    meet(host, lambda: len(host.at) == 3)
    assert host.news == 0
