"""Requests under ASGI: few threads, which stay, and no step back into the event loop between middleware and view."""

import asyncio
import shutil
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from eventsync import threads
from tests.e2e.stage import Server
from tests.sync.apart import apart

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "http_version": "1.1"}


class Recorded(threads.Handler):
    """Answers everything itself, and knows in which threads."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[str] = []
        self.begun = threading.Event()
        self.together = threading.Barrier(1)

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        self.threads.append(threading.current_thread().name)
        self.begun.set()
        self.together.wait(10)
        return HttpResponse("done")


async def answer(handler: threads.Handler) -> bytes:
    client = ApplicationCommunicator(handler, dict(SCOPE))
    await client.send_input({"type": "http.request", "body": b""})
    start = await client.receive_output(10)
    assert start["status"] == 200
    body: Any = await client.receive_output(10)
    await client.wait(10)
    return bytes(body["body"])


def test_requests_one_after_another_share_a_thread() -> None:
    handler = Recorded()

    async def one_by_one() -> list[bytes]:
        return [await answer(handler) for _ in range(5)]

    assert apart(one_by_one()) == [b"done"] * 5
    assert len(set(handler.threads)) == 1


def test_requests_at_once_have_a_thread_each_until_none_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "THREADS", 3)
    handler = Recorded()
    handler.together = threading.Barrier(3)  # passes when three requests are at work at the same moment

    async def at_once() -> list[bytes]:
        return await asyncio.gather(*(answer(handler) for _ in range(9)))

    assert apart(at_once()) == [b"done"] * 9
    assert sorted(map(handler.threads.count, set(handler.threads))) == [3, 3, 3]


def test_slow_networks_hold_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """One never sends the end of its request, another never reads its answer: a third is served all the same."""
    monkeypatch.setattr(threads, "THREADS", 1)
    handler = Recorded()

    async def third() -> bytes:
        answering = asyncio.Event()

        async def never(message: object) -> None:
            answering.set()
            await asyncio.Event().wait()

        up = ApplicationCommunicator(handler, dict(SCOPE))
        await up.send_input({"type": "http.request", "body": b"the beginning", "more_body": True})
        received = asyncio.Queue[Any]()
        received.put_nowait({"type": "http.request", "body": b""})
        down = asyncio.create_task(handler(dict(SCOPE), received.get, never))
        try:
            await asyncio.wait_for(answering.wait(), 10)
            return await answer(handler)
        finally:
            down.cancel()
            await up.send_input({"type": "http.disconnect"})
            await up.wait(10)

    assert apart(third()) == b"done"


def test_thread_stays_with_a_request_that_nobody_waits_for_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is free when the work is done, and not before."""
    monkeypatch.setattr(threads, "THREADS", 1)
    handler = Recorded()
    handler.together = threading.Barrier(2)

    async def second() -> bool:
        first = asyncio.create_task(answer(handler))
        await asyncio.to_thread(handler.begun.wait, 10)
        first.cancel()
        later = asyncio.create_task(answer(handler))
        await asyncio.sleep(0.1)
        begun = len(handler.threads)
        await asyncio.to_thread(handler.together.wait, 10)  # lets the first one end
        await asyncio.to_thread(handler.together.wait, 10)  # and then the second
        return begun == 1 and await later == b"done"

    assert apart(second())


def test_answer_has_its_cookies_and_all_of_a_streamed_body() -> None:
    class Streaming(threads.Handler):
        def get_response(self, request: HttpRequest) -> HttpResponseBase:
            response = StreamingHttpResponse([b"one, ", b"two"])
            response.set_cookie("mark", "here")
            return response

    async def asked() -> tuple[Any, Any]:
        client = ApplicationCommunicator(Streaming(), dict(SCOPE))
        await client.send_input({"type": "http.request", "body": b""})
        answered = await client.receive_output(10), await client.receive_output(10)
        await client.wait(10)
        return answered

    start, body = apart(asked())
    assert dict(start["headers"])[b"Set-Cookie"] == b"mark=here; Path=/"
    assert body["body"] == b"one, two"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.manage("migrate", "--verbosity", "0")
    server.start()
    yield server
    server.stop()


def epoch_of(server: Server) -> str:
    """As the server reads it from its database at this moment."""
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(f"{server.url}/api/v1/streams")
    with answer.value as refusal:
        return str(refusal.headers["X-EventSync-Epoch"])


def test_sqlite_file_that_was_replaced_meanwhile_is_left(server: Server) -> None:
    """Whoever went on with the old file would acknowledge what nobody can read."""
    before, replacement = epoch_of(server), server.folder / "replacement.sqlite3"
    with closing(sqlite3.connect(server.database)) as source, closing(sqlite3.connect(replacement)) as copy:
        source.backup(copy)
        copy.execute("UPDATE sync_server SET epoch = ?", ("1" * 32,))
        copy.commit()
    for ending in ("-wal", "-shm"):
        Path(f"{server.database}{ending}").unlink(missing_ok=True)
    shutil.move(replacement, server.database)
    assert (before, epoch_of(server)) != (before, before)
    assert epoch_of(server).replace("-", "") == "1" * 32
