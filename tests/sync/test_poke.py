"""The socket: who may open it, what it says, and when it is closed. Real daphne processes, real sockets."""

import asyncio
import json
import os
import time
import urllib.request
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any

import aiohttp
import pytest
from django.conf import settings

from tests.e2e.stage import Server
from tests.sync.apart import apart
from tests.sync.browsing import Desk

pytestmark = pytest.mark.xdist_group("poke")
PATIENCE = 60  # seconds, of which a busy machine may need some
SERVERS = 2 if settings.REDIS_URL else 1  # only Redis carries pokes from one process to another


class Web(Server):
    """A server that hears of other processes by Redis, where there is one."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"EVENTSYNC_REDIS_URL": os.environ.get("EVENTSYNC_REDIS_URL", "")}

    def post(self, path: str, body: object, token: str = "") -> Any:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def enrolled(self, *, profile: str = "door") -> dict[str, Any]:
        code = json.loads(self.manage("enrol_code", "--event", "demo", "--profile", profile, "--json"))["code"]
        asked = {"code": code, "device": str(uuid.uuid4()), "name": "Phone", "app_version": "test", "protocol": 1}
        return dict(self.post("enrol", asked)) | {"id": asked["device"]}

    def admit(self, phone: dict[str, Any], seq: int, door: str = "") -> None:
        """Somebody whom nobody has seen goes through a door: the same code again may change nothing there."""
        checkpoint = door or next(iter(self.headcount()))
        operation = {
            "id": str(uuid.uuid4()),
            "kind": "checkin.arrive",
            "seq": seq,
            "occurred_at": "2026-07-04T12:00:00.000Z",
            "payload": {"checkpoint": checkpoint, "method": "scan", "credential": uuid.uuid4().hex[:22]},
        }
        results = self.post("push", {"protocol": 1, "operations": [operation]}, phone["token"])["results"]
        assert results[0]["verdict"] == "flagged"


@pytest.fixture(scope="module")
def webs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Web]]:
    folder: Path = tmp_path_factory.mktemp("poke")
    webs = [Web(folder) for _ in range(SERVERS)]
    webs[0].manage("migrate", "--verbosity", "0")
    webs[0].manage("demo", "--people", "5")
    try:
        for web in webs:
            web.start()
        yield webs
    finally:
        for web in webs:
            web.stop()


def listen(web: Web, scenario: Any, *, origin: str | None = None, hello: object = None) -> Any:
    """Runs `scenario` with an open socket whose first message was `hello`."""

    async def run() -> Any:
        headers = {"Origin": origin} if origin else {}
        address = f"{web.url}/ws/v1/poke"
        async with aiohttp.ClientSession() as session, session.ws_connect(address, headers=headers) as socket:
            if isinstance(hello, bytes):
                await socket.send_bytes(hello)
            elif hello is not None:
                await socket.send_str(hello if isinstance(hello, str) else json.dumps(hello))
            return await asyncio.wait_for(scenario(socket), PATIENCE)

    return apart(run())


async def close_code(socket: aiohttp.ClientWebSocketResponse) -> int:
    message = await socket.receive()
    assert message.type is aiohttp.WSMsgType.CLOSE, message
    return int(message.data)


async def poke_of(socket: aiohttp.ClientWebSocketResponse, stream: str) -> int:
    """The head in the next poke of a stream."""
    while True:
        message = await socket.receive_json()
        if stream in message.get("poke", {}):
            return int(message["poke"][stream])


def attendance(phone: dict[str, Any]) -> list[str]:
    return [stream for stream in phone["streams"] if stream.startswith("attendance:")]


async def poked(socket: aiohttp.ClientWebSocketResponse, streams: Collection[str]) -> set[str]:
    """Which of these streams the first poke about any of them names. Others may still speak of what was before."""
    while not (named := set((await socket.receive_json()).get("poke", {})) & set(streams)):
        pass
    return named


def test_arrival_pokes_who_reads_its_stream_through_every_process(webs: list[Web]) -> None:
    reader, writer = webs[0].enrolled(), webs[0].enrolled()

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> set[str]:
        assert list(await socket.receive_json()) == ["ping"]
        await asyncio.to_thread(webs[-1].admit, writer, 1)
        return await poked(socket, attendance(reader))

    assert len(listen(webs[0], scenario, hello={"token": reader["token"]})) == 1


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ("not json", 4400),
        ("[]", 4400),
        ({"token": 5}, 4400),
        (b"bytes", 4400),
        ("x" * 5000, 4400),
        ({"token": "nobody's"}, 4401),
        ({"token": ""}, 4401),
    ],
    ids=["text", "list", "number", "bytes", "huge", "unknown", "empty"],
)
def test_first_message_that_proves_nothing_closes_the_socket(webs: list[Web], hello: object, code: int) -> None:
    assert listen(webs[0], close_code, hello=hello) == code


@pytest.mark.parametrize(("origin", "status"), [("https://elsewhere.example", 403), ("https://[::1", 400)])
def test_page_of_another_site_is_turned_away(webs: list[Web], origin: str, status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        listen(webs[0], close_code, origin=origin)
    assert refused.value.status == status


def test_our_own_page_is_let_in(webs: list[Web]) -> None:
    phone = webs[0].enrolled()

    async def first(socket: aiohttp.ClientWebSocketResponse) -> Any:
        return await socket.receive_json()

    assert "ping" in listen(webs[0], first, origin=webs[0].url, hello={"token": phone["token"]})


@pytest.mark.long
def test_phone_that_may_not_read_attendance_is_not_poked_about_it(webs: list[Web]) -> None:
    family, writer = webs[0].enrolled(profile="family"), webs[0].enrolled()

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> bool:
        await socket.receive_json()
        await asyncio.to_thread(webs[0].admit, writer, 1)
        try:
            await asyncio.wait_for(socket.receive_json(), 2)
        except TimeoutError:
            return True
        return False

    assert listen(webs[0], scenario, hello={"token": family["token"]})


REVOKE = """
from django.utils import timezone
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device
revoke(Device.objects.get(id={id!r}), now=timezone.now())
"""


def test_revoked_phone_is_closed_and_stays_out(webs: list[Web]) -> None:
    """Closed at once where the server can hear of it: the command that revokes is another process."""
    phone = webs[0].enrolled()

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.receive_json()
        await asyncio.to_thread(webs[0].manage, "shell", "-c", REVOKE.format(id=phone["id"]))
        if settings.REDIS_URL:
            await poke_of(socket, f"device:{phone['id']}")
            assert await close_code(socket) == 4403

    hello = {"token": phone["token"]}
    listen(webs[0], scenario, hello=hello)
    assert listen(webs[0], close_code, hello=hello) == 4403


@pytest.mark.long
def test_phone_that_is_revoked_at_the_desk_is_closed_at_once(webs: list[Web]) -> None:
    """By the same process, which needs no Redis for it."""
    phone, desk = webs[0].enrolled(), Desk(webs[0])

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> int:
        await socket.receive_json()
        page = await asyncio.to_thread(desk.post, "/admin/sync/device/revoke/", devices=phone["id"])
        assert "1 phone was revoked." in page
        await poke_of(socket, f"device:{phone['id']}")
        return await close_code(socket)

    assert listen(webs[0], scenario, hello={"token": phone["token"]}) == 4403


@pytest.mark.long
def test_phone_that_says_no_token_is_closed_after_a_while(webs: list[Web]) -> None:
    began = time.monotonic()
    assert listen(webs[0], close_code) == 4408
    assert time.monotonic() - began > 9


NEW_VENUE = """
from checkin.models import Checkpoint
from checkin.roster import publish_checkpoints
from eventsync.schedule.models import Event, Venue
venue = Venue.objects.create(event=Event.objects.get(), slug="new-{slug}", name="New {slug}")
door = Checkpoint.objects.create(venue=venue, name="New door", policy="once")
publish_checkpoints([door])
print(door.pk, venue.pk)
"""


def test_arrival_at_a_venue_that_is_new_pokes_sockets_that_were_open_before(webs: list[Web]) -> None:
    reader, writer = webs[0].enrolled(), webs[0].enrolled()

    async def scenario(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.receive_json()
        command = NEW_VENUE.format(slug=uuid.uuid4().hex[:8])
        door, venue = (await asyncio.to_thread(webs[0].manage, "shell", "-c", command)).split()[-2:]
        await asyncio.to_thread(webs[0].admit, writer, 1, door)
        assert await poke_of(socket, f"attendance:{venue}") > 0
        await asyncio.to_thread(webs[-1].admit, writer, 2, door)
        assert await poke_of(socket, f"attendance:{venue}") > 1

    listen(webs[0], scenario, hello={"token": reader["token"]})


def test_pokes_are_not_compressed_even_for_who_offers_it(webs: list[Web]) -> None:
    """They are a hundred bytes each: packing them would cost more than it saves, and memory for each socket."""

    async def run() -> int:
        address = f"{webs[0].url}/ws/v1/poke"
        async with aiohttp.ClientSession() as session, session.ws_connect(address, compress=15) as socket:
            return socket.compress

    assert apart(asyncio.wait_for(run(), PATIENCE)) == 0


@pytest.mark.long
def test_many_sockets_that_close_at_once_leave_nothing_behind(webs: list[Web]) -> None:
    """Those that stay are poked as before."""
    phone, writer = webs[0].enrolled(), webs[0].enrolled()

    async def run() -> set[str]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def opened() -> aiohttp.ClientWebSocketResponse:
                socket = await session.ws_connect(f"{webs[0].url}/ws/v1/poke")
                await socket.send_str(json.dumps({"token": phone["token"]}))
                assert "ping" in await socket.receive_json()
                return socket

            stays, *leave = await asyncio.gather(*(opened() for _ in range(40)))
            for socket in leave:
                socket.get_extra_info("socket").shutdown(SHUT_RDWR)  # a bus that drives off with all of them
            await asyncio.to_thread(webs[0].admit, writer, 1)
            return await poked(stays, attendance(phone))

    assert len(apart(asyncio.wait_for(run(), PATIENCE))) == 1
