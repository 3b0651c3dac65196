"""Any ASGI server will do: under uvicorn pushes, pulls and pokes work, and a killed process loses nothing."""

import asyncio
import signal
import socket
import time
from importlib.util import find_spec
from typing import Any

import aiohttp
import pytest

from tests.faults.pokes import apart, poke_of, socket_of
from tests.faults.stage import Stage

# uvicorn speaks websockets only with one of these beside it. Without, it refuses, and devices live by pulling.
SPEAKS_SOCKETS = any(map(find_spec, ("websockets", "wsproto")))


@pytest.mark.long
def test_uvicorn_killed_in_mid_batch_loses_and_doubles_nothing(stage: Stage, seed: int) -> None:
    web = stage.web("uvicorn")
    reader, writer, _ = stage.reader(), stage.writer(), stage.writer()
    stream = writer.attendance()[0]

    async def scenario(heard: aiohttp.ClientWebSocketResponse) -> Any:
        await heard.receive_json()
        await asyncio.to_thread(writer.push, writer.record(100))
        return await poke_of(heard, stream)

    if SPEAKS_SOCKETS:
        assert apart(socket_of(web.port, reader.token, scenario)) > 0
    else:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            apart(socket_of(web.port, reader.token, scenario))
    with stage.at_work():
        time.sleep(stage.dice.uniform(0.5, 1.5))
        web.stop(signal.SIGKILL)
        web.start()
    stage.verify()


def test_uvicorn_refuses_a_body_as_soon_as_it_is_too_long(stage: Stage) -> None:
    """However slowly the rest comes: nobody waits for it, and it takes no place from other pushes."""
    web = stage.web("uvicorn")
    head = b"POST /api/v1/push HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=60) as connection:
        connection.sendall(head + b"x" * 3 * 1024 * 1024)
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 "), web.log()
    assert b"x-eventsync-epoch" in answer.lower()
