"""Requests as they go over a real line."""

import asyncio

import pytest
from aiohttp import web

from eventsync.sync.client.http import HttpTransport
from eventsync.sync.client.server import EPOCH, Offline, Server
from tests.cast import NOON
from tests.sync.apart import apart

PATIENCE = 60  # seconds, of which a busy machine may need some


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed_and_counts_as_offline_even_with_our_mark(status: int) -> None:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        elsewhere = {} if request.path == "/elsewhere" else {"Location": "/elsewhere"}
        return web.json_response({}, status=status if elsewhere else 200, headers={EPOCH: "e", **elsewhere})

    async def story() -> object:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with HttpTransport(f"http://127.0.0.1:{runner.addresses[0][1]}") as transport:
            reply = await Server(transport, lambda: NOON).streams("secret")
        await runner.cleanup()
        await asyncio.sleep(0.05)  # in which asyncio closes what was closed
        return reply

    reply = apart(asyncio.wait_for(story(), PATIENCE))
    assert (isinstance(reply, Offline), asked) == (True, ["/api/v1/streams"])
