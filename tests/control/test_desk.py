"""The socket of the desk: whom it lets in, and what it tells them of."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control.desk import desk
from eventsync.jobs.alerts import alert, clear_all
from eventsync.sync.poke import consumer
from eventsync.sync.poke.announce import announcer
from eventsync.sync.poke.consumer import REVOKED, UNAUTHENTICATED
from eventsync.sync.poke.hub import COALESCE, Socket, hub
from eventsync.sync.wire import write_time
from tests.cast import NOON, Games, make_games, make_phone
from tests.desk import alice, charlie, staff
from tests.sync.apart import apart

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60  # seconds, of which a busy machine may need some

Scenario = Callable[[WebsocketCommunicator], Awaitable[Any]]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Socket.__init__, "__kwdefaults__", {"ping": 0.2})


def listen(client: Client, scenario: Scenario, *, origin: str = "http://testserver") -> Any:
    """Runs `scenario` with the socket of a page that `client` looks at."""
    cookies = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())

    async def run() -> Any:
        headers = [(b"origin", origin.encode()), (b"cookie", cookies.encode())]
        socket = WebsocketCommunicator(desk, "/ws/v1/desk", headers)
        try:
            return await scenario(socket)
        finally:
            await socket.disconnect()
            await database_sync_to_async(connections.close_all)()

    return apart(run())


async def opened(socket: WebsocketCommunicator) -> None:
    assert (await socket.connect())[0]
    assert "ping" in await socket.receive_json_from(PATIENCE)


async def end(socket: WebsocketCommunicator) -> int:
    """The code with which it is closed after it was accepted, if it is the next word but pings."""
    message = await socket.receive_output(PATIENCE)
    while "ping" in message.get("text", ""):
        message = await socket.receive_output(PATIENCE)
    assert message["type"] == "websocket.close", message
    return int(message["code"])


def pokes(client: Client, act: Callable[[], object], *, of_phone: Sequence[str] = ()) -> int:
    """How often a page is told that something moved when this happens, until it has been quiet for a while.

    `of_phone`: a phone with these streams has been there before the page.
    """

    async def scenario(socket: WebsocketCommunicator) -> int:
        assert announcer.finish(PATIENCE)  # what an earlier test said
        hub.join(Socket(of_phone))
        await opened(socket)
        await database_sync_to_async(act)()
        quiet, count = write_time(timezone.now() + timedelta(seconds=0.3)), 0
        while True:
            said = await socket.receive_json_from(PATIENCE)
            if said.get("ping", "") > quiet:
                return count
            if "poke" in said:
                assert said == {"poke": {}}
                count += 1

    found: int = listen(client, scenario)
    return found


def test_page_is_told_of_its_event_and_of_no_other(games: Games) -> None:
    camp, viewer = make_games("camp"), staff("vera", Rank.VIEWER, games.event)
    ours, theirs = make_phone(games), make_phone(camp)
    assert pokes(viewer, lambda: theirs.push(theirs.arrive(camp.people[0], door=camp.door))) == 0
    assert pokes(viewer, lambda: ours.push(ours.arrive(games.people[0]))) == 1


def test_first_arrival_at_a_venue_is_told_though_a_phone_has_heard_of_it_before(games: Games) -> None:
    phone, known = make_phone(games), [f"attendance:{games.hall.id}"]
    assert pokes(alice(), lambda: phone.push(phone.arrive(games.people[0])), of_phone=known) == 1


def test_who_has_a_role_at_one_venue_is_told_of_that_one(games: Games) -> None:
    lead, phone = staff("lea", Rank.LEAD, games.event, games.hall), make_phone(games)
    assert pokes(lead, lambda: phone.push(phone.arrive(games.people[0], door=games.pool_door))) == 0
    assert pokes(lead, lambda: phone.push(phone.arrive(games.people[1]))) == 1


def test_alert_is_told_when_it_comes_and_when_it_goes(games: Games) -> None:
    client, about = alice(), partial(dict[str, Any], kind="backlog", subject="all", now=NOON)
    assert pokes(client, lambda: alert(message="Much waits.", **about())) == 1
    assert pokes(client, lambda: clear_all(**about())) == 1
    assert pokes(client, lambda: clear_all(**about())) == 0


def test_clock_that_was_set_back_silences_no_alert(games: Games, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((2_000, 1_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))

    def both() -> None:
        for subject in ("one", "other"):
            alert(kind="backlog", subject=subject, message="Much waits.", now=NOON)
            time.sleep(2 * COALESCE)

    assert pokes(alice(), both) in {2, 3}  # Redis may bring the first one back after the second


def off_duty() -> Client:
    client = alice()
    User.objects.update(is_staff=False)
    return client


@pytest.mark.parametrize("who", [Client, charlie, off_duty])
def test_who_may_not_see_the_page_is_not_let_in(games: Games, who: Callable[[], Client]) -> None:
    async def scenario(socket: WebsocketCommunicator) -> int:
        assert (await socket.connect())[0]
        return await end(socket)

    assert listen(who(), scenario) == UNAUTHENTICATED


def test_who_owes_the_second_step_is_not_let_in(games: Games, settings: Any) -> None:
    settings.TWO_FACTOR = True

    async def scenario(socket: WebsocketCommunicator) -> int:
        assert (await socket.connect())[0]
        return await end(socket)

    assert listen(alice(), scenario) == UNAUTHENTICATED


def test_page_of_another_site_is_turned_away(games: Games) -> None:
    async def scenario(socket: WebsocketCommunicator) -> Any:
        return await socket.connect()

    assert listen(alice(), scenario, origin="https://elsewhere.example") == (False, REVOKED)


@pytest.mark.parametrize("busy", [False, True])
def test_who_signs_out_is_told_of_nothing_more(games: Games, monkeypatch: pytest.MonkeyPatch, *, busy: bool) -> None:
    monkeypatch.setattr(consumer, "DOUBT", 0)
    client, phone = alice(), make_phone(games)
    assert settings.SESSION_COOKIE_NAME in client.cookies

    def out() -> None:
        client.logout()
        if busy:
            phone.push(phone.arrive(games.people[0]))

    async def scenario(socket: WebsocketCommunicator) -> int:
        await opened(socket)
        await database_sync_to_async(out)()
        return await end(socket)

    assert listen(client, scenario) == UNAUTHENTICATED
