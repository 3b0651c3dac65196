"""Redis is killed, or hangs: only pokes between processes stop, and they come back by themselves."""

import asyncio
import uuid
from contextlib import suppress

import aiohttp
import pytest
from django.conf import settings

from tests.faults.devices import EPOCH, Answer, Writer, ask
from tests.faults.pokes import apart, poke_of, socket_of
from tests.faults.stage import Stage

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="no Redis in this run, and none is needed")

ONE_BUSY_SECOND = 1.0


def test_redis_killed_stops_only_pokes_and_they_come_back(stage: Stage) -> None:
    assert stage.redis is not None
    near, far = stage.web(), stage.web()
    reader, writer = stage.reader(), stage.writer()
    stream = door_of(writer)

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> None:
        assert stage.redis is not None
        await socket.receive_json()
        await poked_by(far.port, socket)
        await asyncio.to_thread(stage.redis.stop)
        await silence(socket, stream)
        head = reader.cursors[stream]
        assert await asyncio.to_thread(writer.push, writer.record(20), port=far.port)
        assert await asyncio.to_thread(reader.complete, stream)
        assert reader.cursors[stream] > head
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(poke_of(socket, stream), ONE_BUSY_SECOND)
        await poked_by(near.port, socket)  # the process that it hangs on needs no Redis for it
        await asyncio.to_thread(stage.redis.start)
        await poked_by(far.port, socket)

    async def poked_by(port: int, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Somebody goes in, again and again, until the socket hears of it."""
        hearing = asyncio.ensure_future(poke_of(socket, stream))
        while not hearing.done():
            assert await asyncio.to_thread(writer.push, [one_in(writer)], port=port)
            await asyncio.wait([hearing], timeout=ONE_BUSY_SECOND)
        assert hearing.result() > 0

    apart(socket_of(near.port, reader.token, scenario))
    stage.verify()


@pytest.mark.parametrize(("fault", "guesses"), [("killed", 11), pytest.param("hangs", 1, marks=pytest.mark.long)])
def test_redis_away_fails_no_request(stage: Stage, fault: str, guesses: int) -> None:
    """Snapshots and the throttle of enrolment use the cache. One that hangs costs each of them seconds."""
    assert stage.redis is not None
    web = stage.web()
    reader, writer = stage.reader(), stage.writer()
    if fault == "killed":
        stage.redis.stop()
    else:
        stage.redis.freeze()
    try:
        assert writer.push(writer.record(20))
        late = stage.reader()
        assert late.complete(reader.attendance()[0])
        assert enrol(web.port, stage.code, writer).status == 201
        wrong = [enrol(web.port, f"WRONG-{guess}", writer).status for guess in range(guesses)]
        assert wrong == ([403] * 10 + [429])[:guesses]
    finally:
        if fault == "hangs":
            stage.redis.thaw()
    stage.verify()


async def silence(socket: aiohttp.ClientWebSocketResponse, stream: str) -> None:
    """Until no poke is on its way any more."""
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(poke_of(socket, stream), ONE_BUSY_SECOND)


def door_of(writer: Writer) -> str:
    """The stream in which it tells."""
    return writer.attendance()[0]


def one_in(writer: Writer) -> dict[str, object]:
    return writer.record(1)[0]


def enrol(port: int, code: str, like: Writer) -> Answer:
    asked = {"code": code, "device": str(uuid.uuid4()), "name": "Phone", "app_version": "test", "protocol": 1}
    answer = ask(port, "POST", "enrol", body=asked)
    assert answer is not None
    assert answer.headers[EPOCH] == like.epoch
    return answer
