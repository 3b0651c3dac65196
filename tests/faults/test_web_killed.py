"""A web process dies: in the middle of a batch, between commit and answer, or because it was asked to go."""

import asyncio
import http.client
import signal
import time
from typing import Any

import aiohttp
import pytest

from tests.e2e.proxy import Mode, Proxy
from tests.faults.pokes import apart, poke_of, socket_of
from tests.faults.processes import Web
from tests.faults.stage import Stage

PUSH = "/api/v1/push"
KILLS = 2
TRIES = 10  # for each of them, to meet a batch that is under way


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of requests that were sent whole, and whose connection ended without an answer."""
    paths: list[str] = []

    class Watched(http.client.HTTPConnection):
        def request(self, method: str, url: str, *arguments: Any, **named: Any) -> None:
            super().request(method, url, *arguments, **named)
            self.path = url

        def getresponse(self) -> http.client.HTTPResponse:
            try:
                return super().getresponse()
            except ConnectionError:
                paths.append(self.path)
                raise

    monkeypatch.setattr(http.client, "HTTPConnection", Watched)
    return paths


@pytest.mark.parametrize(
    "how",
    [pytest.param(signal.SIGKILL, id="killed"), pytest.param(signal.SIGTERM, id="told-to-go", marks=pytest.mark.long)],
)
def test_web_process_gone_in_mid_batch_loses_and_doubles_nothing(
    stage: Stage, seed: int, how: signal.Signals, cut: list[str]
) -> None:
    """daphne cuts what it is doing when it gets SIGTERM; it must also come to an end."""
    web = stage.web()
    stage.reader()
    for _ in range(3):
        stage.writer()
    with stage.at_work():
        for _ in range(KILLS):
            before = cut.count(PUSH)
            for _ in range(TRIES):
                time.sleep(stage.dice.uniform(0.3, 1.5))
                web.stop(how)
                web.start()
                if cut.count(PUSH) > before:
                    break
            else:
                pytest.fail("it never died in the middle of a batch")
    assert any(writer.batches for writer in stage.writers)
    stage.verify()


class Swallow(Proxy):
    """Kills the server when it has answered a push, and keeps the answer."""

    victim: Web | None = None

    def _answer(self, request: bytes, mode: Mode) -> bytes:
        answer = super()._answer(request, mode)
        if self.victim is None or not request.startswith(f"POST {PUSH}".encode()):
            return answer
        victim, self.victim = self.victim, None
        victim.stop(signal.SIGKILL)
        assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
        return b""


def test_web_process_killed_between_commit_and_answer_doubles_nothing(stage: Stage) -> None:
    web = stage.web()
    stage.reader()
    proxy = Swallow(web.port)
    proxy.start()
    try:
        writer = stage.writer(proxy.port)
        for _ in range(2):
            proxy.victim = web
            batch = writer.record(200)
            assert not writer.push(batch)
            assert len(stage.database.rows("SELECT id FROM sync_operation")) == len(writer.recorded)
            web.start()
            assert writer.push(batch)
        assert writer.applied == set(), "the answers that said so were swallowed"
        stage.verify()
    finally:
        proxy.stop()


@pytest.mark.long
def test_another_web_process_takes_over(stage: Stage) -> None:
    """Tokens, cursors, verdicts and pokes are nobody's own: a process may die for good."""
    old = stage.web()
    reader, writer = stage.reader(), stage.writer()
    writer.record(300)
    assert writer.push(writer.recorded[:200])
    reader.catch_up()
    old.stop(signal.SIGKILL)
    stage.webs.remove(old)
    new = stage.web()
    reader.ports = writer.ports = [new.port]
    stream = writer.attendance()[0]

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> Any:
        await socket.receive_json()
        await asyncio.to_thread(writer.push, writer.recorded[100:])
        return await poke_of(socket, stream)

    head = apart(socket_of(new.port, reader.token, scenario))
    reader.catch_up()
    assert reader.cursors[stream] >= head > 0
    assert len(writer.applied) == 300
    stage.verify()
