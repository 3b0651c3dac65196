"""The socket of families' pages: everybody may listen, hears that there is a new plan, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import path

from eventsync.schedule.models import Activity, Term
from eventsync.schedule.pages.live import Pages, plan
from eventsync.sync.poke.consumer import MALFORMED, REVOKED
from eventsync.sync.poke.hub import Socket
from tests.cast import Games
from tests.desk import alice
from tests.schedule.plan.plans import Day, make_day, release
from tests.schedule.test_own_symbols import typed
from tests.schedule.test_packs import packed
from tests.sync.apart import apart

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60  # seconds, of which a busy machine may need some
SOCKETS = URLRouter([path("ws/v1/plan/<slug:slug>", plan)])  # type: ignore[arg-type] # no views


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Socket.__init__, "__kwdefaults__", {"ping": 0.2})


@pytest.fixture
def day(games: Games) -> Day:
    day = make_day(games)
    release(day.event)
    return day


def listen(
    scenario: Callable[[WebsocketCommunicator], Awaitable[Any]], *, slug: str = "games", origin: str = "testserver"
) -> Any:
    async def run() -> Any:
        headers = [(b"origin", f"http://{origin}".encode())]
        socket = WebsocketCommunicator(SOCKETS, f"/ws/v1/plan/{slug}", headers)
        try:
            return await scenario(socket)
        finally:
            await socket.disconnect()
            await database_sync_to_async(connections.close_all)()

    return apart(run())


def heard(act: Callable[[], object]) -> list[dict[str, Any]]:
    """What comes until two pings after this happened, but for pings."""

    async def scenario(socket: WebsocketCommunicator) -> list[dict[str, Any]]:
        assert (await socket.connect())[0]
        assert "ping" in await socket.receive_json_from(PATIENCE)
        await database_sync_to_async(act)()
        said: list[dict[str, Any]] = []
        pings = -socket.output_queue.qsize()  # of what came while it happened
        while pings < 2:
            message = await socket.receive_json_from(PATIENCE)
            pings += "ping" in message
            said += [] if "ping" in message else [message]
        return said

    return listen(scenario)  # type: ignore[no-any-return]


def test_release_is_said_and_says_nothing_of_what_it_is(day: Day) -> None:
    def tell() -> None:
        Activity.objects.filter(pk=day.party.pk).update(delay=15)
        release(day.event)

    assert heard(tell) == [{"poke": {}}]


def test_what_nobody_released_is_not_said(day: Day) -> None:
    assert heard(lambda: Activity.objects.filter(pk=day.party.pk).update(delay=15)) == []


@pytest.mark.parametrize("how", ["word", "symbol", "pack", "edited", "gone", "all gone"])
def test_words_and_symbols_that_wait_for_no_release_are_said(day: Day, how: str) -> None:
    desk, what, list_of = alice(), "ownsymbol" if how in {"symbol", "pack"} else "term", "/admin/schedule/{}/".format
    term = Term.objects.create(event=day.event, word="Relay", meaning="One after the other.")
    page, told = f"{list_of(what)}{term.pk}/", {"event": day.event.pk, "word": "Heat", "meaning": "A first race."}
    address, sent = {
        "word": (f"{list_of(what)}add/", told),
        "symbol": (f"{list_of(what)}add/", typed(day.event)),
        "pack": (f"{list_of(what)}pack/", {"event": "games", "file": SimpleUploadedFile("a.zip", packed())}),
        "edited": (f"{page}change/", {**told, "edited": 1}),
        "gone": (f"{page}delete/", {"post": "yes"}),
        "all gone": (list_of(what), {"action": "delete_selected", "_selected_action": [term.pk], "post": "yes"}),
    }[how]
    answers: list[int] = []
    assert heard(lambda: answers.append(desk.post(address, sent).status_code)) == [{"poke": {}}]
    assert answers == [302]


@pytest.mark.parametrize(("where", "code"), [({"slug": "none"}, MALFORMED), ({"origin": "elsewhere.example"}, REVOKED)])
def test_no_event_and_pages_of_others_get_nothing(day: Day, where: dict[str, str], code: int) -> None:
    async def scenario(socket: WebsocketCommunicator) -> int:
        accepted, refused = await socket.connect()
        return int((await socket.receive_output(PATIENCE))["code"]) if accepted else int(refused)

    assert listen(scenario, **where) == code


def test_no_more_listen_than_there_is_room_for_and_who_goes_makes_room(day: Day) -> None:
    few = URLRouter([path("ws/v1/plan/<slug:slug>", Pages(2))])  # type: ignore[arg-type] # no views

    async def scenario() -> list[bool]:
        one, two, third, wrong, later = (
            WebsocketCommunicator(few, f"/ws/v1/plan/{slug}") for slug in ("games", "games", "games", "none", "games")
        )
        let_in = [(await each.connect())[0] for each in (one, two, third)]
        assert [await each.receive_json_from(PATIENCE) for each in (one, two)]
        await one.disconnect(PATIENCE)
        assert (await wrong.connect())[0]
        assert (await wrong.receive_output(PATIENCE))["code"] == MALFORMED
        await wrong.wait(PATIENCE)
        let_in.append((await later.connect())[0])
        for each in (two, later):
            await each.disconnect(PATIENCE)
        await database_sync_to_async(connections.close_all)()
        return let_in

    assert apart(scenario()) == [True, True, False, True]
