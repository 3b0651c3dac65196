"""Overload: so many pushes at once, a short queue, and `slow_down` for the rest. A real daphne and a real lock."""

import asyncio
import json
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from eventsync.sync import admission
from eventsync.sync.admission import Full, Gate
from tests.bench.devices import Sender
from tests.e2e.stage import Server
from tests.sync.apart import apart

pytestmark = pytest.mark.xdist_group("admission")

PATIENCE = 30  # seconds
PUSHES = 120


class OneAtATime(Server):
    """A server that works on one push at a time."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"EVENTSYNC_MAX_PUSHES": "1"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = OneAtATime(tmp_path)
    server.manage("migrate", "--verbosity", "0")
    server.manage("demo", "--people", "5", "--no-invite")
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def enrolled(session: aiohttp.ClientSession, server: Server, link: str) -> str:
    asked = {
        "code": link.partition("=")[2],
        "device": str(uuid.uuid4()),
        "name": "A",
        "app_version": "t",
        "protocol": 1,
    }
    async with session.post(f"{server.url}/api/v1/enrol", json=asked) as answer:
        return str((await answer.json())["token"])


def arrival(checkpoint: str, number: int) -> dict[str, Any]:
    payload = {"checkpoint": checkpoint, "method": "scan", "credential": f"{number:022}"}
    members = {"id": str(uuid.uuid4()), "kind": "checkin.arrive", "seq": number, "occurred_at": "2026-07-04T12:00:00Z"}
    return members | {"payload": payload}


def alerts(server: Server) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(server.database)) as database:
        return list(database.execute("SELECT kind, count FROM jobs_alert"))


def test_more_pushes_than_fit_are_asked_to_come_later_and_the_others_finish(server: Server) -> None:
    link, checkpoint = server.enrolment_link(), next(iter(server.headcount()))
    operations = [arrival(checkpoint, number) for number in range(1, PUSHES + 1)]

    async def scenario() -> list[tuple[int, Mapping[str, str], Any]]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            token = await enrolled(session, server, link)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

            async def push(operation: dict[str, Any]) -> tuple[int, Mapping[str, str], Any]:
                sent = json.dumps({"protocol": 1, "operations": [operation]}).encode()
                async with session.post(f"{server.url}/api/v1/push", data=sent, headers=headers) as answer:
                    return answer.status, answer.headers, await answer.json()

            with closing(sqlite3.connect(server.database, isolation_level=None)) as writer:
                writer.execute("BEGIN IMMEDIATE")  # the one that is admitted waits for this lock
                pushes = [asyncio.create_task(push(operation)) for operation in operations]
                first_done = asyncio.as_completed(pushes)
                refused = [await next(first_done) for _ in range(PUSHES - admitted)]
                assert {status for status, _, _ in refused} == {429}  # while nobody could write
                assert {headers["Retry-After"] for _, headers, _ in refused} == {"6"}  # the queue, and up to 1 s more
                async with session.post(f"{server.url}/api/v1/push", data=b"not even JSON") as answer:
                    assert answer.status == 429  # before anything of it is read, and before anybody asks who it is
                async with session.get(f"{server.url}/api/v1/streams", headers=headers) as answer:
                    assert answer.status == 200  # who reads does not stand in the queue of those who write
                writer.execute("ROLLBACK")
            return list(await asyncio.gather(*pushes))

    admitted = 1 + int(admission.PATIENCE / 0.05)
    answers = apart(asyncio.wait_for(scenario(), PATIENCE))
    later = [(headers, body) for status, headers, body in answers if status == 429]
    assert PUSHES - admitted <= len(later) < PUSHES  # a busy machine may not get through the queue in time
    assert {body["error"]["code"] for _, body in later} == {"slow_down"}
    assert min(int(headers["Retry-After"]) for headers, _ in later) >= 1
    assert len({headers["X-EventSync-Epoch"] for _, headers, _ in answers}) == 1
    settled = [operation["id"] for operation, (status, _, _) in zip(operations, answers, strict=True) if status == 200]
    assert len(settled) == PUSHES - len(later)
    assert server.operations() == Counter(settled)
    assert_one_alert_comes(server)


def assert_one_alert_comes(server: Server) -> None:
    """A moment later, and once for all who were asked to come later."""
    deadline = time.monotonic() + PATIENCE
    while not alerts(server):
        assert time.monotonic() < deadline, "no alert was raised"
        time.sleep(0.1)
    assert alerts(server) == [("slow_down", 1)]


@pytest.mark.long
def test_herd_that_waits_as_it_is_told_settles_everything_once(server: Server) -> None:
    """130 phones at once to a server that can write for none of them at first; tests/bench/herd.py is the large one."""
    link, checkpoint = server.enrolment_link(), next(iter(server.headcount()))

    async def scenario() -> list[Sender]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            token = await enrolled(session, server, link)
            herd = [Sender("", token, queue=[arrival(checkpoint, 1000 + number)]) for number in range(130)]
            with closing(sqlite3.connect(server.database, isolation_level=None)) as writer:
                writer.execute("BEGIN IMMEDIATE")
                sending = [asyncio.create_task(each.push_all(session, server.url, 0)) for each in herd]
                while not any(each.answers["429"] for each in herd):
                    await asyncio.wait(sending, timeout=0.05)
                writer.execute("ROLLBACK")
            await asyncio.gather(*sending)
            return herd

    herd = apart(asyncio.wait_for(scenario(), 2 * PATIENCE))
    assert sum(each.answers["429"] for each in herd) > 0
    assert [each.queue for each in herd] == [[]] * len(herd)
    assert server.operations() == Counter(id for each in herd for id in each.settled)


def test_queue_is_in_order_of_arrival() -> None:
    async def scenario() -> list[int]:
        gate, order = Gate(1), []

        async def work(number: int) -> None:
            await gate.enter()
            order.append(number)
            await asyncio.sleep(0)
            gate.leave(after=0.001)

        await asyncio.gather(*map(work, range(20)))
        return order

    assert apart(scenario()) == list(range(20))


def test_turns_of_those_who_are_sent_away_are_spread() -> None:
    async def scenario() -> list[int]:
        gate = Gate(1)
        await gate.enter()
        for _ in range(100):
            gate.leave(after=2.0)  # so long does each take
            await gate.enter()
        queue = [asyncio.ensure_future(gate.enter()) for _ in range(2)]
        await asyncio.sleep(0)
        waits = []
        for _ in range(40):
            with pytest.raises(Full) as full:
                await gate.enter()
            waits.append(full.value.retry_after)
        for each in queue:
            each.cancel()
        return waits

    waits = apart(scenario())
    assert waits == sorted(waits)
    assert (waits[0], len(set(waits)) > 20, waits[-1]) == (6, True, admission.LONGEST)


def test_who_gives_up_waiting_leaves_the_place_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        gate = Gate(1)
        await gate.enter()
        first, second, third = (asyncio.ensure_future(gate.enter()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        gate.leave(after=0.01)
        second.cancel()  # at the very moment when it was its turn
        await asyncio.wait_for(third, PATIENCE)
        monkeypatch.setattr(admission, "PATIENCE", 0.06)
        late = asyncio.ensure_future(gate.enter())
        with pytest.raises(Full):
            await late
        gate.leave(after=0.01)
        await asyncio.wait_for(gate.enter(), PATIENCE)

    apart(scenario())
