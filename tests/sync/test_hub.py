"""The hub of one process: what each socket is told, once and never backwards."""

import asyncio
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection

from eventsync.sync.poke.hub import Hub, Socket, group
from tests.sync.apart import Jumping, apart

PATIENCE = 60  # seconds, of which a busy machine may need some

Told = tuple[float, dict[str, int] | None]
"""When, and what."""


async def hear(socket: Socket, times: int) -> list[Told]:
    now = asyncio.get_running_loop().time
    return [(round(now(), 3), heads) for _ in range(times) for heads in [await socket.news()]]


@pytest.fixture
def alone(settings: Any) -> None:
    """Without Redis, whose answers no clock that jumps waits for."""
    settings.REDIS_URL = ""


@pytest.mark.usefixtures("alone")
def test_hub_tells_a_stream_that_moves_all_the_time_each_200_ms() -> None:
    """Protocol 5. After a while of silence, at once."""

    async def scenario() -> list[Told]:
        hub, socket = Hub(), Socket(["a"])
        hub.join(socket)
        told = asyncio.ensure_future(hear(socket, 4))
        for number in range(1, 11):
            hub.say({"a": number})
            await asyncio.sleep(0.03)
        await asyncio.sleep(0.7)
        hub.say({"a": 11})
        return await told

    assert apart(scenario(), loop_factory=Jumping) == [(0, {"a": 1}), (0.2, {"a": 7}), (0.4, {"a": 10}), (1, {"a": 11})]


@pytest.mark.usefixtures("alone")
def test_socket_pings_each_20_seconds_in_which_nothing_was_said() -> None:
    """Protocol 5: a device takes 45 s of silence for the end."""

    async def scenario() -> list[Told]:
        socket = Socket(["a"])
        asyncio.get_running_loop().call_later(50, socket.tell, "a", 1)
        return await hear(socket, 4)

    assert apart(scenario(), loop_factory=Jumping) == [(20, {}), (40, {}), (50, {"a": 1}), (70, {})]


def test_hub_tells_each_stream_once_in_a_while_and_the_newest_head() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a", "b"])
        hub.join(socket)
        told = []
        for number in range(1, 6):
            hub.say({"a": number, "device:c": 1})
        hub.say({"b": 7})
        told.append(await socket.news())
        told.append(await asyncio.wait_for(socket.news(), PATIENCE))
        hub.leave(socket)
        return told

    assert apart(scenario()) == [{"a": 1}, {"a": 5, "b": 7}]


def test_hub_that_hears_its_own_words_again_does_not_repeat_them() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a"], ping=0.5)
        hub.join(socket)
        hub.say({"a": 1})
        heard = [await socket.news()]
        hub.say({"a": 1})  # as it comes back from the other processes
        heard.append(await socket.news())
        hub.say({"a": 1, "device:b": 2})
        hub.say({"a": 2})
        return [*heard, await socket.news()]

    assert apart(scenario()) == [{"a": 1}, {}, {"a": 2}]


def test_word_that_comes_back_late_is_not_told_backwards() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a"])
        hub.join(socket)
        hub.say({"a": 2})
        heard = [await socket.news()]
        hub.say({"a": 1})
        hub.say({"a": 3})
        heard.append(await asyncio.wait_for(socket.news(), PATIENCE))
        hub.forget()
        hub.say({"a": 1})  # of another database
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert apart(scenario()) == [{"a": 2}, {"a": 3}, {"a": 1}]


def test_stream_that_nobody_has_heard_of_is_told_to_everybody_once() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a"])
        hub.join(socket)
        hub.say({"new": 1, "device:another": 1})
        heard = [await socket.news()]
        hub.say({"new": 2})
        hub.say({"a": 1})
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert apart(scenario()) == [{"new": 1}, {"a": 1}]


@pytest.mark.skipif(not settings.REDIS_URL, reason="processes hear each other through Redis")
def test_hub_is_not_told_of_another_database_on_the_same_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    own = group()
    monkeypatch.setitem(connection.settings_dict, "NAME", "rehearsal")
    rehearsal = group()
    monkeypatch.undo()

    async def scenario() -> list[dict[str, int] | None]:
        hub, socket, layer = Hub(), Socket(["a"], ping=0.5), get_channel_layer()
        hub.join(socket)
        heard = [await socket.news()]  # a ping, by when it listens
        await layer.group_send(rehearsal, {"type": "poke", "heads": {"a": 8}})
        await layer.group_send(own, {"type": "poke", "heads": {"a": 9}})
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert own != rehearsal
    assert apart(scenario()) == [{}, {"a": 9}]


def test_socket_whose_rights_change_loses_nothing_that_it_was_to_be_told() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a", "b"])
        hub.join(socket)
        hub.say({"a": 1, "b": 1})
        await asyncio.sleep(0)
        hub.change(socket, ["b", "c"])
        heard = [await socket.news()]
        hub.say({"a": 2, "b": 2, "c": 2})
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert apart(scenario()) == [{"a": 1, "b": 1}, {"b": 2, "c": 2}]


def test_socket_that_is_slow_holds_one_head_for_each_stream() -> None:
    async def scenario() -> dict[str, int] | None:
        socket = Socket(["a"])
        for number in (1, 3, 2):
            socket.tell("a", number)
        return await socket.news()

    assert apart(scenario()) == {"a": 3}


def test_socket_that_had_nothing_to_say_for_long_pings_and_one_that_is_closed_ends() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        socket = Socket(["a"], ping=0.05)
        told = [await socket.news(), await socket.news()]
        socket.tell("a", 1)
        told.append(await socket.news())
        waiting = asyncio.ensure_future(socket.news())
        await asyncio.sleep(0)
        socket.close()
        return [*told, await waiting, await socket.news()]

    assert apart(asyncio.wait_for(scenario(), PATIENCE)) == [{}, {}, {"a": 1}, None, None]
